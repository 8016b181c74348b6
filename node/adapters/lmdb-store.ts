/**
 * A bundle store in LMDB: what it has confirmed is there after a crash of the process or of the
 * machine.
 *
 * Commands gather while a transaction is flushed, and the next transaction takes them all: one
 * flush, many bundles. They are answered when it is durable, in the order in which they came. A
 * bundle that no command waits for is read from the memory map at once.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import type { BundleNote, SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import { ConfigError } from '../config-error.ts';
import type { OpenedStore, StoreCompletion, StoreContents } from '../ports.ts';
import { isSoundLmdbFile } from './lmdb-file.ts';
import { makeFolders } from './make-folders.ts';
import { openStoreTables, type StoredEntry, type StoreTables } from './store-tables.ts';

/**
 * Opens the store in `directory`, which is made if need be. A data file that is damaged as a whole
 * is set aside under another name, and counts as one record. Throws ConfigError when the directory
 * or its files cannot be used.
 */
export async function openLmdbStore(directory: string, octetsMax: number): Promise<OpenedStore> {
  try {
    makeFolders(directory, 0o700);
    if (isSoundLmdbFile(join(directory, DATA_FILE))) {
      const store = await openWhole(directory, octetsMax, 0);
      if (store !== undefined) return store;
    }
    await rename(join(directory, DATA_FILE), join(directory, `${DATA_FILE}.aside`));
    await rm(join(directory, 'lock.mdb'), { force: true });
    const store = await openWhole(directory, octetsMax, 1);
    if (store !== undefined) return store;
    throw new Error('a new data file is damaged');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ConfigError(`the store ${directory} cannot be opened (${code ?? message})`, {
      remedy: 'Give a directory that this user may read and write, on a disk with room',
    });
  }
}

/** The store, or undefined when its tables are damaged. */
async function openWhole(
  directory: string,
  octetsMax: number,
  filesAside: number,
): Promise<OpenedStore | undefined> {
  const tables = await openStoreTables(directory, octetsMax + MAP_OCTETS_MORE);
  try {
    const index = new Map<string, StoredEntry>();
    const setAside = filesAside + tables.scan((id, entry) => index.set(id, entry));
    return new LmdbStore(tables, octetsMax, index, setAside);
  } catch {
    await tables.close();
    return undefined;
  }
}

type Command =
  | { readonly kind: 'put'; readonly stored: StoredBundle }
  | { readonly kind: 'get'; readonly id: string }
  | { readonly kind: 'delete'; readonly id: string; readonly seen: SeenNote | undefined }
  | { readonly kind: 'refuse'; readonly id: string };

interface Owed {
  readonly key: number | undefined;
  readonly id: string;
  readonly seen: SeenNote | undefined;
}

/**
 * Bounded by `octetsMax`, counting the octets of bundles, and by the bounds of the tables. A disk
 * that fails has every bundle of its transaction refused. A removal is answered all the same, for
 * the node must go on; it is made good by the next transaction, and only a crash before that brings
 * the bundle back.
 */
class LmdbStore implements OpenedStore {
  readonly #tables: StoreTables;
  readonly #octetsMax: number;
  /** What is durable. */
  readonly #index: Map<string, StoredEntry>;
  readonly #setAside: number;
  /** Bounded by the commands that have not been answered. */
  #waiting: Command[] = [];
  /** Octets that each bundle will have once its commands are obeyed; bounded as they are. */
  readonly #unsettled = new Map<string, { sizeOctets: number; commands: number }>();
  #octets = 0;
  /** Removals of transactions that failed: the next one does them. Bounded by the index. */
  #owed: Owed[] = [];
  #flushing: Promise<void> | undefined;
  readonly #completed = new Subject<StoreCompletion>();

  readonly completed$ = this.#completed.asObservable();

  constructor(
    tables: StoreTables,
    octetsMax: number,
    index: Map<string, StoredEntry>,
    setAside: number,
  ) {
    this.#tables = tables;
    this.#octetsMax = octetsMax;
    this.#index = index;
    this.#setAside = setAside;
    for (const { sizeOctets } of index.values()) this.#octets += sizeOctets;
  }

