/**
 * The form of a scenario file: its keys, units, bounds and defaults. What needs more than one key
 * to judge is in check.ts. Editors read the same rules from docs/scenario.schema.json.
 */
import { z } from 'zod';
import { BULK_SHARE_MAX, INSERT_ZONE_OCTETS_MAX } from '#node/channel-config.ts';
import { STATUSES } from '#node/services-config.ts';
import { TRAFFIC_CLASSES } from '#protocol/traffic-class.ts';
import { ALTITUDE_KM_MIN } from '../constellation/elements.ts';
import { bundlesSchema } from './bundle-rules.ts';
import { bundleSecuritySchema } from './bundle-security.ts';
import {
  choice,
  count,
  form,
  kinds,
  list,
  mapping,
  name,
  oneOf,
  pair,
  quantity,
  ratio,
  text,
  truth,
} from './vocabulary.ts';

/** Beyond 40,000 km light time and SGP4 lose sense. */
const altitude = () =>
  quantity('length', 'km', { min: ALTITUDE_KM_MIN, max: 40_000 }).describe('Above the equator.');
const inclination = () => quantity('angle', 'deg', { min: 0, max: 180 });
const wholeTurn = (example: string) => quantity('angle', 'deg', { min: 0, max: 360, example });

const walker = mapping({
  kind: z.literal('walker'),
  pattern: choice(['star', 'delta']).describe('Nodes spread over about 180° or over 360°.'),
  planes: count(1, 100),
  perPlane: count(1, 100),
  altitude: altitude(),
  inclination: inclination(),
  raanSpacing: wholeTurn('31.6 deg').describe('Between the ascending nodes of neighbours.'),
  phasing: wholeTurn('16.36 deg').describe('Along-track lead of each plane over the last.'),
});

const tle = mapping({
  kind: z.literal('tle'),
  file: text('a path relative to the scenario file').describe('Relative to this file.'),
  perPlane: count(1, 100).optional().describe('Consecutive satellites that share a plane.'),
});

const elements = mapping({
  kind: z.literal('elements'),
  satellites: list(
    mapping({
      name: name('alpha'),
      altitude: altitude(),
      inclination: inclination(),
      raan: wholeTurn('0 deg'),
      meanAnomaly: wholeTurn('0 deg'),
    }),
    1_000,
  ),
});

const station = mapping({
  name: name('london'),
  latitude: quantity('angle', 'deg', { min: -90, max: 90, example: '51.51 deg' }),
  longitude: quantity('angle', 'deg', { min: -180, max: 180, example: '-0.13 deg' }),
  altitude: quantity('length', 'm', { min: -500, max: 9_000, example: '20 m' }).prefault('0 m'),
  elevationMask: quantity('angle', 'deg', { min: 0, max: 89, example: '10 deg' }).prefault(
    '10 deg',
  ),
  terminals: count(1, 16).default(1).describe('Satellites it can follow at once.'),
});

const topology = kinds([
  mapping({
    kind: z.literal('plus-grid'),
    acrossSeam: truth()
      .default(false)
      .describe('Whether the last plane links to the first, which flies the other way.'),
  }),
  mapping({
    kind: z.literal('links'),
    links: list(pair(), 10_000).describe('Pairs of satellites.'),
  }),
]);

const flow = mapping({
  from: name('london'),
  to: name('p1s01').describe('A node, or one of bundles.groups.'),
  class: choice(TRAFFIC_CLASSES).default('normal'),
  every: quantity('duration', 'ms', { min: 1, max: 3_600_000, example: '500 ms' }).prefault(
    '500 ms',
  ),
  size: quantity('size', 'B', { min: 1, max: 65_536 }).prefault('256 B'),
  lifetime: quantity('duration', 'ms', {
    min: 1,
    max: 604_800_000,
    example: '5 min',
  }).prefault('5 min'),
  reports: list(choice(STATUSES), STATUSES.length)
    .default([])
    .describe('Status reports that its bundles ask for; see bundles.statusReports.'),
});

