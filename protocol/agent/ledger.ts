/** The agent's books: each accepted bundle is entered once when it comes and once when it goes. */
import type { DeletionReason, Ledger } from './contract.ts';

/** Running counts. Bounded by the number of deletion reasons. */
export class LedgerBook {
  accepted = 0;
  delivered = 0;
  forwarded = 0;
  expired = 0;
  readonly #deleted = new Map<DeletionReason, number>();

  /** Enters a bundle that was deleted. */
  delete(reason: DeletionReason): void {
    this.#deleted.set(reason, (this.#deleted.get(reason) ?? 0) + 1);
  }

  /** A copy of the books, given how many accepted bundles are still here. */
  snapshot(stored: number): Ledger {
    const { accepted, delivered, forwarded, expired } = this;
    const deleted = Object.fromEntries(this.#deleted);
    return { accepted, delivered, forwarded, expired, deleted, stored };
  }
}
