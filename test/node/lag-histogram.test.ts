import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LagHistogram } from '#node/lag-histogram.ts';

describe('LagHistogram', () => {
  it('puts every lag below the upper bound of its bucket and not below the one before', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (lagUs) => {
        const histogram = new LagHistogram();
        histogram.record(lagUs);
        const bucket = histogram.snapshot().indexOf(1);
        // A lag on a bound may fall to either side by rounding.
        expect(lagUs).toBeLessThanOrEqual(LagHistogram.upperBoundUs(bucket) * (1 + 1e-12));
        const lower = bucket === 0 ? 0 : LagHistogram.upperBoundUs(bucket - 1);
        expect(lagUs).toBeGreaterThanOrEqual(lower * (1 - 1e-12));
      }),
    );
  });

  it('holds a millisecond between 2^(39/4) and 2^(40/4) µs', () => {
    const histogram = new LagHistogram();
    histogram.record(1_000);
    expect(histogram.snapshot()[40]).toBe(1);
    expect(LagHistogram.upperBoundUs(40)).toBe(1_024);
  });

  it('counts what is early as no lag, and what is beyond its range in the last bucket', () => {
    const histogram = new LagHistogram();
    histogram.record(-5);
    histogram.record(1e12);
    const counts = histogram.snapshot();
    expect([counts[0], counts.at(-1)]).toEqual([1, 1]);
    expect(LagHistogram.upperBoundUs(counts.length - 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it('merges as if all had been recorded in one', () => {
    const [a, b, both] = [new LagHistogram(), new LagHistogram(), new LagHistogram()];
    for (const lagUs of [1, 10, 100]) {
      a.record(lagUs);
      b.record(lagUs * 7);
      both.record(lagUs);
      both.record(lagUs * 7);
    }
    a.merge(b.snapshot());
    expect(a.snapshot()).toEqual(both.snapshot());
  });
});
