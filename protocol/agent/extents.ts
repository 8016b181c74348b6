/** Which octets of an application data unit are there: extents in order, apart from each other. */

/** Bounded by the fragments of one set. */
export class Extents {
  /** Ends and starts by turns: `[start, end, start, end, …]`, strictly rising. */
  #bounds: number[] = [];

  /** Whether all octets from 0 to `total` are there. */
  cover(total: number): boolean {
    return total === 0 || (this.#bounds[0] === 0 && this.#bounds[1]! >= total);
  }

  /** The parts of [start, end) that are there, as `[start, end]`. */
  within(start: number, end: number): readonly (readonly [number, number])[] {
    const parts: [number, number][] = [];
    for (let i = 0; i < this.#bounds.length; i += 2) {
      const from = Math.max(start, this.#bounds[i]!);
      const to = Math.min(end, this.#bounds[i + 1]!);
      if (from < to) parts.push([from, to]);
    }
    return parts;
  }

  /** Adds [start, end); what touches becomes one. In the order of starts it is done at once. */
  add(start: number, end: number): void {
    if (start >= end) return;
    const last = this.#bounds.length - 1;
    if (last < 0 || start > this.#bounds[last]!) {
      this.#bounds.push(start, end);
      return;
    }
    if (start >= this.#bounds[last - 1]!) {
      this.#bounds[last] = Math.max(this.#bounds[last]!, end);
      return;
    }
    const bounds: number[] = [];
    let from = start;
    let to = end;
    let placed = false;
    for (let i = 0; i < this.#bounds.length; i += 2) {
      const left = this.#bounds[i]!;
      const right = this.#bounds[i + 1]!;
      if (right < from) bounds.push(left, right);
      else if (left > to) {
        if (!placed) bounds.push(from, to);
        placed = true;
        bounds.push(left, right);
      } else {
        from = Math.min(from, left);
        to = Math.max(to, right);
      }
    }
    if (!placed) bounds.push(from, to);
    this.#bounds = bounds;
  }
}
