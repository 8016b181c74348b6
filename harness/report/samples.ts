/**
 * Measurements of one quantity, for percentiles. Exact up to SAMPLES_MAX; beyond that a uniform
 * sample of all of them, drawn by a generator of fixed seed, so equal runs give equal figures.
 * Source: Vitter, Random Sampling with a Reservoir (1985), algorithm R.
 */
export class Samples {
  /** Bounded by SAMPLES_MAX. */
  readonly #kept: number[] = [];
  #count = 0;
  #max = 0;
  #random = 0x9e3779b9;

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** The greatest added, always exact; 0 of none. */
  get max(): number {
    return this.#max;
  }

  /** Takes in one measurement. */
  add(value: number): void {
    this.#max = this.#count === 0 ? value : Math.max(this.#max, value);
    this.#count++;
    if (this.#kept.length < SAMPLES_MAX) {
      this.#kept.push(value);
      return;
    }
    const at = Math.floor(this.#fraction() * this.#count);
    if (at < SAMPLES_MAX) this.#kept[at] = value;
  }

  /** The values below which `percents` of the measurements lie, by nearest rank; empty of none. */
  percentiles(...percents: readonly number[]): number[] {
    const sorted = Float64Array.from(this.#kept).sort();
    if (sorted.length === 0) return [];
    return percents.map(
      (percent) => sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number,
    );
  }

  /** In [0, 1). Source: Marsaglia, Xorshift RNGs (2003), 32 bits. */
  #fraction(): number {
    let x = this.#random;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#random = x >>> 0;
    return this.#random / 2 ** 32;
  }
}

/** Enough for a p99 that is right to a fraction of a percent. */
const SAMPLES_MAX = 10_000;