  contents(): StoreContents {
    const seen = this.#tables.remembered();
    return { bundles: this.#readAll(), seen, setAside: this.#setAside };
  }

  put(id: string, octets: Uint8Array, note: BundleNote): void {
    const others = this.#octets - this.#sizeOf(id);
    if (others + octets.length > this.#octetsMax) {
      this.#take({ kind: 'refuse', id }, id, this.#sizeOf(id));
    } else this.#take({ kind: 'put', stored: { id, octets, note } }, id, octets.length);
  }

  get(id: string): void {
    if (this.#unsettled.has(id)) this.#take({ kind: 'get', id }, id, this.#sizeOf(id));
    else this.#completed.next(this.#read(id));
  }

  delete(id: string, seen?: SeenNote): void {
    this.#take({ kind: 'delete', id, seen }, id, 0);
  }

  async close(): Promise<void> {
    await this.#flushing;
    this.#completed.complete();
    await this.#tables.close();
  }

  *#readAll(): Iterable<StoredBundle> {
    for (const { key } of this.#index.values()) {
      const stored = this.#tables.read(key);
      if (stored !== undefined) yield stored;
    }
  }

  #read(id: string): StoreCompletion {
    const entry = this.#index.get(id);
    const octets = entry === undefined ? undefined : this.#tables.read(entry.key)?.octets;
    return { kind: 'got', id, octets };
  }

  #sizeOf(id: string): number {
    return this.#unsettled.get(id)?.sizeOctets ?? this.#index.get(id)?.sizeOctets ?? 0;
  }

  #take(command: Command, id: string, sizeOctets: number): void {
    this.#octets += sizeOctets - this.#sizeOf(id);
    const commands = (this.#unsettled.get(id)?.commands ?? 0) + 1;
    this.#unsettled.set(id, { sizeOctets, commands });
    this.#waiting.push(command);
    this.#flushing ??= this.#flush();
  }

  /** One transaction after the other, until nothing waits. */
  async #flush(): Promise<void> {
    // What else this turn of the event loop brings comes along.
    await new Promise((resolve) => setImmediate(resolve));
    // Bounded by the commands of the node: each round answers at least one.
    while (this.#waiting.length > 0) {
      const first = this.#waiting.findIndex(({ kind }) => kind === 'get');
      // A read sees the writes before it and none after it, so it stands between transactions.
      const batch = this.#waiting.splice(0, first < 0 ? this.#waiting.length : Math.max(first, 1));
      const durable = await this.#commit(batch);
      for (const command of batch) this.#settle(command, durable);
    }
    this.#flushing = undefined;
  }

  /** Asks the tables for it; what to do should the transaction fail. */
  #write(command: Command): () => void {
    if (command.kind === 'get' || command.kind === 'refuse') return () => {};
    const { id } = command.kind === 'put' ? command.stored : command;
    const before = this.#index.get(id);
    if (before !== undefined) this.#tables.remove(before.key);
    if (command.kind === 'put') {
      this.#index.set(id, this.#tables.put(command.stored));
      return () => {
        if (before === undefined) this.#index.delete(id);
        else this.#index.set(id, before);
      };
    }
    this.#index.delete(id);
    if (command.seen !== undefined) this.#tables.remember(id, command.seen);
    return () => this.#owed.push({ key: before?.key, id, seen: command.seen });
  }

  /** Whether the transaction is durable. */
  async #commit(batch: readonly Command[]): Promise<boolean> {
    if (batch.every(({ kind }) => kind === 'get' || kind === 'refuse')) return true;
    const undo: (() => void)[] = [];
    try {
      await this.#tables.transact(() => {
        for (const { key, id, seen } of this.#owed) {
          if (key !== undefined) this.#tables.remove(key);
          if (seen !== undefined) this.#tables.remember(id, seen);
        }
        for (const command of batch) undo.push(this.#write(command));
      });
      this.#owed = [];
      return true;
    } catch {
      for (const step of undo.reverse()) step();
      return false;
    }
  }

  #settle(command: Command, durable: boolean): void {
    const { id } = command.kind === 'put' ? command.stored : command;
    const unsettled = this.#unsettled.get(id);
    if (unsettled !== undefined && --unsettled.commands === 0) {
      this.#unsettled.delete(id);
      this.#octets += this.#sizeOf(id) - unsettled.sizeOctets;
    }
    switch (command.kind) {
      case 'put':
        this.#completed.next(
          durable ? { kind: 'put', id } : { kind: 'put-failed', id, reason: 'io' },
        );
        break;
      case 'get':
        this.#completed.next(this.#read(id));
        break;
      case 'delete':
        this.#completed.next({ kind: 'deleted', id });
        break;
      case 'refuse':
        this.#completed.next({ kind: 'put-failed', id, reason: 'full' });
    }
  }
}

const DATA_FILE = 'data.mdb';
/** Pages that are not full, and the tables beside the bundles; LMDB takes more when it needs it. */
const MAP_OCTETS_MORE = 16 * 1024 * 1024;
