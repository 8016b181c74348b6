/**
 * Bundles over one hop, from one node to the sink of another: bundle, packet, frame, seal, UDP, and
 * all of it back.
 */
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import type { TerminalAddress } from '#node/ports.ts';
import type { Satellite } from '#node/satellite.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { FarEndProcess } from './far-end-process.ts';
import type { Figure } from './figures.ts';
import { issueCredentials } from './two-nodes.ts';

/** One figure. */
export async function hopFigures(): Promise<Figure[]> {
  const far = new FarEndProcess();
  const here = await openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
  const port = await far.port({ kind: 'bind' });
  const [near, distant] = configs([here.addresses[0]!, { host: '127.0.0.1', port }]);
  const epoch = process.hrtime.bigint();
  far.tell({ kind: 'node', config: distant, epochNs: String(epoch) });
  const satellite = nearNode(near, here, epoch);
  const secured = new Promise<void>((resolve) => {
    satellite.notices$.subscribe(({ kind }) => {
      if (kind === 'link-secured') resolve();
    });
  });
  satellite.start();
  await secured;
  const measured = await deliveries(satellite, far);
  far.end();
  return [{ what: 'bundles of 1,024 octets over one hop', measured, unit: 'bundles/s' }];
}

/** Bundles delivered in a second, with a bounded number under way. */
async function deliveries(satellite: Satellite, far: FarEndProcess): Promise<number> {
  const start = await far.count();
  const warmAtMs = start.atMs + WARM_UP_MS;
  let sent = 0;
  let warm = start;
  for (let seen = start; ; seen = await far.count()) {
    if (seen.atMs < warmAtMs) warm = seen;
    if (seen.atMs > warmAtMs + MEASURE_MS) {
      return ((seen.received - warm.received) * 1_000) / (seen.atMs - warm.atMs);
    }
    for (; sent - seen.received < WINDOW; sent++) satellite.send(REQUEST);
  }
}

function nearNode(config: NodeConfig, datagrams: UdpDatagrams, epochNs: bigint): Satellite {
  return createSatellite(config, {
    clock: new SystemClock(epochNs),
    datagrams,
    vault: new MemoryVault(),
    records: new Map(),
    store: new MemoryStore(config.store.octetsMax),
    random: new OsRandom(),
    crypto: nativeProvider,
  });
}

function configs(addresses: readonly TerminalAddress[]): [NodeConfig, NodeConfig] {
  const credentials = issueCredentials();
  const hour = 3_600_000_000;
  const ends = { startsAt: 0, endsAt: hour, fromTerminal: 0, toTerminal: 0 };
  const contacts = [1, 2].map((from) => ({ from, to: 3 - from, rateBps: 100e9, ...ends }));
  const ranges = [{ a: 1, b: 2, startsAt: 0, endsAt: hour, owltUs: 1 }];
  const make = (node: number): NodeConfig => ({
    name: `bench-${node}`,
    node,
    scid: node,
    epochUnixMs: 1_767_225_600_000,
    boot: 1,
    terminals: 1,
    crypto: 'native',
    credentials: encodeCredentials(credentials[node - 1]!),
    link: { frameOctetsMax: 8_192 },
    store: { octetsMax: 256 * 2 ** 20 },
    plan: { contacts, ranges },
    directory: [1, 2].map((n) => ({ node: n, scid: n, terminals: [addresses[n - 1]!] })),
    services: { echo: false, sink: true, sources: [] },
    bind: [],
  });
  return [make(1), make(2)];
}

const REQUEST = {
  adu: new Uint8Array(1_024),
  destination: ipnEid(2, 9),
  sourceService: 1_000,
  lifetimeMs: 600_000,
  trafficClass: 1,
} as const;
const WARM_UP_MS = 1_000;
const MEASURE_MS = 2_000;
/** Bundles under way at most, so that no socket buffer overflows. */
const WINDOW = 400;
