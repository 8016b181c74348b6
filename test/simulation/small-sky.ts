/** A few satellites in one thread on manual time, with a medium that delays and can be cut. */
import { Subject, type Subscription } from 'rxjs';
import { type Authority, createAuthority } from '#harness/authority/authority.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { type MemoryDisk, MemoryStore } from '#node/adapters/memory-store.ts';
import { MemoryVault } from '#node/adapters/memory-vault.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig } from '#node/config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import type { Notice } from '#node/notice.ts';
import type { Datagram, Datagrams, TerminalAddress } from '#node/ports.ts';
import type { Satellite } from '#node/satellite.ts';
import type { ServicesConfig } from '#node/services-config.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { ManualClock, ManualTime } from './manual-clock.ts';

/** A meeting of two nodes: the terminals are those of `a` and of `b`. */
export interface Meeting {
  readonly a: NodeNumber;
  readonly b: NodeNumber;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly terminals: readonly [number, number];
}

/** What a sky is made of. */
export interface SkyOptions {
  readonly nodes: readonly NodeNumber[];
  readonly meetings: readonly Meeting[];
  readonly services?: Readonly<Record<NodeNumber, Partial<ServicesConfig>>>;
  readonly storeOctetsMax?: number;
  /** How often stores write, as disks do; each write is done in the same turn by default. */
  readonly storeEveryUs?: number;
  readonly rateBps?: number;
  /** What is not as usual, by node. */
  readonly configs?: Readonly<Record<NodeNumber, Partial<NodeConfig>>>;
}

/** The satellites, all started at instant 0. */
export class SmallSky {
  readonly time = new ManualTime();
  readonly satellites = new Map<NodeNumber, Satellite>();
  readonly clocks = new Map<NodeNumber, ManualClock>();
  /** What each satellite's `start` gave. */
  readonly lives = new Map<NodeNumber, Subscription>();
  /** All notices of all nodes, in order. */
  readonly notices: (Notice & { readonly node: NodeNumber })[] = [];
  readonly medium = new Medium(this.time);
  readonly authority: Authority;
  readonly #configs = new Map<NodeNumber, NodeConfig>();
  readonly #vaults = new Map<NodeNumber, MemoryVault>();
  readonly #starts = new Map<NodeNumber, number>();
  readonly #stores = new Map<NodeNumber, MemoryStore>();
  readonly #storeEveryUs: number | undefined;

  constructor(options: SkyOptions) {
    const random = new SeededRandom(1, 'authority');
    this.authority = createAuthority({
      name: 'small sky',
      provider: nativeProvider,
      random,
      testEquipment: true,
    });
    const { nodes, meetings, services = {}, storeOctetsMax = 1_000_000 } = options;
    this.#storeEveryUs = options.storeEveryUs;
    const plan = planOf(meetings, options.rateBps ?? RATE_BPS);
    const directory = nodes.map((node) => ({
      node,
      scid: node,
      terminals: [addressOf(node, 0), addressOf(node, 1)],
    }));
    for (const node of nodes) {
      const issued = this.authority.issue({ eid: `ipn:${node}.0`, scids: [node], roles: 0 });
      const config: NodeConfig = {
        name: `satellite ${node}`,
        node,
        scid: node,
        epochUnixMs: 1_760_000_000_000,
        boot: 1,
        terminals: TERMINALS,
        crypto: 'native',
        credentials: encodeCredentials(issued),
        link: { frameOctetsMax: 1024 },
        store: { octetsMax: storeOctetsMax },
        plan,
        directory,
        services: { echo: false, sink: false, sources: [], ...services[node] },
        bind: [],
        ...options.configs?.[node],
      };
      this.#configs.set(node, config);
      this.#launch(config);
    }
  }

  /** The kinds of notices of one node about one bundle or link, in order. */
  kinds(node: NodeNumber): string[] {
    return this.notices.filter((notice) => notice.node === node).map(({ kind }) => kind);
  }

  satellite(node: NodeNumber): Satellite {
    return this.satellites.get(node) as Satellite;
  }

  /** A statement that withdraws the certificates of a node. */
  revoke(node: NodeNumber): Uint8Array {
    const eid = `ipn:${node}.0`;
    const own = this.authority.certificates.filter(({ claims }) => claims.subject === eid);
    const certificateIds = own.map(({ claims }) => toHex(claims.id));
    return this.authority.revoke({ certificateIds }).octets;
  }

  /** Ends a node and starts it again, with what its vault held. */
  restart(node: NodeNumber): void {
    this.lives.get(node)?.unsubscribe();
    this.#launch(this.#configs.get(node) as NodeConfig);
  }

