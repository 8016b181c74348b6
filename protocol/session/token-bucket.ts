/**
 * A budget that fills itself: so many a second, and so many at once after a quiet time.
 *
 * Source: LS-1201.
 */
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';

/** Full at the start. */
export class TokenBucket {
  readonly #perS: number;
  readonly #burst: number;
  #level: number;
  #at: Instant = 0;

  /** Gains `perS` tokens a second, up to `burst`. */
  constructor(perS: number, burst: number) {
    this.#perS = perS;
    this.#burst = burst;
    this.#level = burst;
  }

  /** The tokens there are at `now`, fractions included. */
  level(now: Instant): number {
    if (now > this.#at) {
      const gained = ((now - this.#at) * this.#perS) / MICROSECONDS_PER_S;
      this.#level = Math.min(this.#burst, this.#level + gained);
      this.#at = now;
    }
    return this.#level;
  }

  /** Whether half of what it holds, or more, has been spent. */
  halfSpent(now: Instant): boolean {
    return this.level(now) <= this.#burst / 2;
  }

  /** Takes a token; false when there is no whole one. */
  take(now: Instant): boolean {
    if (this.level(now) < 1) return false;
    this.#level--;
    return true;
  }
}
