/** From a YAML file to a checked scenario. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '#node/config-error.ts';
import { trafficClassOf } from '#protocol/traffic-class.ts';
import { bundleRulesOf } from './bundle-rules.ts';
import { checkScenario } from './check.ts';
import { RANDOM_NODE } from './check-faults.ts';
import { diagnose } from './diagnosis.ts';
import type { Objective, Scenario, ScheduledFault, Security, Topology } from './scenario.ts';
import { ScenarioError } from './scenario-error.ts';
import { type ScenarioInput, scenarioSchema } from './schema.ts';
import { YamlSource } from './yaml-source.ts';

/** Reads the scenario at `file`. Throws ConfigError, with every mistake found and its place. */
export function loadScenario(file: string): Scenario {
  return parseScenario(readText(file), file);
}

/**
 * The scenario in a YAML text. `file` is named in errors, and paths in the text are relative to
 * it. Throws ConfigError, with every mistake found and its place.
 */
export function parseScenario(text: string, file: string): Scenario {
  const source = new YamlSource(text);
  refuse(
    source.syntaxErrors.map(
      ({ what, remedy, place }) => new ConfigError(what, { file, ...place, remedy }),
    ),
  );
  const parsed = scenarioSchema.safeParse(source.value, { reportInput: true });
  if (!parsed.success) throw new ScenarioError(diagnose(parsed.error.issues, source, file));
  const scenario = scenarioOf(parsed.data, resolve(file));
  refuse(checkScenario(scenario, source, file));
  return scenario;
}

function refuse(errors: readonly ConfigError[]): void {
  if (errors.length > 0) throw new ScenarioError(errors);
}

function readText(file: string): string {
  const expected = 'a YAML file that describes a scenario';
  try {
    if (statSync(file).size <= FILE_OCTETS_MAX) return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new ConfigError(what, { file, expected, remedy: 'Correct the path' });
  }
  const what = `it is larger than ${FILE_OCTETS_MAX / 2 ** 20} MiB`;
  throw new ConfigError(what, { file, expected, remedy: 'Correct the path' });
}

function scenarioOf(input: ScenarioInput, file: string): Scenario {
  const { name, description, seed, fleet, satellitesPerProcess, terminals, groundTerminals } =
    input;
  return {
    name,
    file,
    description,
    epochUnixMs: Date.parse(input.epoch),
    durationMs: input.run,
    seed,
    fleet,
    satellitesPerProcess,
    constellation: constellationOf(input.constellation, file),
    terminals,
    groundTerminals,
    topology: topologyOf(input.topology),
    groundStations: input.groundStations.map((station) => ({
      name: station.name,
      latitudeDeg: station.latitude,
      longitudeDeg: station.longitude,
      altitudeM: station.altitude,
      elevationMaskDeg: station.elevationMask,
      terminals: station.terminals,
    })),
    link: {
      rateBps: input.link.rate,
      frameOctetsMax: input.link.frameSize,
      channel: channelOf(input.link),
      rangeKmMax: input.link.rangeMax,
      grazingAltitudeKm: input.link.grazingAltitude,
    },
    groundLink: { rateBps: input.groundLink.rate },
    crypto: input.crypto,
    security: securityOf(input.security),
    bundles: bundleRulesOf(input.bundles),
    store: { octetsMax: input.store.size, durability: input.store.durability },
    network: { host: input.network.host, portBase: input.network.portBase },
    traffic: input.traffic.map((flow) => ({
      from: flow.from,
      to: flow.to,
      trafficClass: trafficClassOf(flow.class),
      everyMs: flow.every,
      sizeOctets: flow.size,
      lifetimeMs: flow.lifetime,
      reports: flow.reports,
    })),
    absences: input.absences.map(({ node, from, until }) => ({
      node,
      fromMs: from,
      untilMs: until,
    })),
    faults: input.faults.map(faultOf),
    objectives: objectivesOf(input.objectives),
  };
}

