/**
 * The fleets of real processes and real sockets: `processes` is one node a process, `hosted` is
 * the same with many.
 */
import { ConfigError } from '#node/config-error.ts';
import { LagHistogram } from '#node/lag-histogram.ts';
import type { TerminalAddress } from '#node/ports.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import { tally } from '../report/tally.ts';
import type { BoundMember, HostReport } from './control.ts';
import type { Fleet, FleetObserver, FleetResult, Member } from './fleet.ts';
import { type HostExit, HostProcess } from './host-process.ts';

interface Shard {
  readonly members: readonly Member[];
  readonly host: HostProcess;
  /** To be called once it has its sockets, or never will. */
  settled: () => void;
  probe: TerminalAddress | undefined;
  alive: boolean;
}

/** What real time and real sockets need to know. */
export interface NetworkChoice {
  readonly host: string;
  /** The first port, or undefined for any. */
  readonly portBase: number | undefined;
  /** From this instant on, what is late counts: before, the machine is busy with launching. */
  readonly judgedFrom: Instant;
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
  #channelFaults: Record<string, number> = {};
  readonly #lag = new LagHistogram();
  readonly #transitsUs: number[] = [];
  /** The next port of a terminal, and of a transit probe; undefined for any. */
  #terminalPort: number | undefined;
  #probePort: number | undefined;
  /** Why the fleet cannot be launched. */
  #refusal: ConfigError | undefined;
  #endLaunch: () => void = () => {};
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
    const { portBase } = network;
    const terminals = members.reduce((sum, member) => sum + member.terminals, 0);
    this.#terminalPort = portBase;
    this.#probePort = portBase === undefined ? undefined : portBase + terminals;
    this.#observer = observer;
    this.processes = Math.ceil(members.length / perProcess);
  }

  get pids(): number[] {
    return this.#shards.flatMap(({ host, alive }) =>
      alive && host.pid !== undefined ? [host.pid] : [],
    );
  }

  async launch(channels: readonly ChannelChange[], signal: AbortSignal): Promise<void> {
    process.on('exit', this.#killAll);
    const over = new Promise<void>((resolve) => {
      this.#endLaunch = resolve;
    });
    signal.addEventListener('abort', this.#endLaunch, { once: true });
    const bound: Promise<void>[] = [];
    for (let at = 0; at < this.#members.length; at += this.#perProcess) {
      bound.push(this.#spawn(this.#members.slice(at, at + this.#perProcess)));
      // Forking is work of this thread; the screen and Ctrl-C get their turn in between.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted || this.#refusal !== undefined) break;
    }
    await Promise.race([Promise.all(bound), over]);
    signal.removeEventListener('abort', this.#endLaunch);
    if (this.#refusal !== undefined) throw this.#refusal;
    if (!signal.aborted) this.#begin(channels);
  }

  #begin(channels: readonly ChannelChange[]): void {
    const directory = this.#members.map(({ node, scid, terminals }) => ({
      node,
      scid,
      // Who died at launch is still spoken to, where nobody listens.
      terminals:
        this.#addresses.get(node) ??
        Array.from({ length: terminals }, () => ({ host: this.#network.host, port: DISCARD_PORT })),
    }));
    this.#epochNs = process.hrtime.bigint();
    const epochMonotonicNs = String(this.#epochNs);
    const bound = this.#shards.filter(({ probe }) => probe !== undefined);
    bound.forEach(({ members, host }, index) => {
      const own = new Set(members.map(({ node }) => node));
      const mine = channels.filter(({ node }) => own.has(node));
      const probePeer = bound[(index + 1) % bound.length]?.probe as TerminalAddress;
      const { judgedFrom } = this.#network;
      const begin = { epochMonotonicNs, judgedFrom, probePeer, directory, channels: mine };
      host.command({ kind: 'begin', ...begin });
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

  handStatement(node: NodeNumber, statement: Uint8Array): void {
    const shard = this.#shardOf.get(node);
    shard?.host.command({ kind: 'statement', node, octets: toHex(statement) });
  }

  stop(): Promise<FleetResult> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<FleetResult> {
    // Before time has begun there is nothing to ask, and a process that starts is slow to answer.
    if (this.#epochNs === undefined) this.#killAll();
    for (const { host } of this.#shards) host.command({ kind: 'stop' });
    const late = setTimeout(this.#killAll, STOP_MS_MAX);
    await Promise.all(this.#shards.map(({ host }) => host.exited));
    clearTimeout(late);
    process.off('exit', this.#killAll);
    return {
      snapshots: this.#snapshots,
      channelFaults: this.#channelFaults,
      lag: this.#lag.snapshot(),
      transitsUs: this.#transitsUs,
      digest: undefined,
    };
  }

  readonly #killAll = (): void => {
    for (const { host, alive } of this.#shards) if (alive) host.kill();
  };

  /** Resolves when the process has its sockets, or never will. */
  #spawn(members: readonly Member[]): Promise<void> {
    return new Promise((resolve) => {
      const shard: Shard = {
        members,
        host: new HostProcess((report) => this.#onReport(shard, report)),
        settled: resolve,
        probe: undefined,
        alive: true,
      };
      this.#shards.push(shard);
      for (const { node } of members) this.#shardOf.set(node, shard);
      void shard.host.exited.then((exit) => this.#onExit(shard, exit));
      const plan = members[0]?.plan ?? { contacts: [], ranges: [] };
      const { host } = this.#network;
      shard.host.command({
        kind: 'create',
        members: members.map((member) => this.#bind(member)),
        probe: { host, port: this.#probePort === undefined ? 0 : this.#probePort++ },
        plan,
      });
    });
  }

  /** The plan travels once a process, not once a node. */
  #bind({ plan: _, ...member }: Member): BoundMember {
    const bind = Array.from({ length: member.terminals }, () => ({
      host: this.#network.host,
      port: this.#terminalPort === undefined ? 0 : this.#terminalPort++,
    }));
    return { member, bind };
  }

  #onReport(shard: Shard, report: HostReport): void {
    switch (report.kind) {
      case 'bound':
        shard.probe = report.probe;
        for (const [node, addresses] of report.addresses) this.#addresses.set(node, addresses);
        this.#observer.started(this.#addresses.size);
        shard.settled();
        return;
      case 'refused':
        this.#refuse(
          new ConfigError(report.message, { remedy: report.remedy, ...this.#portsAsked }),
        );
        return;
      case 'notices':
        for (const [node, notice] of report.notices) this.#observer.notice(node, notice);
        return;
      case 'final':
        for (const [node, snapshot] of report.snapshots) this.#snapshots.set(node, snapshot);
        this.#channelFaults = tally([this.#channelFaults, report.channelFaults]);
        this.#lag.merge(report.lag);
        this.#transitsUs.push(report.transitUs);
    }
  }

  #onExit(shard: Shard, exit: HostExit): void {
    shard.alive = false;
    shard.settled();
    if (this.#stopped !== undefined || this.#refusal !== undefined) return;
    if (shard.host.pid === undefined) {
      this.#refuse(
        new ConfigError(`the system starts no more processes (${exit.lastWords})`, {
          remedy: 'Take --fleet hosted, or raise the limits of ulimit -n and ulimit -u',
        }),
      );
      return;
    }
    this.#observer.casualty({
      nodes: shard.members.map(({ name }) => name),
      exitCode: exit.code,
      signal: exit.signal,
      lastWords: exit.lastWords,
    });
  }

  /** What a scenario that names its ports takes for granted. */
  get #portsAsked(): { readonly expected?: string } {
    const { portBase } = this.#network;
    if (portBase === undefined) return {};
    return { expected: `every port from network.portBase, ${portBase}, on to be free` };
  }

  /** The launch ends with the first reason against it. */
  #refuse(reason: ConfigError): void {
    this.#refusal ??= reason;
    this.#endLaunch();
  }
}

/** Where nobody listens (RFC 863). */
const DISCARD_PORT = 9;
const STOP_MS_MAX = 5_000;
