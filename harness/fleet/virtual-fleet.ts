/**
 * The virtual fleet: every node in this thread, on virtual time, over the ether. As fast as the
 * processor allows; same seed, same digest.
 */
import type { Subscription } from 'rxjs';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { createSatellite } from '#node/assemble.ts';
import { LagHistogram } from '#node/lag-histogram.ts';
import { openRooms } from '#node/rooms.ts';
import type { Satellite } from '#node/satellite.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import { Ether, type EtherDatagrams } from './ether.ts';
import type { Fleet, FleetObserver, FleetResult, Member } from './fleet.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock, VirtualTime } from './virtual-time.ts';

/** Nodes on virtual time. */
export class VirtualFleet implements Fleet {
  readonly processes = 1;
  readonly pids = [];
  readonly #members: readonly Member[];
  readonly #observer: FleetObserver;
  readonly #crypto: CryptoProvider;
  readonly #seed: number;
  readonly #time = new VirtualTime();
  readonly #ether = new Ether(this.#time);
  readonly #datagrams = new Map<NodeNumber, EtherDatagrams>();
  readonly #satellites = new Map<NodeNumber, Satellite>();
  readonly #subscriptions: Subscription[] = [];

  constructor(
    members: readonly Member[],
    seed: number,
    crypto: CryptoProvider,
    observer: FleetObserver,
  ) {
    this.#members = members;
    this.#seed = seed;
    this.#crypto = crypto;
    this.#observer = observer;
  }

  async launch(channels: readonly ChannelChange[], signal: AbortSignal): Promise<void> {
    for (const { node, terminals } of this.#members) {
      this.#datagrams.set(node, this.#ether.open(terminals));
    }
    const directory = this.#members.map(({ node, scid }) => ({
      node,
      scid,
      terminals: this.#datagrams.get(node)?.addresses ?? [],
    }));
    this.setChannels(channels);
    for (const member of this.#members) {
      const datagrams = this.#datagrams.get(member.node) as EtherDatagrams;
      const satellite = createSatellite(
        { ...member, directory, bind: [] },
        {
          clock: new VirtualClock(this.#time),
          datagrams,
          store: new MemoryStore(member.store.octetsMax),
          vault: new MemoryVault(),
          records: new Map(),
          random: new SeededRandom(this.#seed, member.name),
          crypto: this.#crypto,
        },
        await openRooms(member),
      );
      this.#satellites.set(member.node, satellite);
      this.#subscriptions.push(
        satellite.notices$.subscribe((notice) => this.#observer.notice(member.node, notice)),
        satellite.start(),
      );
      this.#observer.started(this.#satellites.size);
      await turn();
      if (signal.aborted) return;
    }
  }

  now(): Instant {
    return this.#time.now;
  }

  async advance(until: Instant, signal: AbortSignal): Promise<void> {
    while (!this.#time.run(until, EVENTS_PER_TURN) && !signal.aborted) await turn();
    await turn();
  }

  setChannels(changes: readonly ChannelChange[]): void {
    for (const { node, terminal, setting } of changes) {
      this.#datagrams.get(node)?.set(terminal, setting);
    }
  }

  handStatement(node: NodeNumber, statement: Uint8Array): void {
    this.#satellites.get(node)?.provide({ statement });
  }

  async stop(): Promise<FleetResult> {
    for (const subscription of this.#subscriptions.splice(0)) subscription.unsubscribe();
    return {
      snapshots: new Map(
        [...this.#satellites].map(([node, satellite]) => [node, satellite.snapshot()]),
      ),
      channelFaults: this.#ether.faults.snapshot(),
      lag: new LagHistogram().snapshot(),
      transitsUs: [],
      digest: this.#ether.digest(),
    };
  }
}

/** Lets the screen, signals and unhandled errors have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const EVENTS_PER_TURN = 2_000;
