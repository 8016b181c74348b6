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
import { auditStores } from './audit.ts';
import type { Directory, HostReport } from './control.ts';
import type { Fleet, FleetObserver, FleetResult, Member } from './fleet.ts';
import type { HostExit } from './host-process.ts';
import { receivedAt } from './received.ts';
import { Shard } from './shard.ts';

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
  readonly #snapshots = new Map<NodeNumber, SatelliteSnapshot>();
  /** How the channels stand, for nodes that return, by node and terminal. Bounded by those. */
  readonly #channels = new Map<string, ChannelChange>();
  #channelFaults: Record<string, number> = {};
  readonly #lag = new LagHistogram();
  readonly #transitsUs: number[] = [];
  /** The next port of a terminal, and of a transit probe; undefined for any. */
  #terminalPort: number | undefined;
  #probePort: number | undefined;
  #directory: Directory = [];
  /** Nodes that have had their sockets. */
  #started = 0;
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
    return this.#shards.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  async launch(channels: readonly ChannelChange[], signal: AbortSignal): Promise<void> {
    process.on('exit', this.#killAll);
    const over = new Promise<void>((resolve) => {
      this.#endLaunch = resolve;
    });
    signal.addEventListener('abort', this.#endLaunch, { once: true });
    for (let at = 0; at < this.#members.length; at += this.#perProcess) {
      this.#spawn(this.#members.slice(at, at + this.#perProcess));
      // Forking is work of this thread; the screen and Ctrl-C get their turn in between.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted || this.#refusal !== undefined) break;
    }
    await Promise.race([Promise.all(this.#shards.map(({ settled }) => settled)), over]);
    signal.removeEventListener('abort', this.#endLaunch);
    if (this.#refusal !== undefined) throw this.#refusal;
    if (!signal.aborted) this.#beginAll(channels);
  }

  #beginAll(channels: readonly ChannelChange[]): void {
    this.#directory = this.#members.map(({ node, scid, terminals }) => ({
      node,
      scid,
      // Who died at launch is still spoken to, where nobody listens.
      terminals:
        this.#shardOf.get(node)?.addressesOf(node) ??
        Array.from({ length: terminals }, () => ({ host: this.#network.host, port: DISCARD_PORT })),
    }));
    this.#keep(channels);
    this.#epochNs = process.hrtime.bigint();
    for (const shard of this.#shards) if (shard.probe !== undefined) this.#begin(shard);
  }

  /** Starts, or joins, the time of the run. */
  #begin(shard: Shard): void {
    const bound = this.#shards.filter(({ probe }) => probe !== undefined);
    const peer = bound[(bound.indexOf(shard) + 1) % bound.length];
    shard.command({
      kind: 'begin',
      epochMonotonicNs: String(this.#epochNs),
      judgedFrom: this.#network.judgedFrom,
      probePeer: peer?.probe as TerminalAddress,
      directory: this.#directory,
      channels: [...this.#channels.values()].filter(
        ({ node }) => this.#shardOf.get(node) === shard,
      ),
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
    this.#keep(changes);
    const byShard = new Map<Shard, ChannelChange[]>();
    for (const change of changes) {
      const shard = this.#shardOf.get(change.node);
      if (shard === undefined) continue;
      const list = byShard.get(shard);
      if (list === undefined) byShard.set(shard, [change]);
      else list.push(change);
    }
    for (const [shard, list] of byShard) shard.command({ kind: 'channels', changes: list });
  }

  #keep(changes: readonly ChannelChange[]): void {
    for (const change of changes) this.#channels.set(`${change.node}/${change.terminal}`, change);
  }

  handStatement(node: NodeNumber, statement: Uint8Array): void {
    const shard = this.#shardOf.get(node);
    shard?.command({ kind: 'statement', node, octets: toHex(statement) });
  }

  kill(node: NodeNumber): void {
    const shard = this.#shardOf.get(node);
    if (shard?.kill()) this.#observer.killed(shard.members.map((member) => member.node));
  }

  restart(node: NodeNumber): void {
    const shard = this.#shardOf.get(node);
    // Its ports are free when the process has ended.
    void shard?.exited.then(() => {
      if (this.#stopped === undefined) shard.restart();
    });
  }

  stop(): Promise<FleetResult> {
    this.#stopped ??= this.#end();
    return this.#stopped;
  }

  async #end(): Promise<FleetResult> {
    // Before time has begun there is nothing to ask, and a process that starts is slow to answer.
    if (this.#epochNs === undefined) this.#killAll();
    for (const shard of this.#shards) shard.command({ kind: 'stop' });
    const late = setTimeout(this.#killAll, STOP_MS_MAX);
    await Promise.all(this.#shards.map(({ exited }) => exited));
    clearTimeout(late);
    process.off('exit', this.#killAll);
    return {
      snapshots: this.#snapshots,
      channelFaults: this.#channelFaults,
      lag: this.#lag.snapshot(),
      transitsUs: this.#transitsUs,
      digest: undefined,
      received: receivedAt(this.#members.flatMap(({ home }) => home ?? [])),
      inventories: await auditStores(this.#members),
    };
  }

  readonly #killAll = (): void => {
    for (const shard of this.#shards) shard.kill();
  };

  #spawn(members: readonly Member[]): void {
    const { host } = this.#network;
    const terminals = members.map((member) =>
      Array.from({ length: member.terminals }, () => ({
        host,
        port: this.#terminalPort === undefined ? 0 : this.#terminalPort++,
      })),
    );
    const probe = { host, port: this.#probePort === undefined ? 0 : this.#probePort++ };
    const shard = new Shard(members, { terminals, probe }, this);
    this.#shards.push(shard);
    for (const { node } of members) this.#shardOf.set(node, shard);
  }

  /** Takes in what a process tells; for its shard alone. */
  report(shard: Shard, report: HostReport): void {
    switch (report.kind) {
      case 'bound':
        this.#onBound(shard, report);
        return;
      case 'refused': {
        // Of one that cannot return the shard tells when its process has ended.
        if (this.#epochNs !== undefined) return;
        const { message, remedy } = report;
        this.#refuse(new ConfigError(message, { remedy, ...this.#portsAsked }));
        return;
      }
      case 'warned':
        this.#observer.warned(report.line);
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

  #onBound(shard: Shard, { inventories }: Extract<HostReport, { readonly kind: 'bound' }>): void {
    if (this.#epochNs === undefined) {
      this.#started += shard.members.length;
      this.#observer.started(this.#started);
      return;
    }
    const now = this.now();
    for (const [node, inventory] of inventories) this.#observer.returned(node, now, inventory);
    this.#begin(shard);
  }

  /** A process has ended by itself; for its shard alone. */
  died(shard: Shard, exit: HostExit): void {
    if (this.#stopped !== undefined || this.#refusal !== undefined) return;
    if (!shard.wasBorn) {
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
