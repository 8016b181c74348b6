/**
 * The ports of a satellite: everything it knows of the world outside. Commands go in as plain
 * calls, facts come out as one Observable per port. Nothing returns a promise, so a port may
 * answer in the same turn or much later and the node cannot tell the difference.
 *
 * From the protocol floor come `Random` and `CryptoProvider` (#protocol/crypto/ports.ts).
 */
import type { Observable } from 'rxjs';
import type { BundleNote, SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import type { CryptoProvider, Random } from '#protocol/crypto/ports.ts';
import type { Instant } from '#protocol/machine.ts';

/** Time since the scenario epoch, and one alarm. */
export interface Clock {
  now(): Instant;
  /** Arms the one alarm, replacing the last; undefined disarms. A past instant fires at once. */
  setAlarm(at: Instant | undefined): void;
  /** Emits the current instant each time the alarm goes off; the alarm is then disarmed. */
  readonly alarm$: Observable<Instant>;
}

/** One UDP datagram at one of this node's terminals. */
export interface Datagram {
  /** Index of the local terminal it leaves from or arrived at. */
  readonly terminal: number;
  /** The frame. The receiver of this object owns the octets. */
  readonly octets: Uint8Array;
}

/** Where a remote terminal listens. */
export interface TerminalAddress {
  readonly host: string;
  readonly port: number;
}

/** The optical terminals: one socket each, pointed at one remote terminal at a time. */
export interface Datagrams {
  /** Steers a terminal. Datagrams from any other address are dropped and counted. */
  point(terminal: number, at: TerminalAddress | undefined): void;
  /** Sends to where the terminal points; silently counted and lost when it points nowhere. */
  send(datagram: Datagram): void;
  readonly received$: Observable<Datagram>;
  /** The largest datagram, in octets. */
  readonly sizeMax: number;
  /** Whether nothing of it leaves the simulation that the node is part of. */
  readonly simulated?: boolean;
}

/** What the store did with a command. */
export type StoreCompletion =
  | { readonly kind: 'put'; readonly id: string }
  | { readonly kind: 'put-failed'; readonly id: string; readonly reason: 'full' | 'io' }
  | { readonly kind: 'got'; readonly id: string; readonly octets: Uint8Array | undefined }
  | { readonly kind: 'deleted'; readonly id: string };

/** What a store has kept since an earlier start of the node. */
export interface StoreContents {
  /** In the order in which they came; may be gone through once. */
  readonly bundles: Iterable<StoredBundle>;
  /** By id; may be gone through once. */
  readonly seen: Iterable<readonly [string, SeenNote]>;
  /** Records that could not be read and are kept apart, for people. */
  readonly setAside: number;
}

/**
 * Keeps bundles by id. Every command is answered by exactly one completion; those on one id in the
 * order of the commands.
 */
export interface BundleStore {
  /** What it found when it was opened. To be asked before the first command. */
  contents(): StoreContents;
  /** Keeps `octets` (ownership passes to the store); `put` completes when they are durable. */
  put(id: string, octets: Uint8Array, note: BundleNote): void;
  /**
   * Asks for the octets; the completion carries a view that must not be changed, or none for a
   * bundle that is not there or damaged.
   */
  get(id: string): void;
  /**
   * Forgets, and remembers `seen` if given, in one durable step; completes also when there was
   * nothing to forget.
   */
  delete(id: string, seen?: SeenNote): void;
  readonly completed$: Observable<StoreCompletion>;
}

/** A store as its maker has it. */
export interface OpenedStore extends BundleStore {
  /** Resolves when all that was asked of it is done and its files, if any, are closed. */
  close(): Promise<void>;
}

/** What became of a record: `written` once it is durable and was read back. */
export interface VaultCompletion {
  readonly kind: 'written' | 'write-failed';
  readonly record: string;
}

/** Small records that outlive a restart: boot counter, statement, counter marks. Never keys. */
export interface Vault {
  /**
   * Replaces the record (a lower-case name) durably, wholly or not at all; the octets are copied.
   * Answered by exactly one completion, in the order of the writes.
   */
  write(record: string, octets: Uint8Array): void;
  readonly completed$: Observable<VaultCompletion>;
}

/** What a vault holds when it is opened, by record; the octets are the reader's. */
export type VaultRecords = ReadonlyMap<string, Uint8Array>;

/** All that a satellite needs. */
export interface SatellitePorts {
  readonly clock: Clock;
  readonly datagrams: Datagrams;
  readonly store: BundleStore;
  readonly vault: Vault;
  /** What the vault held at this start of the node. */
  readonly records: VaultRecords;
  readonly random: Random;
  readonly crypto: CryptoProvider;
}
