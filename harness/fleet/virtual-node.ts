/** One node of a virtual fleet through all of its lives: what is lost with a life, and what not. */
import type { Subscription } from 'rxjs';
import { type MemoryDisk, MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { createSatellite } from '#node/assemble.ts';
import type { DirectoryEntry } from '#node/config.ts';
import type { Notice } from '#node/notice.ts';
import type { VaultRecords } from '#node/ports.ts';
import type { Rooms } from '#node/rooms.ts';
import type { Satellite } from '#node/satellite.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { EtherDatagrams } from './ether.ts';
import type { Member } from './fleet.ts';
import { type Inventory, takeInventory } from './inventory.ts';
import { SeededRandom } from './seeded-random.ts';
import { VirtualClock, type VirtualTime } from './virtual-time.ts';

/** What all nodes of the fleet share. */
export interface VirtualWorld {
  readonly time: VirtualTime;
  readonly crypto: CryptoProvider;
  readonly seed: number;
  readonly directory: readonly DirectoryEntry[];
  /** Whether nodes are killed; what their vaults write takes time then. */
  readonly kills: boolean;
  /** Whether stores are disks, which take time to write and outlive a life; in memory if not. */
  readonly disks: boolean;
  /** Is told by each node what its traffic sink receives. */
  readonly record: (node: NodeNumber, id: string) => void;
}

/** A satellite and its ports. */
export class VirtualNode {
  readonly #member: Member;
  readonly #terminals: EtherDatagrams;
  readonly #rooms: Rooms;
  readonly #world: VirtualWorld;
  readonly #tell: (notice: Notice) => void;
  #lives = 0;
  #disk: MemoryDisk | undefined;
  #records: VaultRecords = new Map();
  #store: MemoryStore;
  #vault: MemoryVault;
  #satellite: Satellite;
  /** While it lives. */
  #life: Subscription | undefined;

  /** Not yet started. */
  constructor(
    member: Member,
    terminals: EtherDatagrams,
    rooms: Rooms,
    world: VirtualWorld,
    tell: (notice: Notice) => void,
  ) {
    this.#member = member;
    this.#terminals = terminals;
    this.#rooms = rooms;
    this.#world = world;
    this.#tell = tell;
    [this.#store, this.#vault, this.#satellite] = this.#assemble();
  }

  /** The satellite of the life it has, or had last. */
  get satellite(): Satellite {
    return this.#satellite;
  }

  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  /** Comes to life. */
  start(): void {
    this.#life = this.#satellite.notices$.subscribe(this.#tell);
    this.#life.add(this.#satellite.start());
  }

  /** Ends in the middle of whatever it does: what is not on its disk is lost, torn or kept. */
  kill(): void {
    this.#life?.unsubscribe();
    this.#life = undefined;
    this.#terminals.turnAway();
    const chance = new SeededRandom(this.#world.seed, `${this.#member.name} crash ${this.#lives}`);
    const reached = Math.floor(chance.fraction() * (1 + this.#vault.waiting));
    this.#records = this.#vault.afterPowerCut(reached);
    this.#disk = this.#world.disks ? this.#store.crash(chance) : undefined;
  }

  /** Is put together anew with what is left; what that is, of its store. Not yet started. */
  revive(): Inventory {
    [this.#store, this.#vault, this.#satellite] = this.#assemble();
    this.#disk = undefined;
    return takeInventory(this.#store.contents());
  }

  /** Ends, in order. */
  stop(): void {
    this.#life?.unsubscribe();
    this.#life = undefined;
    this.#store.flush();
  }

  /** What is on its disk; undefined when it has none. */
  inventory(): Inventory | undefined {
    if (!this.#world.disks) return undefined;
    if (this.#disk === undefined) return takeInventory(this.#store.contents());
    const { octetsMax } = this.#member.store;
    return takeInventory(new MemoryStore(octetsMax, 'prompt', this.#disk).contents());
  }

  #assemble(): [MemoryStore, MemoryVault, Satellite] {
    const { time, crypto, seed, directory, kills, disks, record } = this.#world;
    const { store: storage, name } = this.#member;
    this.#lives += 1;
    const onDisk = (flush: () => void): void => time.at(time.now + WRITE_US, flush);
    const store = new MemoryStore(storage.octetsMax, disks ? onDisk : 'prompt', this.#disk);
    const vault = new MemoryVault(this.#records, kills ? onDisk : 'prompt');
    const ports = {
      clock: new VirtualClock(time),
      datagrams: this.#terminals,
      store,
      vault,
      records: vault.records,
      random: new SeededRandom(seed, this.#lives === 1 ? name : `${name} life ${this.#lives}`),
      crypto,
    };
    const config = { ...this.#member, directory, bind: [] };
    const satellite = createSatellite(config, ports, this.#rooms, (id) => record(config.node, id));
    return [store, vault, satellite];
  }
}

/** What a disk takes to write a batch. */
const WRITE_US = 2_000;
