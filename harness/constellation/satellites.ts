/** The satellites of a scenario: their names, numbers and orbits, and how they are linked. */
import { readFileSync } from 'node:fs';
import { ConfigError } from '#node/config-error.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { circularElements, walkerElements } from './elements.ts';
import { type Orbit, orbitOfElements, orbitOfTle } from './ephemeris.ts';
import { parseTleFile } from './tle.ts';
import { type Crosslink, checkTerminals, type Grid, namedLinks, plusGrid } from './topology.ts';

/** Satellites in plane order. */
export interface Satellites {
  readonly orbits: readonly Orbit[];
  /** Parallel to `orbits`. */
  readonly nodes: readonly NodeNumber[];
  readonly crosslinks: readonly Crosslink[];
}

/** Reads and checks the constellation. Throws ConfigError naming what cannot be, and the remedy. */
export function satellitesOf(scenario: Scenario): Satellites {
  const orbits = orbitsOf(scenario);
  const names = orbits.map(({ name }) => name);
  const crosslinks = crosslinksOf(scenario, names);
  checkTerminals(crosslinks, scenario.terminals, names, scenario.file);
  return { orbits, nodes: nodesOf(scenario, orbits.length), crosslinks };
}

function orbitsOf({ constellation, epochUnixMs, file }: Scenario): Orbit[] {
  switch (constellation.kind) {
    case 'walker':
      return walkerElements(constellation, epochUnixMs, file).map(orbitOfElements);
    case 'elements':
      return constellation.satellites.map((satellite) =>
        orbitOfElements(circularElements(satellite, epochUnixMs, file)),
      );
    case 'tle':
      return parseTleFile(readTle(constellation.file, file), constellation.file).map(orbitOfTle);
  }
}

function readTle(tleFile: string, file: string): string {
  try {
    return readFileSync(tleFile, 'utf8');
  } catch {
    throw new ConfigError(`the TLE file ${tleFile} cannot be read`, {
      file,
      expected: 'a path relative to the scenario',
      remedy: 'Correct the path, or put the file there',
    });
  }
}

/**
 * Numbers people can read: plane · 100 + slot in a Walker shell (· 1000 when a plane has more than
 * 99), counted from 1; otherwise 1, 2, … in the order given.
 */
function nodesOf({ constellation, file }: Scenario, count: number): NodeNumber[] {
  const perPlane = constellation.kind === 'walker' ? constellation.perPlane : count;
  const planeStep = constellation.kind !== 'walker' ? 0 : perPlane > 99 ? 1000 : 100;
  const nodes = Array.from(
    { length: count },
    (_, index) => (Math.floor(index / perPlane) + 1) * planeStep + (index % perPlane) + 1,
  );
  checkNodeNumber(nodes.at(-1) ?? 0, file);
  return nodes;
}

/** Throws ConfigError when a node number does not fit a spacecraft id. */
export function checkNodeNumber(node: NodeNumber, file: string): void {
  if (node <= NODE_MAX) return;
  throw new ConfigError(`the constellation would need node number ${node}`, {
    file,
    expected: `at most ${NODE_MAX}, since the number is the 16-bit spacecraft id as well`,
    remedy: 'Use fewer planes, or fewer satellites per plane',
  });
}

function crosslinksOf(scenario: Scenario, names: readonly string[]): Crosslink[] {
  const { topology, file } = scenario;
  if (topology.kind === 'links') return namedLinks(topology.links, names, file);
  return plusGrid(gridOf(scenario, topology.acrossSeam, names.length));
}

function gridOf({ constellation, file }: Scenario, acrossSeam: boolean, count: number): Grid {
  if (constellation.kind === 'walker') {
    const { pattern, planes, perPlane, phasingDeg } = constellation;
    const closed = acrossSeam || pattern === 'delta';
    return {
      planes,
      perPlane,
      seamShift: closed ? seamShift(planes, perPlane, phasingDeg) : undefined,
    };
  }
  const perPlane = constellation.kind === 'tle' ? constellation.perPlane : undefined;
  if (perPlane === undefined || count % perPlane !== 0) {
    throw new ConfigError(`a plus-grid needs whole planes, and there are ${count} satellites`, {
      file,
      expected: 'a TLE file with a number per plane that divides the satellites',
      remedy: 'Set the number per plane, or list the links by name',
    });
  }
  return { planes: count / perPlane, perPlane, seamShift: acrossSeam ? 0 : undefined };
}

/** By how many slots the phasing of all planes together has run ahead when the ring closes. */
function seamShift(planes: number, perPlane: number, phasingDeg: number): number {
  const slots = Math.round((planes * phasingDeg * perPlane) / 360) % perPlane;
  return slots < 0 ? slots + perPlane : slots;
}

const NODE_MAX = 65_535;
