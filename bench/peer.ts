/**
 * The far end of a loopback measurement, in a process of its own: either a bare socket that counts
 * datagrams, or a whole node whose sink counts bundles. Reports its count on a beat.
 */
import { createSocket } from 'node:dgram';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';

/** What the measuring process asks of its peer. */
export type PeerOrder =
  | { readonly kind: 'raw' }
  | { readonly kind: 'bind' }
  | { readonly kind: 'node'; readonly config: NodeConfig; readonly epochNs: string };

/** What the peer answers: where it listens, then how much has arrived, again and again. */
export type PeerAnswer =
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'count'; readonly received: number };

let count = (): number => 0;
let sockets: UdpDatagrams | undefined;

process.on('message', (order: PeerOrder) => void obey(order));
process.on('disconnect', () => process.exit(0));
setInterval(() => answer({ kind: 'count', received: count() }), 5);

async function obey(order: PeerOrder): Promise<void> {
  if (order.kind === 'raw') {
    let received = 0;
    const socket = createSocket('udp4').on('message', () => received++);
    socket.bind(0, '127.0.0.1', () => {
      socket.setRecvBufferSize(4 * 2 ** 20);
      answer({ kind: 'port', port: socket.address().port });
    });
    count = () => received;
  } else if (order.kind === 'bind') {
    sockets = await openUdpDatagrams({ bind: [{ host: '127.0.0.1', port: 0 }] });
    answer({ kind: 'port', port: sockets.addresses[0]?.port ?? 0 });
  } else if (sockets !== undefined) {
    const { config, epochNs } = order;
    const satellite = createSatellite(config, {
      clock: new SystemClock(BigInt(epochNs)),
      datagrams: sockets,
      store: new MemoryStore(config.store.octetsMax),
      vault: new MemoryVault(),
      records: new Map(),
      random: new OsRandom(),
      crypto: await chooseCrypto(config.crypto),
    });
    let received = 0;
    satellite.notices$.subscribe(({ kind }) => {
      if (kind === 'bundle-delivered') received++;
    });
    satellite.start();
    count = () => received;
  }
}

function answer(message: PeerAnswer): void {
  process.send?.(message);
}
