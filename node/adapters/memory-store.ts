/** A bundle store in memory: answers in the same turn, forgets all when the process ends. */
import { Subject } from 'rxjs';
import type { BundleStore, StoreCompletion } from '../ports.ts';

/** Bounded by `octetsMax`, counting the octets of the bundles kept. */
export class MemoryStore implements BundleStore {
  readonly #octetsMax: number;
  readonly #bundles = new Map<string, Uint8Array>();
  readonly #completed = new Subject<StoreCompletion>();
  #octets = 0;

  readonly completed$ = this.#completed.asObservable();

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  put(id: string, octets: Uint8Array): void {
    const kept = this.#octets - (this.#bundles.get(id)?.length ?? 0);
    if (kept + octets.length > this.#octetsMax) {
      this.#completed.next({ kind: 'put-failed', id, reason: 'full' });
      return;
    }
    this.#bundles.set(id, octets);
    this.#octets = kept + octets.length;
    this.#completed.next({ kind: 'put', id });
  }

  get(id: string): void {
    this.#completed.next({ kind: 'got', id, octets: this.#bundles.get(id) });
  }

  delete(id: string): void {
    this.#octets -= this.#bundles.get(id)?.length ?? 0;
    this.#bundles.delete(id);
    this.#completed.next({ kind: 'deleted', id });
  }
}