const rate = () => quantity('rate', 'bit/s', { min: 1_000, max: 100e9 }).prefault('100 Mbit/s');

const coding = mapping({
  code: choice(['none', 'rs-255-223', 'rs-255-239'])
    .default('none')
    .describe('Reed–Solomon: corrects 16 or 8 octets of each codeword. Needs frames: fixed.'),
  interleave: oneOf([1, 2, 3, 4, 5, 8]).default(1).describe('Codewords in a block.'),
  randomizer: choice(['none', 'long', 'short']).default('none'),
});

const link = mapping({
  rate: rate(),
  frameSize: quantity('size', 'B', { min: 269, max: 65_507, example: '1400 B' }).prefault('1400 B'),
  frames: choice(['variable', 'fixed'])
    .default('variable')
    .describe('Whether every frame has the frame size; packets then run on from frame to frame.'),
  idleFrames: truth().default(false).describe('Whether an idle link fills its line with frames.'),
  insertZone: quantity('size', 'B', { min: 0, max: INSERT_ZONE_OCTETS_MAX, example: '4 B' })
    .prefault('0 B')
    .describe('Octets between header and data of every frame of fixed length.'),
  bulkShare: ratio(0, BULK_SHARE_MAX)
    .default(0)
    .describe('The part of a busy link that bulk gets at the least; 0 lets alerts wait the least.'),
  ltp: truth()
    .default(true)
    .describe('Whether a node keeps a bundle until the next one has stored it (LTP).'),
  green: list(choice(TRAFFIC_CLASSES), 4)
    .default([])
    .describe('Classes that LTP sends once and never repeats: what is late is worth nothing.'),
  coding: coding.optional(),
  rangeMax: quantity('length', 'km', { min: 1, max: 100_000, example: '5000 km' }).optional(),
  grazingAltitude: quantity('length', 'km', { min: 0, max: 1_000, example: '80 km' }).prefault(
    '80 km',
  ),
});

const security = mapping({
  suite: choice(['classical', 'hybrid'])
    .default('classical')
    .describe('Of first handshakes: X25519 alone, or with ML-KEM-768.'),
  rekeyAfter: quantity('duration', 'ms', { min: 1_000, max: 600_000, example: '600 s' })
    .prefault('600 s')
    .describe('How long the keys of a link serve.'),
  revocations: list(
    mapping({
      node: name('p2s03').describe('Whose certificate is revoked.'),
      at: quantity('duration', 'ms', { min: 0, max: 86_400_000, example: '30 s' }),
      from: name('p1s01').describe('The node that is told first.'),
    }),
    512,
  ).default([]),
  bundles: list(bundleSecuritySchema, 256)
    .default([])
    .describe('Rules for the security of bundles from end to end; the first that fits decides.'),
});

const kill = mapping({
  kind: z.literal('kill'),
  node: name('p2s03').describe('Its name, or random: one of those that are up, from the seed.'),
  at: quantity('duration', 'ms', { min: 0, max: 86_400_000, example: '10 s' })
    .optional()
    .describe('When, or when first; one interval from the start unless given.'),
  every: quantity('duration', 'ms', { min: 100, max: 86_400_000, example: '1 s' })
    .optional()
    .describe('Again and again after such an interval; once unless given.'),
  until: quantity('duration', 'ms', { min: 0, max: 86_400_000, example: '50 s' })
    .optional()
    .describe('The end of the repetition; that of the run unless given.'),
  back: quantity('duration', 'ms', { min: 1, max: 86_400_000, example: '2 s' })
    .optional()
    .describe('Started again after so long; never unless given.'),
});

