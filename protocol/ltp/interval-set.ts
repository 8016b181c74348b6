/** A set of octets of a block, kept as intervals in order. Its owner bounds their number. */
import type { Interval } from './segment.ts';

/** Octets in order, adjacent ones joined. */
export class IntervalSet {
  /** Disjoint, not adjacent, in order. */
  readonly #intervals: Interval[] = [];

  /** How many intervals there are. */
  get count(): number {
    return this.#intervals.length;
  }

  /** The first interval, if there is one. */
  get first(): Interval | undefined {
    return this.#intervals[0];
  }

  /** A view of all, in order. */
  get intervals(): readonly Interval[] {
    return this.#intervals;
  }

  /** Puts octets [from, to) in. */
  add(from: number, to: number): void {
    if (from >= to) return;
    const first = this.#firstEndingAt(from);
    let end = first;
    // Bounded by the intervals.
    while (end < this.count && this.#intervals[end]!.from <= to) end++;
    const joined =
      end === first
        ? { from, to }
        : {
            from: Math.min(from, this.#intervals[first]!.from),
            to: Math.max(to, this.#intervals[end - 1]!.to),
          };
    this.#intervals.splice(first, end - first, joined);
  }

  /** Takes octets [from, to) out. */
  remove(from: number, to: number): void {
    if (from >= to) return;
    const first = this.#firstEndingAt(from + 1);
    let end = first;
    // Bounded by the intervals.
    while (end < this.count && this.#intervals[end]!.from < to) end++;
    if (end === first) return;
    const rest: Interval[] = [];
    const head = this.#intervals[first]!.from;
    const tail = this.#intervals[end - 1]!.to;
    if (head < from) rest.push({ from: head, to: from });
    if (tail > to) rest.push({ from: to, to: tail });
    this.#intervals.splice(first, end - first, ...rest);
  }

  /** Whether all octets of [from, to) are in. */
  covers(from: number, to: number): boolean {
    if (from >= to) return true;
    const interval = this.#intervals[this.#firstEndingAt(from + 1)];
    return interval !== undefined && interval.from <= from && interval.to >= to;
  }

  /** A fresh list of what is in of [from, to), cut at its ends. */
  within(from: number, to: number): Interval[] {
    const found: Interval[] = [];
    // Bounded by the intervals.
    for (let i = this.#firstEndingAt(from + 1); i < this.count; i++) {
      const interval = this.#intervals[i]!;
      if (interval.from >= to) break;
      found.push({ from: Math.max(from, interval.from), to: Math.min(to, interval.to) });
    }
    return found;
  }

  /** The index of the first interval that ends at `at` or after it. */
  #firstEndingAt(at: number): number {
    let low = 0;
    let high = this.count;
    // Halved at every turn.
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#intervals[middle]!.to < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
