/**
 * The limits of this machine, and our own rate beside them: raw datagrams over loopback between
 * two processes, raw AES-256-GCM, and bundles over one whole hop (bundle, packet, frame, seal,
 * UDP, and all of it back). Every figure we claim elsewhere is a ratio to these.
 */
import { createSocket } from 'node:dgram';
import { cpus } from 'node:os';
import { createAuthority } from '#harness/authority/authority.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import type { TerminalAddress } from '#node/ports.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { PeerProcess } from './peer-process.ts';

const MEASURE_MS = 2_000;
const BUNDLE_PAYLOAD_OCTETS = 1_024;
/** Bundles under way at most, so that no socket buffer overflows. */
const WINDOW = 400;
const FRAME_OCTETS_MAX = 8_192;
const BURST = 32;

console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}\n`);
for (const size of [1_200, 8_192]) {
  row(`raw dgram, ${size} octets`, await rawDatagrams(size), 'datagrams/s', size);
}
for (const provider of [nativeProvider, nobleProvider]) {
  row(`raw AES-256-GCM seal, ${provider.name}, 1 KiB`, aeadRate(provider), 'seals/s', 1_024);
}
const raw = await rawDatagrams(1_200);
const hop = await oneHop();
row('one hop, bundles of 1 KiB', hop, 'bundles/s', BUNDLE_PAYLOAD_OCTETS);
console.log(`\none hop / raw dgram of 1,200 octets   ${((100 * hop) / raw).toFixed(1)} %`);
process.exit(0);

function row(what: string, rate: number, unit: string, sizeOctets: number): void {
  const mbps = (rate * sizeOctets * 8) / 1e6;
  const number = Math.round(rate).toLocaleString('en').padStart(10);
  console.log(
    `${what.padEnd(38)}${number} ${unit.padEnd(12)}${mbps.toFixed(0).padStart(7)} Mbit/s`,
  );
}

/** Seals a second on one thread. */
function aeadRate(provider: CryptoProvider): number {
  const key = provider.aead.key(new Uint8Array(32).fill(7));
  const iv = new Uint8Array(12);
  const view = new DataView(iv.buffer);
  const aad = new Uint8Array(24);
  const plaintext = new Uint8Array(1_024);
  const out = new Uint8Array(plaintext.length + 16);
  const seal = (n: number): void => {
    for (let index = 0; index < n; index++) {
      view.setUint32(8, view.getUint32(8) + 1);
      key.seal(iv, aad, plaintext, out, 0);
    }
  };
  seal(2_000);
  const start = process.hrtime.bigint();
  let sealed = 0;
  while (elapsedMs(start) < MEASURE_MS / 2) {
    seal(500);
    sealed += 500;
  }
  return (sealed * 1000) / elapsedMs(start);
}

/** Datagrams a second that arrive in another process. */
async function rawDatagrams(sizeOctets: number): Promise<number> {
  const peer = new PeerProcess();
  const port = await peer.ask({ kind: 'raw' });
  const socket = createSocket('udp4');
  const octets = new Uint8Array(sizeOctets);
  let running = true;
  // In bursts, so that the event loop has its turn: a send completes at once.
  const send = (): void => {
    for (let index = 0; index < BURST; index++) socket.send(octets, port, '127.0.0.1');
    if (running) setImmediate(send);
  };
  send();
  const rate = await peer.rate(MEASURE_MS);
  running = false;
  peer.end();
  return rate;
}

/** Bundles a second from a node in this process to the sink of a node in another. */
async function oneHop(): Promise<number> {
  const peer = new PeerProcess();
  const here = await openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
  const port = await peer.ask({ kind: 'bind' });
  const addresses = [here.addresses[0], { host: '127.0.0.1', port }] as TerminalAddress[];
  const [near, far] = configs(addresses);
  const epoch = process.hrtime.bigint();
  peer.tell({ kind: 'node', config: far, epochNs: String(epoch) });
  const satellite = createSatellite(near, {
    clock: new SystemClock(epoch),
    datagrams: here,
    store: new MemoryStore(near.store.octetsMax),
    vault: new MemoryVault(),
    records: new Map(),
    random: new OsRandom(),
    crypto: nativeProvider,
  });
  let sent = 0;
  const pump = (): void => {
    while (sent - peer.received < WINDOW) {
      sent++;
      satellite.send({
        adu: new Uint8Array(BUNDLE_PAYLOAD_OCTETS),
        destination: ipnEid(2, 9),
        sourceService: 1_000,
        lifetimeMs: 600_000,
        trafficClass: 1,
      });
    }
  };
  const secured = new Promise<void>((resolve) => {
    satellite.notices$.subscribe(({ kind }) => {
      if (kind === 'link-secured') resolve();
    });
  });
  satellite.start();
  await secured;
  peer.onCount = pump;
  pump();
  const rate = await peer.rate(MEASURE_MS);
  peer.end();
  return rate;
}

function configs(addresses: readonly TerminalAddress[]): [NodeConfig, NodeConfig] {
  const random = new OsRandom();
  const options = { name: 'bench', provider: nativeProvider, random, testEquipment: false };
  const authority = createAuthority(options);
  const hour = 3_600_000_000;
  const contacts = [1, 2].map((from) => ({
    from,
    to: 3 - from,
    startsAt: 0,
    endsAt: hour,
    rateBps: 100e9,
    fromTerminal: 0,
    toTerminal: 0,
  }));
  const ranges = [{ a: 1, b: 2, startsAt: 0, endsAt: hour, owltUs: 1 }];
  const make = (node: number): NodeConfig => ({
    name: `bench-${node}`,
    node,
    scid: node,
    epochUnixMs: 1_767_225_600_000,
    boot: 1,
    terminals: 1,
    crypto: 'native',
    credentials: encodeCredentials(
      authority.issue({ eid: `ipn:${node}.0`, scids: [node], roles: 1 }),
    ),
    link: { frameOctetsMax: FRAME_OCTETS_MAX },
    store: { octetsMax: 256 * 2 ** 20 },
    plan: { contacts, ranges },
    directory: [1, 2].map((n) => ({
      node: n,
      scid: n,
      terminals: [addresses[n - 1] as TerminalAddress],
    })),
    services: { echo: false, sink: true, sources: [] },
    bind: [],
  });
  return [make(1), make(2)];
}

function elapsedMs(start: bigint): number {
  return Number(process.hrtime.bigint() - start) / 1e6;
}
