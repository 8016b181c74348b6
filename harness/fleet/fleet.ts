/**
 * A fleet brings the nodes of a scenario to life. Three kinds share this interface: `processes`
 * (one operating-system process a node), `hosted` (many nodes a process) and `virtual` (one
 * thread, virtual time). The node's code is the same in all of them.
 */
import type { NodeConfig } from '#node/config.ts';
import type { Notice } from '#node/notice.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ChannelChange } from '../channel/schedule.ts';
import type { Casualty } from '../report/report.ts';
import type { Inventory } from './inventory.ts';

/** A node to be brought up: its configuration, but for the directory, which the fleet fills in. */
export interface Member extends Omit<NodeConfig, 'directory' | 'bind'> {
  /** The folder of what outlives the node's process, where that may be killed. */
  readonly home?: string;
}

/** What a fleet tells while it lives. Called in the order of events, never after `stop`. */
export interface FleetObserver {
  /** So many nodes have their sockets. */
  started(count: number): void;
  notice(node: NodeNumber, notice: Notice): void;
  /** A process ended by itself; the fleet goes on without its nodes. */
  casualty(casualty: Casualty): void;
  /** A node has something to say that a person should know, and goes on. */
  warned(line: string): void;
  /** These nodes were killed, as they should be. */
  killed(nodes: readonly NodeNumber[]): void;
  /** One of them runs again, with what its store has kept; its notices follow. */
  returned(node: NodeNumber, at: Instant, inventory: Inventory): void;
}

/** What is left to know of a fleet when it has stopped. */
export interface FleetResult {
  /** By node; nodes that died early are missing. */
  readonly snapshots: ReadonlyMap<NodeNumber, SatelliteSnapshot>;
  /** Datagrams lost in channels and sockets, by fault key. */
  readonly channelFaults: Readonly<Record<string, number>>;
  /** How late the channel released datagrams: counts by LagHistogram bucket. */
  readonly lag: readonly number[];
  /** What datagrams took between processes, one median a process; empty in virtual time. */
  readonly transitsUs: readonly number[];
  /** Hash over every datagram of a virtual run; undefined in real time. */
  readonly digest: string | undefined;
  /**
   * How often each bundle has reached each traffic sink, by sink and bundle, over all lives of its
   * node, as the sinks themselves have written down; undefined where nobody is killed.
   */
  readonly received: ReadonlyMap<string, number> | undefined;
  /** What is in the stores of nodes that could be killed, where those outlive them. */
  readonly inventories: ReadonlyMap<NodeNumber, Inventory>;
}

/** One fleet, one run: launch, then advance and changes in turn, then stop. */
export interface Fleet {
  readonly processes: number;
  /** Process ids, for memory figures; empty when the nodes live in this process. */
  readonly pids: readonly number[];
  /**
   * Brings every node up and starts time at instant 0. Rejects with ConfigError when that cannot
   * be; resolves soon after `signal` aborts, and then only `stop` is left to call.
   */
  launch(channels: readonly ChannelChange[], signal: AbortSignal): Promise<void>;
  now(): Instant;
  /** Resolves at `until`, or soon after `signal` aborts. */
  advance(until: Instant, signal: AbortSignal): Promise<void>;
  setChannels(changes: readonly ChannelChange[]): void;
  /** Hands a constellation statement to a node, which may be gone. */
  handStatement(node: NodeNumber, statement: Uint8Array): void;
  /** Kills a node without warning, and all that share its process; nothing when it is away. */
  kill(node: NodeNumber): void;
  /** Starts what was killed with this node again, in its place; nothing when it is not away. */
  restart(node: NodeNumber): void;
  /** Ends every node. Safe to call at any time, also twice. */
  stop(): Promise<FleetResult>;
}
