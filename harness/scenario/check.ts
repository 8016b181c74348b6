/** What takes more than one key of a scenario to judge, each finding at its place. */
import { DATAGRAM_OCTETS_MAX } from '#node/channel-config.ts';
import { ConfigError } from '#node/config-error.ts';
import { ABSENCES_MAX } from '#node/services-config.ts';
import { frameSizes } from '#protocol/link/channel.ts';
import { satellitesOf } from '../constellation/satellites.ts';
import { checkBundleSecurity } from './check-bundle-security.ts';
import { checkBundles } from './check-bundles.ts';
import { checkFaults } from './check-faults.ts';
import { checkSecurity } from './check-security.ts';
import { oneOf, type Report, remedyFor } from './finding.ts';
import type { Objective, Scenario } from './scenario.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** The mistakes of a scenario whose form is right; empty when it can be flown. */
export function checkScenario(scenario: Scenario, source: YamlSource, file: string): ConfigError[] {
  const errors: ConfigError[] = [];
  const report: Report = (path, what, remedy, expected) => {
    errors.push(new ConfigError(what, { file, ...source.placeOf(path), expected, remedy }));
  };
  /** Runs a check of the constellation's own; what it throws gets a place if it has none. */
  const attempt = <T>(path: Path, check: () => T): T | undefined => {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (error.line !== undefined) errors.push(error);
      else report(path, error.message, error.remedy, error.expected);
      return undefined;
    }
  };
  checkWorld(scenario, report);
  checkChannel(scenario, report);
  checkObjectives(scenario, report);
  const unlinked: Scenario = { ...scenario, topology: { kind: 'links', links: [] } };
  const satellites = attempt(placeOfOrbits(scenario), () =>
    satellitesOf(unlinked).orbits.map((orbit) => orbit.name),
  );
  if (satellites === undefined) return errors;
  checkNames(scenario, satellites, report);
  checkPorts(scenario, satellites.length, report);
  checkLinks(scenario, satellites, report);
  const names = [...scenario.groundStations.map(({ name }) => name), ...satellites];
  checkFlows(scenario, names, report);
  checkBundles(scenario, names, report);
  checkAbsences(scenario, names, report);
  checkSecurity(scenario, names, report);
  checkBundleSecurity(scenario, names, report);
  checkFaults(scenario, names, report);
  if (errors.length === 0) attempt(placeOfGrid(scenario), () => satellitesOf(scenario));
  return errors;
}

/** Where to point when the orbits cannot be made: bounds of single values are checked before. */
function placeOfOrbits({ constellation }: Scenario): Path {
  const key = { walker: 'raanSpacing', tle: 'file', elements: 'satellites' }[constellation.kind];
  return ['constellation', key];
}

/** Where to point when the plus-grid cannot be made: a shell may lack terminals, others planes. */
function placeOfGrid({ constellation }: Scenario): Path {
  if (constellation.kind === 'walker') return ['terminals'];
  return constellation.kind === 'tle' ? ['constellation', 'perPlane'] : ['topology'];
}

function checkWorld(scenario: Scenario, report: Report): void {
  const { epochUnixMs, groundStations, groundTerminals } = scenario;
  if (epochUnixMs < DTN_EPOCH_UNIX_MS) {
    const expected = 'a time from the year 2000 on, where DTN time begins';
    report(['epoch'], 'epoch is no time that a bundle can carry', 'Choose a later one', expected);
  }
  if (groundStations.length > 0 && groundTerminals === 0) {
    const what = 'ground stations are listed, and no satellite has a terminal for them';
    report(['groundTerminals'], what, 'Raise groundTerminals', 'at least 1');
  }
}

/** The frames of a link suit what its channel has besides. */
function checkChannel({ link }: Scenario, report: Report): void {
  const { channel, frameOctetsMax } = link;
  const { fixedLength, idleFrames, insertZoneOctets, coding, ltp, greenClasses = [] } = channel;
  if (ltp === false && greenClasses.length > 0) {
    report(['link', 'green'], 'green needs LTP', 'Remove green, or ltp: false');
  }
  const needsFixed = (key: string) =>
    report(['link', key], `${key} needs frames of fixed length`, 'Add frames: fixed to link');
  if (!fixedLength && idleFrames) needsFixed('idleFrames');
  if (!fixedLength && insertZoneOctets) needsFixed('insertZone');
  if (!fixedLength && coding?.reedSolomon !== undefined) {
    needsFixed('coding');
    return;
  }
  const { min, max, multipleOf } = frameSizes(channel, DATAGRAM_OCTETS_MAX);
  if (max < min) {
    const what = `a block of the code holds ${max} B, and a handshake needs a frame of ${min} B`;
    report(['link', 'coding'], what, 'Raise interleave');
    return;
  }
  if (frameOctetsMax >= min && frameOctetsMax <= max && frameOctetsMax % multipleOf === 0) return;
  const many = multipleOf === 1 ? 'a size' : `a multiple of ${multipleOf} B`;
  report(
    ['link', 'frameSize'],
    `frames of ${frameOctetsMax} B do not suit the channel`,
    'Correct frameSize',
    `${many} from ${min} B to ${max} B`,
  );
}

/** An objective that nothing measures would hold, or fail, for no reason. */
function checkObjectives({ traffic, objectives }: Scenario, report: Report): void {
  if (traffic.length > 0) return;
  if (objectives.some(({ kind }) => !BUNDLELESS.has(kind))) {
    report(
      ['objectives'],
      'an objective speaks of bundles, and there is no traffic',
      'Add traffic',
    );
  }
}

