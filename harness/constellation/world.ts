/** The moving world of a scenario: its nodes, the contact plan and the light time of each link. */
import { ConfigError } from '#node/config-error.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Contact, ContactPlan, NodeNumber, Range } from '#protocol/routing/contact-plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { Ephemeris } from './ephemeris.ts';
import { clearsEarth, distanceKm, elevationDeg, groundPoint, lightTimeUs } from './geometry.ts';
import { assignPasses } from './ground-assignment.ts';
import { rangeIntervals } from './ranges.ts';
import { checkNodeNumber, type Satellites, satellitesOf } from './satellites.ts';
import { findWindows, type Window } from './windows.ts';

/** One satellite or ground station. */
export interface WorldNode {
  readonly name: string;
  readonly node: NodeNumber;
  /** Spacecraft id, equal to the node number (both fit 16 bits). */
  readonly scid: number;
  readonly kind: 'satellite' | 'ground';
  /** Number of terminals; a satellite has its crosslink terminals first, then those for ground. */
  readonly terminals: number;
}

/** A scenario set in motion. */
export interface World {
  /** Satellites in plane order, then ground stations in scenario order. */
  readonly nodes: readonly WorldNode[];
  readonly plan: ContactPlan;
  /** One-way light time between two nodes at an instant, microseconds, whether in view or not. */
  owltUs(a: NodeNumber, b: NodeNumber, at: Instant): number;
}

/**
 * Sets a scenario in motion and plans its contacts from 0 to `horizonUs`. The same scenario and
 * horizon give the same plan. A range maximum holds between satellites; towards the ground the
 * elevation mask limits. Throws ConfigError for a constellation that cannot be.
 */
export function buildWorld(scenario: Scenario, horizonUs: Instant): World {
  const satellites = satellitesOf(scenario);
  const nodes = nodesOf(scenario, satellites);
  const ephemeris = new Ephemeris(
    satellites.orbits,
    scenario.groundStations.map(({ latitudeDeg, longitudeDeg, altitudeM }) =>
      groundPoint(latitudeDeg, longitudeDeg, altitudeM),
    ),
    scenario.epochUnixMs,
    scenario.file,
  );
  const owltUs = (a: number, b: number, at: Instant): number =>
    lightTimeUs(distanceKm(ephemeris.position(a, at), ephemeris.position(b, at)));
  const links = [
    ...crosslinksInView(scenario, satellites, ephemeris, horizonUs),
    ...groundLinksInView(scenario, satellites, ephemeris, horizonUs),
  ];
  const indexOf = new Map(nodes.map(({ node }, index) => [node, index]));
  return {
    nodes,
    plan: planOf(links, nodes, owltUs),
    owltUs: (a, b, at) => Math.round(owltUs(indexOf.get(a)!, indexOf.get(b)!, at)),
  };
}

/** Two nodes, by index, that see and point at each other, from `startsAt` to `endsAt`. */
interface LinkInView extends Window {
  readonly a: number;
  readonly aTerminal: number;
  readonly b: number;
  readonly bTerminal: number;
  readonly rateBps: number;
}

/** Ground stations are numbered from 9001, or from the next thousand above the satellites. */
function nodesOf(scenario: Scenario, satellites: Satellites): WorldNode[] {
  const highest = satellites.nodes.at(-1) ?? 0;
  const groundBase = Math.max(GROUND_BASE, Math.ceil(highest / 1000) * 1000);
  const nodes = [
    ...satellites.orbits.map(({ name }, index): WorldNode => {
      const node = satellites.nodes[index]!;
      const terminals = scenario.terminals + scenario.groundTerminals;
      return { name, node, scid: node, kind: 'satellite', terminals };
    }),
    ...scenario.groundStations.map(({ name, terminals }, index): WorldNode => {
      const node = groundBase + index + 1;
      return { name, node, scid: node, kind: 'ground', terminals };
    }),
  ];
  const names = new Set<string>(); // Bounded by the number of nodes.
  for (const { name, node } of nodes) {
    checkNodeNumber(node, scenario.file);
    if (names.has(name)) {
      const remedy = 'Rename one of them';
      throw new ConfigError(`two nodes are named ${name}`, { file: scenario.file, remedy });
    }
    names.add(name);
  }
  return nodes;
}

