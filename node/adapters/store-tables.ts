/**
 * The tables of a durable store in one LMDB environment:
 *
 *   bundles | number, counting up, so that the order is that of arrival → record of a bundle
 *   seen    | key of a bundle that has gone → what is remembered of it
 *   aside   | number → a record that cannot be read, kept for people
 *
 * Writes are made in transactions only. The record formats are in store-record.ts.
 */
import type { Database, RootDatabase } from 'lmdb';
import type { BundleNote, SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import {
  decodeBundleRecord,
  decodeSeen,
  encodeBundleRecord,
  encodeSeenKey,
  encodeSeenValue,
  untilOfSeenKey,
} from './store-record.ts';

/** The environment in `directory`, which exists; throws what LMDB throws. */
export async function openStoreTables(directory: string, mapOctets: number): Promise<StoreTables> {
  // Only nodes that have a durable store pay for the library.
  const { open } = await import('lmdb');
  const options = {
    path: directory,
    // Not even one whose name has a dot is a file.
    noSubdir: false,
    encoding: 'binary',
    maxDbs: 3,
    mapSize: mapOctets,
    noMemInit: true,
    // A bundle is nobody's business but the node's.
    permissionsMode: 0o600,
  } as const;
  // Batches of its own making, or begun before their end, would fail where nobody can hear it.
  const batching = { eventTurnBatching: false, batchStartThreshold: Number.MAX_SAFE_INTEGER };
  return new StoreTables(open({ ...options, ...batching }));
}

/** Reads at once, and writes in transactions. */
export class StoreTables {
  readonly #root: RootDatabase<Uint8Array, number>;
  readonly #bundles: Database<Uint8Array, number>;
  readonly #seen: Database<Uint8Array, Uint8Array>;
  readonly #aside: Database<Uint8Array, number>;
  #nextKey = 0;
  #remembered = 0;
  #latestUnixMs = 0;

  constructor(root: RootDatabase<Uint8Array, number>) {
    this.#root = root;
    this.#bundles = root.openDB({ name: 'bundles', encoding: 'binary' });
    this.#seen = root.openDB({ name: 'seen', encoding: 'binary', keyEncoding: 'binary' });
    this.#aside = root.openDB({ name: 'aside', encoding: 'binary' });
  }

  /**
   * Goes through all bundles once and sets aside the records that cannot be read; how many. Throws
   * what LMDB throws when the tables themselves are damaged.
   */
  scan(found: (id: string, key: number, sizeOctets: number) => void): number {
    let setAside = 0;
    for (const { key, value } of this.#bundles.getRange()) {
      const stored = decodeBundleRecord(value);
      this.#nextKey = key + 1;
      if (stored !== undefined) found(stored.id, key, stored.octets.length);
      else {
        this.#putAside(key, value);
        setAside += 1;
      }
    }
    return setAside;
  }

  /** The bundle under `key`, its octets the caller's; one that cannot be read is set aside. */
  read(key: number): StoredBundle | undefined {
    const buffer = this.#bundles.getBinary(key);
    if (buffer === undefined) return undefined;
    const record = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
    const stored = decodeBundleRecord(record);
    if (stored === undefined) this.#putAside(key, record);
    return stored;
  }

  /** What is remembered, soonest to expire first. */
  *remembered(): Iterable<[string, SeenNote]> {
    for (const { key, value } of this.#seen.getRange()) {
      const seen = decodeSeen(key, value);
      if (seen !== undefined) yield seen;
    }
  }

  /** Writes a bundle, in a transaction; where it is. */
  put(id: string, octets: Uint8Array, note: BundleNote): number {
    const key = this.#nextKey++;
    void this.#bundles.put(key, encodeBundleRecord(id, octets, note));
    return key;
  }

  /** Takes a bundle out, in a transaction. */
  remove(key: number): void {
    void this.#bundles.remove(key);
  }

  /** Remembers a bundle that has gone, in a transaction. */
  remember(id: string, note: SeenNote): void {
    void this.#seen.put(encodeSeenKey(id, note), encodeSeenValue(note));
    this.#latestUnixMs = Math.max(this.#latestUnixMs, note.fromUnixMs);
    this.#remembered += 1;
  }

  /** One transaction of all that `write` writes: durable as a whole, or it rejects and was not. */
  async transact(write: () => void): Promise<void> {
    try {
      await this.#root.batch(() => {
        write();
        this.#forgetSeen();
      });
      await this.#root.flushed;
    } catch (error) {
      hear(error as CommitFailure);
      throw error;
    }
  }

  /** Never rejects: what the last transaction came to has been said. */
  async close(): Promise<void> {
    await this.#root.close().catch(hear);
  }

  /** The expired go, and beyond SEEN_MAX those that expire first; more than have come. */
  #forgetSeen(): void {
    if (this.#remembered === 0) return;
    const limit = 2 * this.#remembered + 1;
    this.#remembered = 0;
    const { entryCount } = this.#seen.getStats() as { entryCount: number };
    let excess = entryCount - SEEN_MAX;
    for (const key of this.#seen.getKeys({ limit })) {
      if (untilOfSeenKey(key) > this.#latestUnixMs && excess-- <= 0) return;
      void this.#seen.remove(key);
    }
  }

  #putAside(key: number, record: Uint8Array): void {
    const { entryCount } = this.#aside.getStats() as { entryCount: number };
    const copy = record.slice();
    // Should this fail, the next start tries again.
    this.#root
      .batch(() => {
        void this.#bundles.remove(key);
        if (entryCount < ASIDE_MAX) void this.#aside.put(key, copy);
      })
      .catch(hear);
  }
}

/** The reason for a failure may come by a second promise, which nobody may leave unheard. */
function hear({ commitError }: CommitFailure): void {
  commitError?.catch(() => {});
}

type CommitFailure = { readonly commitError?: Promise<never> };

const SEEN_MAX = 65_536;
const ASIDE_MAX = 1_000;
