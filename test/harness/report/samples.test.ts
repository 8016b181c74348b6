import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Samples } from '#harness/report/samples.ts';

function samplesOf(values: Iterable<number>): Samples {
  const samples = new Samples();
  for (const value of values) samples.add(value);
  return samples;
}

describe('samples', () => {
  it('give percentiles by nearest rank', () => {
    const hundred = samplesOf(Array.from({ length: 100 }, (_, at) => 100 - at));
    expect(hundred.percentiles(0, 1, 50, 95, 99, 100)).toEqual([1, 1, 50, 95, 99, 100]);
    expect(samplesOf([7]).percentiles(50, 99)).toEqual([7, 7]);
  });

  it('have no percentiles when there are none', () => {
    const none = new Samples();
    expect([none.count, none.max]).toEqual([0, 0]);
    expect(none.percentiles(50)).toEqual([]);
  });

  it('keep the maximum of negative values too', () => {
    expect(samplesOf([-3, -1, -2]).max).toBe(-1);
  });

  it('give each percentile as a value that was added, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 50 }), (values) => {
        const [p50 = 0, p95 = 0, p99 = 0] = samplesOf(values).percentiles(50, 95, 99);
        expect(values).toContain(p50);
        expect(p50).toBeLessThanOrEqual(p95);
        expect(p95).toBeLessThanOrEqual(p99);
        const below = values.filter((value) => value <= p50).length;
        expect(below / values.length).toBeGreaterThanOrEqual(0.5);
      }),
    );
  });

  it('stay a fair sample, and the same one, of more than they keep', () => {
    const rising = (): Samples => samplesOf(Array.from({ length: 200_000 }, (_, at) => at));
    const [p50 = 0, p99 = 0] = rising().percentiles(50, 99);
    expect(p50 / 200_000).toBeCloseTo(0.5, 1);
    expect(p99 / 200_000).toBeCloseTo(0.99, 2);
    expect(rising().max).toBe(199_999);
    expect(rising().count).toBe(200_000);
    expect(rising().percentiles(50, 99)).toEqual([p50, p99]);
  });
});
