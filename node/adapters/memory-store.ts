/**
 * A bundle store in memory, which ends with the process. It makes writes durable in the same turn,
 * or holds them back as a disk does until `flush`; a crash then decides by chance which of those
 * are lost, torn or kept, and what it leaves opens the next store.
 */
import { Subject } from 'rxjs';
import type { BundleNote, SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import type { Random } from '#protocol/crypto/ports.ts';
import type { OpenedStore, StoreCompletion, StoreContents } from '../ports.ts';
import { decodeBundleRecord, encodeBundleRecord } from './store-record.ts';

/** What a crash leaves: records of bundles, in the order in which they came, and what is seen. */
export interface MemoryDisk {
  readonly records: ReadonlyMap<string, Uint8Array>;
  readonly seen: ReadonlyMap<string, SeenNote>;
}

type Command =
  | { readonly kind: 'put'; readonly stored: StoredBundle }
  | { readonly kind: 'get'; readonly id: string }
  | { readonly kind: 'delete'; readonly id: string; readonly seen: SeenNote | undefined }
  | { readonly kind: 'refuse'; readonly id: string };

/**
 * When writes are made durable: in the same turn, when the owner calls `flush`, or when the owner's
 * timer calls what it is given, which it is whenever something begins to wait.
 */
export type StoreFlushing = 'prompt' | 'held' | ((flush: () => void) => void);

/** Bounded by `octetsMax`, counting the octets of bundles, and by SEEN_MAX. */
export class MemoryStore implements OpenedStore {
  readonly #octetsMax: number;
  readonly #flushing: StoreFlushing;
  readonly #bundles = new Map<string, StoredBundle>();
  readonly #seen = new Map<string, SeenNote>();
  readonly #setAside: number;
  /** Bounded by the commands that have not been answered. */
  #waiting: Command[] = [];
  /** Octets of each bundle once all commands are obeyed. */
  readonly #sizes = new Map<string, number>();
  #octets = 0;
  readonly #completed = new Subject<StoreCompletion>();

  readonly completed$ = this.#completed.asObservable();

  /** Opens with what a crash has left, if anything; torn records are set aside. */
  constructor(octetsMax: number, flushing: StoreFlushing = 'prompt', disk?: MemoryDisk) {
    this.#octetsMax = octetsMax;
    this.#flushing = flushing;
    let setAside = 0;
    for (const [id, record] of disk?.records ?? []) {
      const stored = decodeBundleRecord(record);
      if (stored === undefined) setAside += 1;
      else this.#bundles.set(id, stored);
      this.#resize(id, stored?.octets.length ?? 0);
    }
    for (const [id, note] of disk?.seen ?? []) this.#seen.set(id, note);
    this.#setAside = setAside;
  }

  contents(): StoreContents {
    return { bundles: this.#bundles.values(), seen: this.#seen, setAside: this.#setAside };
  }

  put(id: string, octets: Uint8Array, note: BundleNote): void {
    const others = this.#octets - (this.#sizes.get(id) ?? 0);
    if (others + octets.length > this.#octetsMax) this.#take({ kind: 'refuse', id });
    else {
      this.#resize(id, octets.length);
      this.#take({ kind: 'put', stored: { id, octets, note } });
    }
  }

  get(id: string): void {
    this.#take({ kind: 'get', id });
  }

  delete(id: string, seen?: SeenNote): void {
    this.#resize(id, 0);
    this.#take({ kind: 'delete', id, seen });
  }

  close(): Promise<void> {
    this.#completed.complete();
    return Promise.resolve();
  }

  /** Makes all that waits durable and answers it. */
  flush(): void {
    // Bounded by what waits: what an answer causes waits for the next flush.
    for (const command of this.#waiting.splice(0)) this.#completed.next(this.#obey(command));
  }

  /**
   * What a crash at this moment leaves. Each write that waits is lost, torn or kept; a deletion is
   * lost or kept, for it is one step. The store is of no more use.
   */
  crash(random: Random): MemoryDisk {
    const torn = new Map<string, Uint8Array>();
    for (const command of this.#waiting.splice(0)) {
      const [fate = 0, cut = 0] = random.octets(2);
      if (fate % 3 === 0) this.#obey(command);
      else if (fate % 3 === 1 && command.kind === 'put') {
        const record = recordOf(command.stored);
        torn.set(command.stored.id, record.subarray(0, (record.length * cut) >> 8));
        this.#bundles.delete(command.stored.id);
      }
    }
    const whole = [...this.#bundles].map(([id, stored]) => [id, recordOf(stored)] as const);
    return { records: new Map([...whole, ...torn]), seen: new Map(this.#seen) };
  }

  #take(command: Command): void {
    if (this.#flushing === 'prompt') {
      this.#completed.next(this.#obey(command));
      return;
    }
    this.#waiting.push(command);
    if (this.#waiting.length === 1 && this.#flushing !== 'held') this.#flushing(() => this.flush());
  }

  #obey(command: Command): StoreCompletion {
    switch (command.kind) {
      case 'put': {
        const { id } = command.stored;
        this.#bundles.set(id, command.stored);
        return { kind: 'put', id };
      }
      case 'get': {
        const { id } = command;
        return { kind: 'got', id, octets: this.#bundles.get(id)?.octets };
      }
      case 'delete': {
        const { id, seen } = command;
        this.#bundles.delete(id);
        if (seen !== undefined) this.#remember(id, seen);
        return { kind: 'deleted', id };
      }
      case 'refuse':
        return { kind: 'put-failed', id: command.id, reason: 'full' };
    }
  }

  /** The oldest makes room, and expired ones among the oldest do without being asked. */
  #remember(id: string, note: SeenNote): void {
    this.#seen.delete(id);
    this.#seen.set(id, note);
    let looks = 0;
    for (const [other, { untilUnixMs }] of this.#seen) {
      if (this.#seen.size <= SEEN_MAX && untilUnixMs > note.fromUnixMs) return;
      this.#seen.delete(other);
      looks += 1;
      if (looks === LOOKS) return;
    }
  }

  #resize(id: string, size: number): void {
    this.#octets += size - (this.#sizes.get(id) ?? 0);
    if (size === 0) this.#sizes.delete(id);
    else this.#sizes.set(id, size);
  }
}

function recordOf({ id, octets, note }: StoredBundle): Uint8Array {
  return encodeBundleRecord(id, octets, note).slice();
}

const SEEN_MAX = 65_536;
const LOOKS = 2;
