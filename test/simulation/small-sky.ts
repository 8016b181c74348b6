/** A few satellites in one thread on manual time, with a medium that delays and can be cut. */
import { Subject } from 'rxjs';
import { createAuthority } from '#harness/authority/authority.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { MemoryStore } from '#node/adapters/memory-store.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { createSatellite } from '#node/assemble.ts';
import type { NodeConfig, ServicesConfig } from '#node/config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import type { Notice } from '#node/notice.ts';
import type { Datagram, Datagrams, TerminalAddress } from '#node/ports.ts';
import type { Satellite } from '#node/satellite.ts';
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
}

/** The satellites, all started at instant 0. */
export class SmallSky {
  readonly time = new ManualTime();
  readonly satellites = new Map<NodeNumber, Satellite>();
  readonly configs = new Map<NodeNumber, NodeConfig>();
  /** All notices of all nodes, in order. */
  readonly notices: (Notice & { readonly node: NodeNumber })[] = [];
  readonly medium = new Medium(this.time);

  constructor(options: SkyOptions) {
    const random = new SeededRandom(1, 'authority');
    const authority = createAuthority({
      name: 'small sky',
      provider: nativeProvider,
      random,
      testEquipment: true,
    });
    const { nodes, meetings, services = {}, storeOctetsMax = 1_000_000 } = options;
    const directory = nodes.map((node) => ({
      node,
      scid: node,
      terminals: [addressOf(node, 0), addressOf(node, 1)],
    }));
    for (const node of nodes) {
      const issued = authority.issue({ eid: `ipn:${node}.0`, scids: [node], roles: 0 });
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
        plan: planOf(meetings),
        directory,
        services: { echo: false, sink: false, sources: [], ...services[node] },
        bind: [],
      };
      this.configs.set(node, config);
      this.satellites.set(node, this.#launch(config));
    }
  }

  /** The kinds of notices of one node about one bundle or link, in order. */
  kinds(node: NodeNumber): string[] {
    return this.notices.filter((notice) => notice.node === node).map(({ kind }) => kind);
  }

  satellite(node: NodeNumber): Satellite {
    return this.satellites.get(node) as Satellite;
  }

  #launch(config: NodeConfig): Satellite {
    const { node } = config;
    const satellite = createSatellite(config, {
      clock: new ManualClock(this.time),
      datagrams: this.medium.open(node),
      store: new MemoryStore(config.store.octetsMax),
      random: new SeededRandom(1, config.name),
      crypto: nativeProvider,
    });
    satellite.notices$.subscribe((notice) => this.notices.push({ ...notice, node }));
    satellite.start();
    return satellite;
  }
}

/** Carries datagrams between terminals that look at each other, OWLT_US later. */
export class Medium {
  /** Datagrams sent, delivered or not. */
  sent = 0;
  /** While set, nothing gets through. */
  cut = false;
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
      point: (terminal, at) => this.#pointed.set(addressOf(node, terminal).port, at?.port),
      send: ({ terminal, octets }) => this.#send(addressOf(node, terminal).port, octets),
    };
  }

  #send(from: number, octets: Uint8Array): void {
    this.sent++;
    const to = this.#pointed.get(from);
    if (to === undefined || this.cut) return;
    this.#time.at(this.#time.now + OWLT_US, () => {
      if (this.#pointed.get(to) !== from) return;
      this.#ends.get(Math.floor(to / 10))?.next({ terminal: to % 10, octets });
    });
  }
}

function addressOf(node: NodeNumber, terminal: number): TerminalAddress {
  return { host: 'sky', port: node * 10 + terminal };
}

function planOf(meetings: readonly Meeting[]): NodeConfig['plan'] {
  const byStart = [...meetings].sort((x, y) => x.startsAt - y.startsAt);
  return {
    contacts: byStart.flatMap(({ a, b, startsAt, endsAt, terminals: [ta, tb] }) => [
      { from: a, to: b, startsAt, endsAt, rateBps: RATE_BPS, fromTerminal: ta, toTerminal: tb },
      { from: b, to: a, startsAt, endsAt, rateBps: RATE_BPS, fromTerminal: tb, toTerminal: ta },
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
/** Rate of every link. */
export const RATE_BPS = 10_000_000;
const TERMINALS = 2;