function checkNames(scenario: Scenario, satellites: readonly string[], report: Report): void {
  const taken = new Set<string>(); // Bounded by the number of nodes.
  const claim = (name: string, path: Path): void => {
    if (taken.has(name)) report(path, `two nodes are named ${name}`, 'Rename one of them');
    taken.add(name);
  };
  const listed = scenario.constellation.kind === 'elements';
  satellites.forEach((name, index) => {
    claim(name, listed ? ['constellation', 'satellites', index, 'name'] : ['constellation']);
  });
  scenario.groundStations.forEach(({ name }, index) => {
    claim(name, ['groundStations', index, 'name']);
  });
}

/** Every terminal has a port, and so has the transit probe of every process. */
function checkPorts(scenario: Scenario, satelliteCount: number, report: Report): void {
  const { network, terminals, groundTerminals, groundStations } = scenario;
  if (network.portBase === undefined) return;
  const perSatellite = terminals + groundTerminals + 1;
  const ports = groundStations.reduce(
    (sum, station) => sum + station.terminals + 1,
    satelliteCount * perSatellite,
  );
  if (network.portBase + ports - 1 <= PORT_MAX) return;
  report(
    ['network', 'portBase'],
    `${ports} ports from ${network.portBase} on go beyond ${PORT_MAX}`,
    'Lower portBase, or leave it out for any free ports',
    `at most ${PORT_MAX + 1 - ports}`,
  );
}

function checkLinks(scenario: Scenario, satellites: readonly string[], report: Report): void {
  const { topology, terminals } = scenario;
  if (topology.kind !== 'links') return;
  const known = new Set(satellites);
  const links = new Set<string>(); // Bounded by the number of links listed.
  const degrees = new Map<string, number>(); // Bounded by the number of names in links.
  topology.links.forEach((pair, index) => {
    const path = ['topology', 'links', index];
    pair.forEach((name, end) => {
      const degree = (degrees.get(name) ?? 0) + 1;
      degrees.set(name, degree);
      if (!known.has(name)) {
        const what = `a link names ${name}, which is no satellite`;
        report([...path, end], what, remedyFor(name, satellites), oneOf(satellites));
      } else if (degree === terminals + 1) {
        const what = `${name} has more links than terminals, of which it has ${terminals}`;
        report([...path, end], what, 'Remove links, or raise terminals');
      }
    });
    const [from, to] = pair;
    if (from === to) report(path, `a link joins ${from} to itself`, 'Remove it');
    const key = pair.toSorted().join(' ');
    if (links.has(key)) report(path, `the link ${from} – ${to} is listed twice`, 'Remove one');
    links.add(key);
  });
}

function checkFlows(scenario: Scenario, names: readonly string[], report: Report): void {
  const { traffic, link, store, bundles } = scenario;
  const targets = [...names, ...bundles.groups.map(({ name }) => name)];
  traffic.forEach(({ from, to, sizeOctets, everyMs }, index) => {
    if (!names.includes(from)) {
      const what = `from is ${from}, which is no node`;
      report(['traffic', index, 'from'], what, remedyFor(from, names), oneOf(names));
    }
    if (!targets.includes(to)) {
      const kinds = targets.length > names.length ? 'node or group' : 'node';
      const what = `to is ${to}, which is no ${kinds}`;
      report(['traffic', index, 'to'], what, remedyFor(to, targets), oneOf(targets));
    }
    if (from === to) {
      report(['traffic', index, 'to'], `a flow goes from ${from} to itself`, 'Name another node');
    }
    if (sizeOctets + BUNDLE_OVERHEAD_OCTETS > store.octetsMax) {
      const what = `a bundle of ${sizeOctets} B does not fit the store of ${store.octetsMax} B`;
      report(['traffic', index, 'size'], what, 'Enlarge store, or send less at once');
    }
    const loadBps = Math.round((sizeOctets * 8_000) / everyMs);
    if (loadBps > link.rateBps) {
      const what = `the flow alone loads a link of ${link.rateBps} bit/s with ${loadBps} bit/s`;
      report(['traffic', index], what, 'Send less, or raise the rate of link');
    }
  });
}

function checkAbsences(
  { absences, durationMs }: Scenario,
  names: readonly string[],
  report: Report,
): void {
  absences.forEach(({ node, fromMs, untilMs }, index) => {
    const path = ['absences', index];
    if (!names.includes(node)) {
      const what = `node is ${node}, which is no node`;
      report([...path, 'node'], what, remedyFor(node, names), oneOf(names));
    }
    const own = absences.filter((each) => each.node === node);
    if (fromMs >= durationMs) {
      const expected = `less than run, ${durationMs / 1_000} s`;
      report([...path, 'from'], 'it begins when the run is over', 'Let it begin earlier', expected);
    }
    if (untilMs <= fromMs) report([...path, 'until'], 'it ends before it begins', 'Correct it');
    else if (own.length > ABSENCES_MAX && own[0] === absences[index]) {
      report(path, `${node} is away too often`, 'Remove some', `at most ${ABSENCES_MAX} times`);
    }
  });
}

/** 2000-01-01T00:00:00Z, where DTN time begins (RFC 9171 §4.2.6). */
const DTN_EPOCH_UNIX_MS = 946_684_800_000;
/** Generous for the blocks around a payload. */
const BUNDLE_OVERHEAD_OCTETS = 512;
/** Objectives that speak of no bundle. */
const BUNDLELESS: ReadonlySet<Objective['kind']> = new Set(['links-secured', 'revocations-known']);
const PORT_MAX = 65_535;
