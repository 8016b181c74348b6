/** The agent's books: each accepted bundle is entered once when it comes and once when it goes. */
import type { DeletionReason, Ledger } from './contract.ts';

/** How a bundle leaves a node, or why it was deleted. */
export type Fate =
  | 'delivered'
  | 'forwarded'
  | 'expired'
  | 'fragmented'
  | 'copied'
  | 'reassembled'
  | DeletionReason;

/** Running counts. Bounded by the number of fates. */
export class LedgerBook {
  #accepted = 0;
  readonly #fates = new Map<Fate, number>();

  /** Enters a bundle that came. */
  accept(): void {
    this.#accepted += 1;
  }

  /** Enters a bundle that goes. */
  settle(fate: Fate): void {
    this.#fates.set(fate, this.#count(fate) + 1);
  }

  /** A copy of the books, given how many accepted bundles are still here. */
  snapshot(stored: number): Ledger {
    const deleted = Object.fromEntries([...this.#fates].filter(([fate]) => isDeletion(fate)));
    return {
      accepted: this.#accepted,
      delivered: this.#count('delivered'),
      forwarded: this.#count('forwarded'),
      expired: this.#count('expired'),
      fragmented: this.#count('fragmented'),
      copied: this.#count('copied'),
      reassembled: this.#count('reassembled'),
      deleted,
      stored,
    };
  }

  #count(fate: Fate): number {
    return this.#fates.get(fate) ?? 0;
  }
}

/** Whether the bundle was deleted, rather than served or outlived. */
export function isDeletion(fate: Fate): fate is DeletionReason {
  return !NO_DELETION.has(fate);
}

const NO_DELETION: ReadonlySet<Fate> = new Set([
  'delivered',
  'forwarded',
  'expired',
  'fragmented',
  'copied',
  'reassembled',
]);
