/**
 * How late things happened, as counts in logarithmic buckets: small enough to keep for every
 * clock of a fleet, exact enough for percentiles, and mergeable across processes.
 *
 * Bucket 0 holds lags below 1 µs; bucket k holds lags from 2^((k−1)/4) µs up to 2^(k/4) µs: four
 * buckets to a doubling, so a percentile is right to 19 %. The last bucket, from about 12 s, has
 * no upper bound.
 */
export class LagHistogram {
  /** Bounded by BUCKET_COUNT. */
  readonly #counts: number[] = new Array(BUCKET_COUNT).fill(0);

  /** The lag in microseconds that everything in `bucket` stays below. */
  static upperBoundUs(bucket: number): number {
    return bucket < BUCKET_COUNT - 1 ? 2 ** (bucket / 4) : Number.POSITIVE_INFINITY;
  }

  /** Counts one lag in microseconds; a negative one counts as none. */
  record(lagUs: number): void {
    const bucket = lagUs < 1 ? 0 : Math.floor(4 * Math.log2(lagUs)) + 1;
    this.#add(Math.min(bucket, BUCKET_COUNT - 1), 1);
  }

  /** Adds the counts of another histogram's snapshot. */
  merge(counts: readonly number[]): void {
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket++) this.#add(bucket, counts[bucket] ?? 0);
  }

  /** A fresh array of counts by bucket. */
  snapshot(): number[] {
    return [...this.#counts];
  }

  #add(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }
}

const BUCKET_COUNT = 96;
