/**
 * The virtual fleet: every node in this thread, on virtual time, over the ether. As fast as the
 * processor allows; same seed, same digest.
 */
import { LagHistogram } from '#node/lag-histogram.ts';
import { openRooms } from '#node/rooms.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import { Ether, type EtherDatagrams } from './ether.ts';
import type { Fleet, FleetObserver, FleetResult, Member } from './fleet.ts';
import type { Inventory } from './inventory.ts';
import { VirtualNode } from './virtual-node.ts';
import { VirtualTime } from './virtual-time.ts';

/** What is particular to a run in virtual time. */
export interface VirtualChoice {
  readonly seed: number;
  /** Whether nodes are killed. */
  readonly kills: boolean;
  /** Whether bundles are on disks, which outlive their nodes. */
  readonly disks: boolean;
}

/** Nodes on virtual time. */
export class VirtualFleet implements Fleet {
  readonly processes = 1;
  readonly pids = [];
  readonly #members: readonly Member[];
  readonly #observer: FleetObserver;
  readonly #crypto: CryptoProvider;
  readonly #choice: VirtualChoice;
  readonly #time = new VirtualTime();
  readonly #ether = new Ether(this.#time);
  readonly #terminals = new Map<NodeNumber, EtherDatagrams>();
  /** Bounded by the members. */
  readonly #nodes = new Map<NodeNumber, VirtualNode>();
  /** Bounded by the bundles of the run. */
  readonly #received = new Map<string, number>();

  constructor(
    members: readonly Member[],
    choice: VirtualChoice,
    crypto: CryptoProvider,
    observer: FleetObserver,
  ) {
    this.#members = members;
    this.#choice = choice;
    this.#crypto = crypto;
    this.#observer = observer;
  }

  async launch(channels: readonly ChannelChange[], signal: AbortSignal): Promise<void> {
    for (const { node, terminals } of this.#members) {
      this.#terminals.set(node, this.#ether.open(terminals));
    }
    const directory = this.#members.map(({ node, scid }) => ({
      node,
      scid,
      terminals: this.#terminals.get(node)?.addresses ?? [],
    }));
    const { seed, disks, kills } = this.#choice;
    const record = (node: NodeNumber, id: string): void => {
      const key = `${node} ${id}`;
      if (kills) this.#received.set(key, (this.#received.get(key) ?? 0) + 1);
    };
    const choice = { seed, directory, kills, disks, record };
    const world = { time: this.#time, crypto: this.#crypto, ...choice };
    this.setChannels(channels);
    for (const member of this.#members) {
      const terminals = this.#terminals.get(member.node) as EtherDatagrams;
      const rooms = await openRooms(member);
      const node = new VirtualNode(member, terminals, rooms, world, (notice) =>
        this.#observer.notice(member.node, notice),
      );
      this.#nodes.set(member.node, node);
      node.start();
      this.#observer.started(this.#nodes.size);
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
      this.#terminals.get(node)?.set(terminal, setting);
    }
  }

  handStatement(node: NodeNumber, statement: Uint8Array): void {
    const to = this.#nodes.get(node);
    if (to?.isAlive) to.satellite.provide({ statement });
  }

  kill(node: NodeNumber): void {
    const victim = this.#nodes.get(node);
    if (!victim?.isAlive) return;
    victim.kill();
    this.#observer.killed([node]);
  }

  restart(node: NodeNumber): void {
    const back = this.#nodes.get(node);
    if (back === undefined || back.isAlive) return;
    this.#observer.returned(node, this.#time.now, back.revive());
    back.start();
  }

  async stop(): Promise<FleetResult> {
    for (const node of this.#nodes.values()) node.stop();
    return {
      snapshots: new Map(
        [...this.#nodes].map(([node, { satellite }]) => [node, satellite.snapshot()]),
      ),
      channelFaults: this.#ether.faults.snapshot(),
      lag: new LagHistogram().snapshot(),
      transitsUs: [],
      digest: this.#ether.digest(),
      received: this.#choice.kills ? this.#received : undefined,
      inventories: this.#inventories(),
    };
  }

  #inventories(): FleetResult['inventories'] {
    const found = new Map<NodeNumber, Inventory>(); // Bounded by the members.
    for (const [node, each] of this.#nodes) {
      const inventory = each.inventory();
      if (inventory !== undefined) found.set(node, inventory);
    }
    return found;
  }
}

/** Lets the screen, signals and unhandled errors have their turn. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const EVENTS_PER_TURN = 2_000;
