/** Scenarios for the tests of this room. */
import type { GroundStation, Scenario } from '#harness/scenario/scenario.ts';

/** A station with two terminals and a mask of 10°. */
export function station(name: string, latitudeDeg: number, longitudeDeg: number): GroundStation {
  const site = { altitudeM: 0, elevationMaskDeg: 10, terminals: 2 };
  return { name, latitudeDeg, longitudeDeg, ...site };
}

/** Iridium's shape: 66 satellites in six near-polar planes, with six cities below. */
export const WALKER_66: Scenario = {
  name: 'walker-66',
  file: 'walker-66.yaml',
  description: '',
  epochUnixMs: Date.UTC(2026, 0, 1),
  durationMs: 60_000,
  seed: 1,
  fleet: 'virtual',
  satellitesPerProcess: undefined,
  constellation: {
    kind: 'walker',
    pattern: 'star',
    planes: 6,
    perPlane: 11,
    altitudeKm: 780,
    inclinationDeg: 86.4,
    raanSpacingDeg: 31.6,
    phasingDeg: 16.36,
  },
  terminals: 4,
  groundTerminals: 1,
  topology: { kind: 'plus-grid', acrossSeam: false },
  groundStations: [
    station('London', 51.5, -0.12),
    station('Tokyo', 35.68, 139.69),
    station('Sydney', -33.87, 151.21),
    station('Nairobi', -1.29, 36.82),
    station('Santiago', -33.45, -70.67),
    station('Longyearbyen', 78.22, 15.65),
  ],
  link: {
    rateBps: 100_000_000,
    frameOctetsMax: 1_000,
    channel: {},
    rangeKmMax: undefined,
    grazingAltitudeKm: 80,
  },
  groundLink: { rateBps: 20_000_000 },
  crypto: 'auto',
  security: { suite: 'classical', rekeyAfterMs: 600_000, revocations: [], bundles: [] },
  bundles: {
    strictness: 'tolerant',
    statusReports: false,
    clockless: [],
    fragmentOctetsMax: undefined,
    numbering: {},
    groups: [],
    statementGroup: undefined,
    reassembly: {},
  },
  store: { octetsMax: 1_000_000, durability: 'memory' },
  network: { host: '127.0.0.1', portBase: undefined },
  traffic: [],
  absences: [],
  faults: [],
  objectives: [],
};

/** Two satellites on one orbit, `apartDeg` from each other. */
export function pairScenario(apartDeg: number): Scenario {
  const orbit = { altitudeKm: 550, inclinationDeg: 53, raanDeg: 0 };
  return {
    ...WALKER_66,
    name: 'pair',
    file: 'pair.yaml',
    constellation: {
      kind: 'elements',
      satellites: [
        { name: 'alfa', ...orbit, meanAnomalyDeg: 0 },
        { name: 'bravo', ...orbit, meanAnomalyDeg: apartDeg },
      ],
    },
    topology: { kind: 'links', links: [['alfa', 'bravo']] },
    groundStations: [],
  };
}