  /** Crashes a node, and starts it again with what that left of its store. */
  crash(node: NodeNumber, random: SeededRandom): void {
    this.lives.get(node)?.unsubscribe();
    const disk = this.#stores.get(node)!.crash(random);
    this.#launch(this.#configs.get(node) as NodeConfig, disk);
  }

  #makeStore(node: NodeNumber, octetsMax: number, disk: MemoryDisk | undefined): MemoryStore {
    const everyUs = this.#storeEveryUs;
    const store = new MemoryStore(octetsMax, everyUs === undefined ? 'prompt' : 'held', disk);
    this.#stores.set(node, store);
    const flush = (at: Instant) =>
      this.time.at(at, () => {
        if (this.#stores.get(node) !== store) return;
        store.flush();
        flush(at + everyUs!);
      });
    if (everyUs !== undefined) flush(this.time.now + everyUs);
    return store;
  }

  #launch(config: NodeConfig, disk?: MemoryDisk): void {
    const { node } = config;
    const records = this.#vaults.get(node)?.records ?? new Map();
    const starts = (this.#starts.get(node) ?? 0) + 1;
    this.#starts.set(node, starts);
    const vault = new MemoryVault(records);
    this.#vaults.set(node, vault);
    const clock = new ManualClock(this.time);
    this.clocks.set(node, clock);
    const satellite = createSatellite(config, {
      clock,
      datagrams: this.medium.open(node),
      store: this.#makeStore(node, config.store.octetsMax, disk),
      vault,
      records,
      random: new SeededRandom(starts, config.name),
      crypto: withKem(nativeProvider),
    });
    satellite.notices$.subscribe((notice) => this.notices.push({ ...notice, node }));
    this.satellites.set(node, satellite);
    this.lives.set(node, satellite.start());
  }
}

/** Carries datagrams between terminals that look at each other, OWLT_US later. */
export class Medium {
  /** Every datagram sent, delivered or not. */
  readonly sent: { readonly at: Instant; readonly node: NodeNumber }[] = [];
  /** While set, everything arrives twice. */
  echoing = false;
  /** While set, nothing gets through. */
  cut = false;
  /** Whether this datagram is lost. */
  loses: () => boolean = () => false;
  readonly #time: ManualTime;
  readonly #pointed = new Map<number, number | undefined>();
  readonly #ends = new Map<NodeNumber, Subject<Datagram>>();

  constructor(time: ManualTime) {
    this.#time = time;
  }

  open(node: NodeNumber): Datagrams {
    const received = new Subject<Datagram>();
    this.#ends.set(node, received);
    return {
      received$: received.asObservable(),
      sizeMax: 65_507,
      simulated: true,
      point: (terminal, at) => this.#pointed.set(addressOf(node, terminal).port, at?.port),
      send: ({ terminal, octets }) => this.#send(addressOf(node, terminal).port, octets),
    };
  }

  /** Where a terminal looks. */
  pointedAt(node: NodeNumber, terminal: number): number | undefined {
    return this.#pointed.get(addressOf(node, terminal).port);
  }

  /** Puts a datagram before a terminal that nobody sent. */
  inject(terminal: number, node: NodeNumber, octets: Uint8Array): void {
    this.#ends.get(node)?.next({ terminal, octets });
  }

  #send(from: number, octets: Uint8Array): void {
    this.sent.push({ at: this.#time.now, node: Math.floor(from / 10) });
    const to = this.#pointed.get(from);
    if (to === undefined || this.cut || this.loses()) return;
    this.#time.at(this.#time.now + OWLT_US, () => {
      if (this.#pointed.get(to) !== from) return;
      const copy = octets.slice();
      this.inject(to % 10, Math.floor(to / 10), octets);
      if (this.echoing) this.inject(to % 10, Math.floor(to / 10), copy);
    });
  }
}

function addressOf(node: NodeNumber, terminal: number): TerminalAddress {
  return { host: 'sky', port: node * 10 + terminal };
}

function planOf(meetings: readonly Meeting[], rateBps: number): NodeConfig['plan'] {
  const byStart = [...meetings].sort((x, y) => x.startsAt - y.startsAt);
  return {
    contacts: byStart.flatMap(({ a, b, startsAt, endsAt, terminals: [ta, tb] }) => [
      { from: a, to: b, startsAt, endsAt, rateBps, fromTerminal: ta, toTerminal: tb },
      { from: b, to: a, startsAt, endsAt, rateBps, fromTerminal: tb, toTerminal: ta },
    ]),
    ranges: byStart.map(({ a, b, startsAt, endsAt }) => ({
      a: Math.min(a, b),
      b: Math.max(a, b),
      startsAt,
      endsAt,
      owltUs: OWLT_US,
    })),
  };
}

/** One-way light time of every link. */
export const OWLT_US = 3_000;
/** Rate of every link unless said otherwise. */
const RATE_BPS = 10_000_000;
const TERMINALS = 2;
