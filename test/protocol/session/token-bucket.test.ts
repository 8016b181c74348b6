import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '#protocol/session/token-bucket.ts';

describe('a token bucket', () => {
  it('gives its burst at once, and then as many as it gains', () => {
    const bucket = new TokenBucket(10, 20);
    expect(taken(bucket, 0, 100)).toBe(20);
    expect(taken(bucket, 99_999, 100)).toBe(0);
    expect(taken(bucket, 100_000, 100)).toBe(1);
    expect(taken(bucket, 1_100_000, 100)).toBe(10);
    expect(taken(bucket, 1_000_000_000, 100)).toBe(20);
  });

  it('says when half is spent', () => {
    const bucket = new TokenBucket(5, 5);
    expect(taken(bucket, 0, 2)).toBe(2);
    expect(bucket.halfSpent(0)).toBe(false);
    expect(taken(bucket, 0, 1)).toBe(1);
    expect(bucket.halfSpent(0)).toBe(true);
    expect(bucket.halfSpent(100_000)).toBe(true);
    expect(bucket.halfSpent(100_001)).toBe(false);
  });

  it('never gives more than its burst and what it gained meanwhile', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 500_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(waits, (waits) => {
        const bucket = new TokenBucket(10, 20);
        let [now, count] = [0, 0];
        for (const wait of waits) {
          now += wait;
          count += taken(bucket, now, 7);
          expect(count).toBeLessThanOrEqual(20 + now / 100_000 + 1e-6);
        }
      }),
    );
  });
});

function taken(bucket: TokenBucket, now: number, wanted: number): number {
  return Array.from({ length: wanted }, () => bucket.take(now)).filter(Boolean).length;
}