const objectives = mapping({
  linksSecuredWithin: quantity('duration', 'ms', { min: 1, max: 3_600_000, example: '20 s' })
    .optional()
    .describe('Launch to every expected link secured.'),
  deliveredRatio: ratio(0, 1).optional().describe('Bundles delivered of those accepted.'),
  nothingLost: truth()
    .optional()
    .describe('No accepted bundle is missing at the end, and none has reached a service twice.'),
  overheadPerHopP50: quantity('duration', 'ms', { min: 0, max: 60_000, example: '0.5 ms' })
    .optional()
    .describe('What the emulator adds to a hop, median.'),
  latencyP99: quantity('duration', 'ms', { min: 0, max: 3_600_000, example: '200 ms' })
    .optional()
    .describe('Source to destination, over all flows.'),
  securedAcceptedRatio: ratio(0, 1)
    .optional()
    .describe('Bundles whose security an acceptor found to hold, of those that were secured.'),
  revocationsKnownWithin: quantity('duration', 'ms', { min: 0, max: 3_600_000, example: '10 s' })
    .optional()
    .describe('From a revocation being told to one node until all others know of it.'),
});

/** A size alone stands for a mapping with that size. */
const store = z.preprocess(
  (value) => (typeof value === 'string' || typeof value === 'number' ? { size: value } : value),
  mapping({
    size: quantity('size', 'B', { min: 65_536, max: 2 ** 36, example: '64 MiB' })
      .prefault('64 MiB')
      .describe('Octets of bundles one node can keep.'),
    durability: choice(['flush', 'memory'])
      .default('flush')
      .describe('Whether a bundle is on disk, or in memory, when it is accepted.'),
  }),
);

/** What a scenario file says, before names are checked and units go into names. */
export const scenarioSchema = mapping({
  name: name('walker-66'),
  description: text('text of up to 2000 characters').default(''),
  epoch: z.iso
    .datetime({ precision: 0, error: () => 'a UTC time such as 2026-01-01T00:00:00Z' })
    .default('2026-01-01T00:00:00Z')
    .describe('UTC time at which the run begins.'),
  run: quantity('duration', 'ms', { min: 1_000, max: 86_400_000 }).prefault('60 s'),
  seed: count(0, 2 ** 32 - 1).default(1),
  fleet: choice(['processes', 'hosted', 'virtual']).default('processes'),
  satellitesPerProcess: count(1, 1_000).optional(),
  constellation: kinds([walker, tle, elements]),
  terminals: count(1, 16).default(4).describe('Crosslink terminals per satellite.'),
  groundTerminals: count(0, 16).default(1).describe('Terminals that look down, per satellite.'),
  topology: topology.default({ kind: 'plus-grid', acrossSeam: false }),
  groundStations: list(station, 1_000).default([]),
  link: link.prefault({}),
  groundLink: mapping({ rate: rate() }).prefault({}),
  crypto: choice(['auto', 'noble', 'native']).default('auto'),
  security: security.prefault({}),
  bundles: bundlesSchema.prefault({}),
  store: store.prefault({}),
  network: mapping({
    host: form(/^127(\.\d{1,3}){3}$/, 'a loopback address such as 127.0.0.1').default('127.0.0.1'),
    portBase: count(1_024, 65_535).optional(),
  }).prefault({}),
  traffic: list(flow, 1_000).default([]),
  absences: list(
    mapping({
      node: name('p2s03'),
      from: quantity('duration', 'ms', { min: 0, max: 86_400_000, example: '10 s' }),
      until: quantity('duration', 'ms', { min: 1, max: 86_400_000, example: '20 s' }),
    }),
    1_000,
  )
    .default([])
    .describe('When the application is away that traffic for a node goes to.'),
  faults: list(kinds([kill]), 100)
    .default([])
    .describe('What is done to the nodes while the run lasts.'),
  objectives: objectives.prefault({}),
});

/** A scenario file that has the right form. */
export type ScenarioInput = z.output<typeof scenarioSchema>;

/** The rules as JSON Schema (draft 2020-12) for editors, as text. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input' });
  return `${JSON.stringify({ title: 'Orbweaver scenario', ...schema }, undefined, 2)}\n`;
}