function crosslinksInView(
  { link }: Scenario,
  { crosslinks }: Satellites,
  ephemeris: Ephemeris,
  horizonUs: Instant,
): LinkInView[] {
  const rangeKmMax = link.rangeKmMax ?? Number.POSITIVE_INFINITY;
  const conditions = crosslinks.map(({ a, b }) => (at: Instant): boolean => {
    const from = ephemeris.position(a, at);
    const to = ephemeris.position(b, at);
    return distanceKm(from, to) <= rangeKmMax && clearsEarth(from, to, link.grazingAltitudeKm);
  });
  return findWindows(conditions, horizonUs).flatMap((windows, index) =>
    windows.map((window) => ({ ...crosslinks[index]!, ...window, rateBps: link.rateBps })),
  );
}

/**
 * Passes are followed past the horizon, so that a station chooses by when a satellite sets and not
 * by when the run ends.
 */
function groundLinksInView(
  scenario: Scenario,
  { orbits }: Satellites,
  ephemeris: Ephemeris,
  horizonUs: Instant,
): LinkInView[] {
  const { groundStations, terminals, groundTerminals } = scenario;
  const pairs = groundStations.flatMap((_, station) =>
    orbits.map((_orbit, satellite) => ({ station, satellite })),
  );
  const conditions = pairs.map(({ station, satellite }) => {
    const from = ephemeris.groundPoint(orbits.length + station);
    const maskDeg = groundStations[station]!.elevationMaskDeg;
    return (at: Instant): boolean =>
      elevationDeg(from, ephemeris.position(satellite, at)) >= maskDeg;
  });
  const passes = findWindows(conditions, horizonUs + LOOKAHEAD_US).flatMap((windows, index) =>
    windows.map((window) => ({ ...pairs[index]!, ...window })),
  );
  const stationTerminals = groundStations.map((station) => station.terminals);
  return assignPasses(passes, stationTerminals, groundTerminals).map((pass) => ({
    a: pass.satellite,
    aTerminal: terminals + pass.satelliteTerminal,
    b: orbits.length + pass.station,
    bTerminal: pass.stationTerminal,
    startsAt: pass.startsAt,
    endsAt: Math.min(pass.endsAt, horizonUs),
    rateBps: scenario.groundLink.rateBps,
  }));
}

function planOf(
  links: readonly LinkInView[],
  nodes: readonly WorldNode[],
  owltUs: (a: number, b: number, at: Instant) => number,
): ContactPlan {
  const contacts: Contact[] = [];
  const ranges: Range[] = [];
  // Bounded by the links in view, which the horizon bounds.
  for (const { a, aTerminal, b, bTerminal, startsAt, endsAt, rateBps } of links) {
    if (endsAt <= startsAt) continue;
    const from = nodes[a]!.node;
    const to = nodes[b]!.node;
    const contact = { from, to, startsAt, endsAt, rateBps };
    contacts.push({ ...contact, fromTerminal: aTerminal, toTerminal: bTerminal });
    const back = { from: to, to: from, fromTerminal: bTerminal, toTerminal: aTerminal };
    contacts.push({ ...contact, ...back });
    for (const interval of rangeIntervals({ startsAt, endsAt }, (at) => owltUs(a, b, at))) {
      ranges.push({ a: Math.min(from, to), b: Math.max(from, to), ...interval });
    }
  }
  contacts.sort((x, y) => x.startsAt - y.startsAt || x.from - y.from || x.to - y.to);
  ranges.sort((x, y) => x.startsAt - y.startsAt || x.a - y.a || x.b - y.b);
  return { contacts, ranges };
}

const GROUND_BASE = 9000;
const LOOKAHEAD_US = 15 * 60 * 1_000_000;
