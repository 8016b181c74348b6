/** The last so many numbers that were put in: the oldest leaves when there is no room. */

/** Bounded by `countMax`. */
export class RecentNumbers {
  readonly #countMax: number;
  readonly #numbers = new Set<number>();

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  has(number: number): boolean {
    return this.#numbers.has(number);
  }

  add(number: number): void {
    this.#numbers.add(number);
    if (this.#numbers.size <= this.#countMax) return;
    for (const oldest of this.#numbers) {
      this.#numbers.delete(oldest);
      return;
    }
  }
}
