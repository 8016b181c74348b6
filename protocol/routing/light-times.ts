/**
 * Light time between two nodes at an instant, from the ranges of a contact plan. A plan holds
 * many short intervals per pair, so they lie in flat arrays, pair by pair, found by bisection.
 *
 * Source: CCSDS 734.3-B-1 §2.3.2, digest section 16.
 */
import type { Instant } from '../machine.ts';
import type { Range } from './contact-plan.ts';

/** Bounded by the ranges of the plan whose pair has a contact. */
export class LightTimes {
  /** Pair p owns the intervals `#first[p]` up to, not including, `#first[p + 1]`. */
  readonly #first: Int32Array;
  readonly #startsAt: Float64Array;
  readonly #endsAt: Float64Array;
  readonly #owltUs: Float64Array;

  /**
   * `ranges` are sorted by `startsAt`; `pairOf` numbers the pairs 0 … `pairs` − 1 and gives
   * undefined for a pair without a contact, whose ranges are not kept. Nothing of `ranges` is
   * retained.
   */
  constructor(
    ranges: readonly Range[],
    pairs: number,
    pairOf: (range: Range) => number | undefined,
  ) {
    this.#first = new Int32Array(pairs + 1);
    let kept = 0;
    for (const range of ranges) {
      const pair = pairOf(range);
      if (pair === undefined) continue;
      this.#first[pair + 1]! += 1;
      kept += 1;
    }
    for (let pair = 0; pair < pairs; pair++) this.#first[pair + 1]! += this.#first[pair]!;
    this.#startsAt = new Float64Array(kept);
    this.#endsAt = new Float64Array(kept);
    this.#owltUs = new Float64Array(kept);
    const next = this.#first.slice();
    for (const range of ranges) {
      const pair = pairOf(range);
      if (pair === undefined) continue;
      const slot = next[pair]!;
      next[pair] = slot + 1;
      this.#startsAt[slot] = range.startsAt;
      this.#endsAt[slot] = range.endsAt;
      this.#owltUs[slot] = range.owltUs;
    }
  }

  /**
   * Microseconds of light time of a pair for an octet sent at `at`, or −1 when no range holds then.
   * Where one interval ends as the next begins, the next holds.
   */
  owltUs(pair: number, at: Instant): number {
    let low = this.#first[pair]!;
    let high = this.#first[pair + 1]!;
    // Bounded by log2 of the pair's intervals: finds how many of them start at or before `at`.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#startsAt[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    const slot = low - 1;
    if (slot < this.#first[pair]! || this.#endsAt[slot]! < at) return -1;
    return this.#owltUs[slot]!;
  }
}
