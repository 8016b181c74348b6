/**
 * A bundle store in LMDB: what it has confirmed is there after a crash of the process or of the
 * machine.
 *
 * Commands gather while a transaction is flushed, and the next transaction takes them all: one
 * flush, many bundles; what comes and goes within one is not written. They are answered when it is
 * durable, in the order in which they came. A bundle that no command waits for is read from the
 * memory map at once.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import type { BundleNote, SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import { ConfigError } from '../config-error.ts';
import type { OpenedStore, StoreCompletion, StoreContents } from '../ports.ts';
import { DATA_FILE, isSoundLmdbFile, LOCK_FILE, tryLmdbFiles } from './lmdb-file.ts';
import { makeFolders } from './make-folders.ts';
import { type Command, commandOn, type Entry, entryAt, NOWHERE } from './store-command.ts';
import { openStoreTables, type StoreTables } from './store-tables.ts';

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
    await rm(join(directory, LOCK_FILE), { force: true });
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
  tryLmdbFiles(directory);
  const tables = await openStoreTables(directory, octetsMax + MAP_OCTETS_MORE);
  try {
    const entries = new Map<string, Entry>();
    const found = (id: string, key: number, sizeOctets: number) =>
      entries.set(id, entryAt(id, key, sizeOctets));
    const setAside = filesAside + tables.scan(found);
    return new LmdbStore(tables, octetsMax, entries, setAside);
  } catch {
    await tables.close();
    return undefined;
  }
}

interface Owed {
  readonly key: number;
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
  /** By id: those that are durable, and those of which a command has not been answered. */
  readonly #entries: Map<string, Entry>;
  readonly #setAside: number;
  /** Bounded by the commands that have not been answered. */
  #waiting: Command[] = [];
  #octets = 0;
  /** Removals of transactions that failed: the next one does them. Bounded by the entries. */
  #owed: Owed[] = [];
  #flushing: Promise<void> | undefined;
  /** Runs while nothing waits but removals that nobody waits for. */
  #linger: NodeJS.Timeout | undefined;
  readonly #completed = new Subject<StoreCompletion>();

  readonly completed$ = this.#completed.asObservable();

  constructor(
    tables: StoreTables,
    octetsMax: number,
    entries: Map<string, Entry>,
    setAside: number,
  ) {
    this.#tables = tables;
    this.#octetsMax = octetsMax;
    this.#entries = entries;
    this.#setAside = setAside;
    for (const { sizeOctets } of entries.values()) this.#octets += sizeOctets;
  }

  contents(): StoreContents {
    const seen = this.#tables.remembered();
    return { bundles: this.#readAll(), seen, setAside: this.#setAside };
  }

  put(id: string, octets: Uint8Array, note: BundleNote): void {
    const entry = this.#entryOf(id);
    const fits = this.#octets - entry.sizeOctetsNext + octets.length <= this.#octetsMax;
    if (fits) this.#take(commandOn(entry, 'put', octets, note), octets.length);
    else this.#take(commandOn(entry, 'refuse'), entry.sizeOctetsNext);
  }

  get(id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.commands === 0) this.#completed.next(this.#read(id, entry));
    else this.#take(commandOn(entry, 'get'), entry.sizeOctetsNext);
  }

  delete(id: string, seen?: SeenNote): void {
    this.#take(commandOn(this.#entryOf(id), 'delete', undefined, undefined, seen), 0);
  }

  async close(): Promise<void> {
    await this.#hasten();
    this.#completed.complete();
    await this.#tables.close();
  }

  *#readAll(): Iterable<StoredBundle> {
    for (const { key } of this.#entries.values()) {
      const stored = this.#tables.read(key);
      if (stored !== undefined) yield stored;
    }
  }

  #read(id: string, entry: Entry | undefined): StoreCompletion {
    const octets =
      entry === undefined || entry.key === NOWHERE
        ? undefined
        : this.#tables.read(entry.key)?.octets;
    return { kind: 'got', id, octets };
  }

  #entryOf(id: string): Entry {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = entryAt(id, NOWHERE, 0);
      this.#entries.set(id, entry);
    }
    return entry;
  }

  #take(command: Command, sizeOctetsNext: number): void {
    const { entry } = command;
    this.#octets += sizeOctetsNext - entry.sizeOctetsNext;
    entry.sizeOctetsNext = sizeOctetsNext;
    entry.commands += 1;
    this.#waiting.push(command);
    // A delivery waits for its note. Any other removal may come along with what is more urgent.
    const isUrgent = command.kind !== 'delete' || command.seen?.hops === Number.POSITIVE_INFINITY;
    if (isUrgent) void this.#hasten();
    else if (this.#flushing === undefined) {
      this.#linger ??= setTimeout(() => void this.#hasten(), LINGER_MS);
    }
  }

  /** Resolves when nothing waits any more. */
  #hasten(): Promise<void> {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#flushing ??= this.#flush();
    return this.#flushing;
  }

  /** One transaction after the other, until nothing waits. */
  async #flush(): Promise<void> {
    // What else this turn of the event loop brings comes along.
    await new Promise((resolve) => setImmediate(resolve));
    // Bounded by the commands of the node: each round answers at least one.
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch();
      const durable = await this.#commit(batch);
      for (const command of batch) this.#settle(command, durable);
    }
    this.#flushing = undefined;
  }

  /** A read sees the writes before it and none after it, so it stands between transactions. */
  #nextBatch(): readonly Command[] {
    const all = this.#waiting;
    const first = all.findIndex(({ kind }) => kind === 'get');
    this.#waiting = first < 0 ? [] : all.slice(Math.max(first, 1));
    return first < 0 ? all : all.slice(0, Math.max(first, 1));
  }

  /** Whether the transaction is durable. */
  async #commit(batch: readonly Command[]): Promise<boolean> {
    if (!batch.some(({ kind }) => kind === 'put' || kind === 'delete')) return true;
    try {
      await this.#tables.transact(() => {
        for (const { key, id, seen } of this.#owed) {
          if (key !== NOWHERE) this.#tables.remove(key);
          if (seen !== undefined) this.#tables.remember(id, seen);
        }
        for (const command of batch) this.#write(command);
      });
      this.#owed = [];
      return true;
    } catch {
      for (const command of batch.toReversed()) this.#undo(command);
      return false;
    }
  }

  /** Asks the tables for it. */
  #write(command: Command): void {
    const { kind, entry, octets, note, seen } = command;
    if (kind !== 'put' && kind !== 'delete') return;
    command.keyBefore = entry.key;
    command.sizeOctetsBefore = entry.sizeOctets;
    if (entry.key !== NOWHERE) this.#tables.remove(entry.key);
    entry.key = NOWHERE;
    entry.sizeOctets = 0;
    if (octets !== undefined && note !== undefined) {
      entry.key = this.#tables.put(entry.id, octets, note);
      entry.sizeOctets = octets.length;
    }
    if (seen !== undefined) this.#tables.remember(entry.id, seen);
  }

  /** The transaction has failed: what was put is not there, and what was removed is owed. */
  #undo({ kind, entry, keyBefore, sizeOctetsBefore, seen }: Command): void {
    if (kind === 'put') {
      entry.key = keyBefore;
      entry.sizeOctets = sizeOctetsBefore;
    } else if (kind === 'delete') this.#owed.push({ key: keyBefore, id: entry.id, seen });
  }

  #settle({ kind, entry }: Command, durable: boolean): void {
    const { id } = entry;
    entry.commands -= 1;
    if (entry.commands === 0) {
      this.#octets += entry.sizeOctets - entry.sizeOctetsNext;
      entry.sizeOctetsNext = entry.sizeOctets;
      if (entry.key === NOWHERE) this.#entries.delete(id);
    }
    this.#completed.next(this.#answerTo(kind, entry, durable));
  }

  #answerTo(kind: Command['kind'], entry: Entry, durable: boolean): StoreCompletion {
    const { id } = entry;
    if (kind === 'get') return this.#read(id, entry);
    if (kind === 'delete') return { kind: 'deleted', id };
    if (kind === 'refuse') return { kind: 'put-failed', id, reason: 'full' };
    return durable ? { kind: 'put', id } : { kind: 'put-failed', id, reason: 'io' };
  }
}

/** A crash brings back what was removed in this time: sent on once more, it is known for a copy. */
const LINGER_MS = 50;
/** Pages that are not full, and the tables beside the bundles; LMDB takes more when it needs it. */
const MAP_OCTETS_MORE = 16 * 1024 * 1024;
