/** The last so many numbers that were put in: the oldest leaves when there is no room. */

/** Bounded by `countMax`. */
export class RecentNumbers {
  readonly #countMax: number;
  readonly #numbers = new Set<number>();
  /** The same numbers, in a ring once there are `countMax`; the oldest is then at `#oldest`. */
  readonly #ring: number[] = [];
  #oldest = 0;

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  add(number: number): void {
    if (this.#numbers.has(number)) return;
    this.#numbers.add(number);
    if (this.#ring.length < this.#countMax) {
      this.#ring.push(number);
      return;
    }
    this.#numbers.delete(this.#ring[this.#oldest]!);
    this.#ring[this.#oldest] = number;
    this.#oldest = (this.#oldest + 1) % this.#countMax;
  }
}
