/**
 * Entry point of a fleet's child process: hosts one node (fleet `processes`) or many (fleet
 * `hosted`) on real sockets, with the channel in front of them. Obeys the harness over the
 * process channel and ends when that closes, so nothing is left running.
 */
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { openStore } from '#node/adapters/choose-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { openUdpDatagrams, type UdpDatagrams } from '#node/adapters/udp-datagrams.ts';
import { createSatellite } from '#node/assemble.ts';
import { ConfigError } from '#node/config-error.ts';
import { LagHistogram } from '#node/lag-histogram.ts';
import type { Notice } from '#node/notice.ts';
import type { OpenedStore, Vault, VaultRecords } from '#node/ports.ts';
import { openRooms, type Rooms } from '#node/rooms.ts';
import type { Satellite } from '#node/satellite.ts';
import type { SinkRecord } from '#node/services/traffic-sink.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { ChannelDatagrams } from '../channel/channel-datagrams.ts';
import { DelayLine } from '../channel/delay-line.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import { TransitProbe } from '../channel/transit-probe.ts';
import { tally } from '../report/tally.ts';
import type { BoundMember, HostCommand, HostReport } from './control.ts';
import type { Member } from './fleet.ts';
import { takeInventory } from './inventory.ts';

interface Hosted {
  readonly member: BoundMember['member'];
  readonly sockets: UdpDatagrams;
  readonly store: OpenedStore;
  readonly vault: Vault;
  readonly records: VaultRecords;
  readonly record: SinkRecord | undefined;
  readonly crypto: CryptoProvider;
  readonly rooms: Rooms;
  /** Set by `begin`. */
  satellite?: Satellite;
  channel?: ChannelDatagrams;
}

const hosted = new Map<NodeNumber, Hosted>();
const lag = new LagHistogram();
let plan: Member['plan'] = { contacts: [], ranges: [] };
let line: DelayLine | undefined;
let probe: TransitProbe | undefined;
/** Waiting to be reported; bounded by what NOTICES_EVERY_MS of events bring. */
let notices: [NodeNumber, Notice][] = [];
let flush: NodeJS.Timeout | undefined;

// A node does little at a time and must do it soon. All modules are loaded, so from here on V8
// compiles a function at its first call, and does not interpret it until it has been called often,
// which on an idle satellite takes minutes.
setFlagsFromString('--sparkplug');
setFlagsFromString('--always-sparkplug');

process.on('message', (command: HostCommand) => {
  obey(command).catch((error: unknown) => {
    if (!(error instanceof ConfigError)) throw error;
    report({ kind: 'refused', message: error.message, remedy: error.remedy });
    leave(2);
  });
});
// These reach the whole process group; the harness decides when its nodes end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit(0));

async function obey(command: HostCommand): Promise<void> {
  switch (command.kind) {
    case 'create':
      plan = command.plan;
      await create(command);
      return;
    case 'begin':
      begin(command);
      return;
    case 'channels':
      setChannels(command.changes);
      return;
    case 'statement':
      hosted.get(command.node)?.satellite?.provide({ statement: fromHex(command.octets) });
      return;
    case 'stop':
      stop();
  }
}

async function create(command: HostCommand & { kind: 'create' }): Promise<void> {
  for (const { member, bind } of command.members) {
    const crypto = await chooseCrypto(member.crypto, member.security?.suite);
    // Sockets come first: they are this node's alone, so that no other can be at its store.
    const sockets = await openUdpDatagrams({ bind });
    const store = await openStore(member.store);
    const rooms = await openRooms(member);
    const lasting = await openHome(member.home);
    hosted.set(member.node, { member, sockets, store, crypto, rooms, ...lasting });
  }
  probe = await TransitProbe.open(command.probe);
  report({
    kind: 'bound',
    probe: probe.address,
    addresses: [...hosted].map(([node, { sockets }]) => [node, sockets.addresses]),
    inventories: command.returns
      ? [...hosted].map(([node, { store }]) => [node, takeInventory(store.contents())])
      : [],
  });
}

/** What outlives this process besides the store; where there is no folder for it, nothing. */
async function openHome(
  home: string | undefined,
): Promise<Pick<Hosted, 'vault' | 'records' | 'record'>> {
  if (home === undefined)
    return { vault: new MemoryVault(), records: new Map(), record: undefined };
  // Only nodes that may be killed load what keeps these.
  const { openFlightVault } = await import('#node/adapters/file-vault.ts');
  const { openReceived } = await import('./received.ts');
  const warn = (line: string): void => report({ kind: 'warned', line });
  const { vault, records } = await openFlightVault(join(home, 'vault'), warn);
  return { vault, records, record: openReceived(home) };
}

function begin(command: HostCommand & { kind: 'begin' }): void {
  const epoch = BigInt(command.epochMonotonicNs);
  line = new DelayLine(new SystemClock(epoch), lag, command.judgedFrom);
  const transit = probe ?? { transitUs: 0 };
  for (const [node, entry] of hosted) {
    const { member, sockets, store, vault, records, record, crypto, rooms } = entry;
    const clock = new SystemClock(epoch);
    entry.channel = new ChannelDatagrams(sockets, clock, line, transit, member.terminals);
    entry.satellite = createSatellite(
      { ...member, plan, directory: command.directory, bind: sockets.addresses },
      {
        clock,
        datagrams: entry.channel,
        store,
        vault,
        records,
        random: new OsRandom(),
        crypto,
      },
      rooms,
      record,
    );
    entry.satellite.notices$.subscribe((notice) => note(node, notice));
  }
  probe?.start(command.probePeer);
  setChannels(command.channels);
  for (const { satellite } of hosted.values()) satellite?.start();
}

function setChannels(changes: readonly ChannelChange[]): void {
  for (const { node, terminal, setting } of changes) {
    hosted.get(node)?.channel?.set(terminal, setting);
  }
}

function note(node: NodeNumber, notice: Notice): void {
  notices.push([node, notice]);
  if (notices.length > 1) return;
  // Armed anew rather than made anew: a note must cost its node next to nothing.
  if (flush === undefined) flush = setTimeout(flushNotices, NOTICES_EVERY_MS);
  else flush.refresh();
}

function flushNotices(): void {
  if (notices.length > 0) report({ kind: 'notices', notices });
  notices = [];
}

function stop(): void {
  line?.close();
  flushNotices();
  const channelFaults = tally(
    [...hosted.values()].flatMap(({ channel, sockets }) => [
      sockets.faults.snapshot(),
      channel?.faults.snapshot() ?? {},
    ]),
  );
  const snapshots = [...hosted].flatMap(([node, { satellite }]) =>
    satellite === undefined ? [] : [[node, satellite.snapshot()] as const],
  );
  const transitUs = probe?.transitUs ?? 0;
  report({ kind: 'final', snapshots, channelFaults, lag: lag.snapshot(), transitUs });
  leave(0);
}

function report(message: HostReport): void {
  process.send?.(message);
}

/** Ends once the process channel has flushed. */
function leave(code: number): void {
  process.exitCode = code;
  process.removeAllListeners('disconnect');
  process.disconnect();
  setTimeout(() => process.exit(), LEAVE_MS_MAX).unref();
  probe?.close();
  for (const { sockets, store } of hosted.values()) {
    sockets.close();
    void store.close();
  }
}

const NOTICES_EVERY_MS = 200;
const LEAVE_MS_MAX = 500;
