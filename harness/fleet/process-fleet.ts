/**
 * The fleets of real processes and real sockets: `processes` is one node a process, `hosted` is
 * the same with many.
 */
import { ConfigError } from '#node/config-error.ts';
import { LagHistogram } from '#node/lag-histogram.ts';
import type { TerminalAddress } from '#node/ports.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import type { BoundMember, HostReport } from './control.ts';
import type { Fleet, FleetObserver, FleetResult, Member } from './fleet.ts';
import { type HostExit, HostProcess } from './host-process.ts';

interface Shard {
  readonly members: readonly Member[];
  readonly host: HostProcess;
  bound: (refusal?: ConfigError) => void;
  probe: TerminalAddress | undefined;
  alive: boolean;
}

/** Where the sockets go: a loopback address, and the first port or undefined for any. */
export interface NetworkChoice {
  readonly host: string;
  readonly portBase: number | undefined;
}

/** Nodes in child processes, `perProcess` to each. */
export class ProcessFleet implements Fleet {
  readonly processes: number;
  readonly #members: readonly Member[];
  readonly #perProcess: number;
  readonly #network: NetworkChoice;
  readonly #observer: FleetObserver;
  /** Bounded by the members. */
  readonly #shards: Shard[] = [];
  readonly #shardOf = new Map<NodeNumber, Shard>();
  readonly #addresses = new Map<NodeNumber, readonly TerminalAddress[]>();
  readonly #snapshots = new Map<NodeNumber, SatelliteSnapshot>();
  readonly #channelFaults: Record<string, number> = {};
  readonly #lag = new LagHistogram();
  readonly #transitsUs: number[] = [];
  #portNext: number | undefined;
  #epochNs: bigint | undefined;
  #stopped: Promise<FleetResult> | undefined;

  constructor(
    members: readonly Member[],
    perProcess: number,
    network: NetworkChoice,
    observer: FleetObserver,
  ) {
    this.#members = members;
    this.#perProcess = perProcess;
    this.#network = network;
    this.#portNext = network.portBase;
    this.#observer = observer;
    this.processes = Math.ceil(members.length / perProcess);
  }

  get pids(): number[] {
    return this.#shards.flatMap(({ host, alive }) =>
      alive && host.pid !== undefined ? [host.pid] : [],
    );
  }

  async launch(channels: readonly ChannelChange[]): Promise<void> {
    const starting: Promise<void>[] = [];
    for (let at = 0; at < this.#members.length; at += this.#perProcess) {
      starting.push(this.#spawn(this.#members.slice(at, at + this.#perProcess)));
      // Forking is work of this thread; the screen and Ctrl-C get their turn in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(starting);
    const directory = this.#members.map(({ node, scid }) => ({
      node,
      scid,
      terminals: this.#addresses.get(node) ?? [],
    }));
    this.#epochNs = process.hrtime.bigint();
    const epochMonotonicNs = String(this.#epochNs);
    const bound = this.#shards.filter(({ probe }) => probe !== undefined);
    bound.forEach(({ members, host }, index) => {
      const own = new Set(members.map(({ node }) => node));
      const mine = channels.filter(({ node }) => own.has(node));
      const probePeer = bound[(index + 1) % bound.length]?.probe as TerminalAddress;
      host.command({ kind: 'begin', epochMonotonicNs, probePeer, directory, channels: mine });
    });
  }

  now(): Instant {
    if (this.#epochNs === undefined) return 0;
    return Number((process.hrtime.bigint() - this.#epochNs) / 1000n);
  }

  advance(until: Instant, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, Math.max(0, until - this.now()) / 1000);
      signal.addEventListener('abort', end);
    });
  }

  setChannels(changes: readonly ChannelChange[]): void {
    const byShard = new Map<Shard, ChannelChange[]>();
    for (const change of changes) {
      const shard = this.#shardOf.get(change.node);
      if (shard === undefined) continue;
      const list = byShard.get(shard);
      if (list === undefined) byShard.set(shard, [change]);
      else list.push(change);
    }
    for (const [shard, list] of byShard) {
      shard.host.command({ kind: 'channels', changes: list });
    }
  }

  stop(): Promise<FleetResult> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<FleetResult> {
    const living = this.#shards.filter(({ alive }) => alive);
    for (const { host } of living) host.command({ kind: 'stop' });
    const late = setTimeout(() => {
      for (const { host, alive } of this.#shards) if (alive) host.kill();
    }, STOP_MS_MAX);
    await Promise.all(this.#shards.map(({ host }) => host.exited));
    clearTimeout(late);
    return {
      snapshots: this.#snapshots,
      channelFaults: this.#channelFaults,
      lag: this.#lag.snapshot(),
      transitsUs: this.#transitsUs,
      digest: undefined,
    };
  }

  /** Resolves when the process has its sockets; rejects when it cannot have them. */
  #spawn(members: readonly Member[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const shard: Shard = {
        members,
        host: new HostProcess((report) => this.#onReport(shard, report)),
        bound: (refusal) => (refusal === undefined ? resolve() : reject(refusal)),
        probe: undefined,
        alive: true,
      };
      this.#shards.push(shard);
      for (const { node } of members) this.#shardOf.set(node, shard);
      void shard.host.exited.then((exit) => {
        this.#onExit(shard, exit);
        resolve();
      });
      const plan = members[0]?.plan ?? { contacts: [], ranges: [] };
      shard.host.command({ kind: 'create', members: members.map((m) => this.#bind(m)), plan });
    });
  }

  /** The plan travels once a process, not once a node. */
  #bind({ plan: _, ...member }: Member): BoundMember {
    const bind = Array.from({ length: member.terminals }, () => ({
      host: this.#network.host,
      port: this.#portNext === undefined ? 0 : this.#portNext++,
    }));
    return { member, bind };
  }

  #onReport(shard: Shard, report: HostReport): void {
    switch (report.kind) {
      case 'bound':
        shard.probe = report.probe;
        for (const [node, addresses] of report.addresses) this.#addresses.set(node, addresses);
        this.#observer.started(this.#addresses.size);
        shard.bound();
        return;
      case 'refused':
        shard.bound(new ConfigError(report.message, { remedy: report.remedy }));
        return;
      case 'notices':
        for (const [node, notice] of report.notices) this.#observer.notice(node, notice);
        return;
      case 'final':
        for (const [node, snapshot] of report.snapshots) this.#snapshots.set(node, snapshot);
        for (const [key, count] of Object.entries(report.channelFaults)) {
          this.#channelFaults[key] = (this.#channelFaults[key] ?? 0) + count;
        }
        this.#lag.merge(report.lag);
        this.#transitsUs.push(report.transitUs);
    }
  }

  #onExit(shard: Shard, exit: HostExit): void {
    shard.alive = false;
    if (this.#stopped !== undefined) return;
    this.#observer.casualty({
      nodes: shard.members.map(({ name }) => name),
      exitCode: exit.code,
      signal: exit.signal,
      lastWords: exit.lastWords,
    });
  }
}

const STOP_MS_MAX = 5_000;
