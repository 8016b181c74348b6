/**
 * The far end of a measurement over loopback, in a process of its own. It counts what arrives:
 * bare datagrams, bare datagrams that it opens, frames that a link lets in, octets of LTP blocks,
 * or bundles delivered.
 */
import { createSocket } from 'node:dgram';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';
import { type CredentialsJson, decodeCredentials } from '#node/credentials-json.ts';
import type { TerminalAddress } from '#node/ports.ts';
import { AAD_OCTETS } from './frame-pair.ts';
import { LinkEnd } from './link-end.ts';
import { LtpEnd } from './ltp-end.ts';
import { RAW_AEAD } from './raw-aead.ts';
import { BenchNode } from './two-nodes.ts';

/** What the measuring process asks of the far end. */
export type Order =
  /** Listen on a bare socket; with a key, open what arrives. */
  | { readonly kind: 'raw'; readonly key?: string }
  /** Listen as a terminal does, for one of the next three. */
  | { readonly kind: 'bind' }
  | {
      readonly kind: 'link';
      readonly credentials: CredentialsJson;
      readonly near: TerminalAddress;
      readonly frameOctetsMax: number;
    }
  | { readonly kind: 'ltp'; readonly near: TerminalAddress; readonly segmentOctets: number }
  | { readonly kind: 'node'; readonly config: NodeConfig; readonly epochNs: string }
  | { readonly kind: 'count' };

/** What it answers: where it listens, or how much has arrived by when. */
export type Answer =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'count'; readonly received: number; readonly atNs: string };

let count = (): number => 0;
let terminals: UdpDatagrams | undefined;

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit(0));

async function obey(order: Order): Promise<void> {
  switch (order.kind) {
    case 'raw':
      listen(order.key === undefined ? undefined : Buffer.from(order.key, 'hex'));
      break;
    case 'bind':
      terminals = await openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
      answer({ kind: 'port', port: terminals.addresses[0]!.port });
      break;
    case 'link': {
      const { near, frameOctetsMax } = order;
      const credentials = decodeCredentials(order.credentials);
      const node = new BenchNode(1, credentials, nativeProvider);
      const end = new LinkEnd(node, frameOctetsMax, terminals!, near);
      count = () => end.framesReceived;
      break;
    }
    case 'ltp': {
      const end = new LtpEnd(2, order.segmentOctets, terminals!, order.near, () => {});
      count = () => end.octetsReceived;
      break;
    }
    case 'node':
      await startNode(order.config, BigInt(order.epochNs));
      break;
    case 'count':
      answer({ kind: 'count', received: count(), atNs: String(process.hrtime.bigint()) });
  }
}

/** A datagram to be opened is AAD, IV, ciphertext and tag, as bare as can be. */
function listen(key: Uint8Array | undefined): void {
  let received = 0;
  const aead = key === undefined ? undefined : RAW_AEAD.native(key);
  const aad = new Uint8Array(AAD_OCTETS);
  const socket = createSocket('udp4').on('message', (octets) => {
    if (aead !== undefined) {
      const tagAt = octets.length - 16;
      const iv = octets.subarray(0, 12);
      const sealed = octets.subarray(12);
      aead.open({
        iv,
        aad,
        ciphertext: octets.subarray(12, tagAt),
        tag: octets.subarray(tagAt),
        sealed,
      });
    }
    received++;
  });
  socket.bind(0, '127.0.0.1', () => {
    socket.setRecvBufferSize(4 * 2 ** 20);
    answer({ kind: 'port', port: socket.address().port });
  });
  count = () => received;
}

async function startNode(config: NodeConfig, epochNs: bigint): Promise<void> {
  let received = 0;
  const satellite = createSatellite(config, {
    clock: new SystemClock(epochNs),
    datagrams: terminals!,
    vault: new MemoryVault(),
    records: new Map(),
    store: new MemoryStore(config.store.octetsMax),
    random: new OsRandom(),
    crypto: await chooseCrypto(config.crypto, config.security?.suite),
  });
  satellite.notices$.subscribe(({ kind }) => {
    if (kind === 'bundle-delivered') received++;
  });
  satellite.start();
  count = () => received;
}

function answer(message: Answer): void {
  process.send?.(message);
}