function constellationOf(
  input: ScenarioInput['constellation'],
  file: string,
): Scenario['constellation'] {
  switch (input.kind) {
    case 'walker':
      return {
        kind: input.kind,
        pattern: input.pattern,
        planes: input.planes,
        perPlane: input.perPlane,
        altitudeKm: input.altitude,
        inclinationDeg: input.inclination,
        raanSpacingDeg: input.raanSpacing,
        phasingDeg: input.phasing,
      };
    case 'tle':
      return {
        kind: input.kind,
        file: resolve(dirname(file), input.file),
        perPlane: input.perPlane,
      };
    case 'elements':
      return {
        kind: input.kind,
        satellites: input.satellites.map((satellite) => ({
          name: satellite.name,
          altitudeKm: satellite.altitude,
          inclinationDeg: satellite.inclination,
          raanDeg: satellite.raan,
          meanAnomalyDeg: satellite.meanAnomaly,
        })),
      };
  }
}

function securityOf(input: ScenarioInput['security']): Security {
  const { suite, rekeyAfter, revocations, bundles } = input;
  return {
    suite,
    rekeyAfterMs: rekeyAfter,
    revocations: revocations.map(({ node, at, from }) => ({ node, atMs: at, from })),
    bundles,
  };
}

function channelOf(input: ScenarioInput['link']): Scenario['link']['channel'] {
  const { frames, idleFrames, insertZone: insertZoneOctets, bulkShare, ltp, green, coding } = input;
  const fixedLength = frames === 'fixed';
  const greenClasses = green.map(trafficClassOf);
  const shared = { fixedLength, idleFrames, insertZoneOctets, bulkShare, ltp, greenClasses };
  if (coding === undefined) return shared;
  const { code, interleave, randomizer } = coding;
  return {
    ...shared,
    coding: {
      reedSolomon:
        code === 'none' ? undefined : { correctableMax: CORRECTABLE_MAX[code], interleave },
      randomizer: randomizer === 'none' ? undefined : randomizer,
    },
  };
}

function topologyOf(input: ScenarioInput['topology']): Topology {
  if (input.kind === 'plus-grid') return input;
  return { kind: 'links', links: input.links };
}

function faultOf(input: ScenarioInput['faults'][number]): ScheduledFault {
  const { kind, node, every, at = every, until, back } = input;
  return {
    kind,
    node: node === RANDOM_NODE ? undefined : node,
    // One that is said neither when nor how often is refused by the checks.
    atMs: at ?? Number.POSITIVE_INFINITY,
    everyMs: every,
    untilMs: until,
    backMs: back,
  };
}

function objectivesOf(input: ScenarioInput['objectives']): Objective[] {
  const { linksSecuredWithin, deliveredRatio, overheadPerHopP50, latencyP99 } = input;
  const { securedAcceptedRatio, revocationsKnownWithin } = input;
  const objectives: Objective[] = [];
  if (linksSecuredWithin !== undefined) {
    const text = `all links secured within ${linksSecuredWithin / 1_000} s`;
    objectives.push({ kind: 'links-secured', text, withinMs: linksSecuredWithin });
  }
  if (deliveredRatio !== undefined) {
    const text = `delivered ratio at least ${deliveredRatio}`;
    objectives.push({ kind: 'delivered-ratio', text, min: deliveredRatio });
  }
  if (input.nothingLost === true) {
    objectives.push({ kind: 'nothing-lost', text: 'nothing lost, nothing received twice' });
  }
  if (overheadPerHopP50 !== undefined) {
    const text = `median overhead per hop under ${overheadPerHopP50} ms`;
    objectives.push({ kind: 'overhead-per-hop-p50', text, maxMs: overheadPerHopP50 });
  }
  if (latencyP99 !== undefined) {
    const text = `latency p99 under ${latencyP99} ms`;
    objectives.push({ kind: 'latency-p99', text, maxMs: latencyP99 });
  }
  if (securedAcceptedRatio !== undefined) {
    const text = `secured bundles accepted at least ${securedAcceptedRatio}`;
    objectives.push({ kind: 'secured-accepted', text, min: securedAcceptedRatio });
  }
  if (revocationsKnownWithin !== undefined) {
    const text = `revocations known to all within ${revocationsKnownWithin / 1_000} s`;
    objectives.push({ kind: 'revocations-known', text, withinMs: revocationsKnownWithin });
  }
  return objectives;
}

/** Octets of a codeword that each code corrects. */
const CORRECTABLE_MAX = { 'rs-255-223': 16, 'rs-255-239': 8 } as const;
/** Far more than any scenario needs; a mistyped path may name a video. */
const FILE_OCTETS_MAX = 4 * 2 ** 20;
