import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeIntervals } from '#harness/constellation/ranges.ts';

describe('range intervals', () => {
  it('cover the window without gaps and stay within 0.1 ms of the light time', () => {
    const seconds = fc.integer({ min: 1, max: 4000 });
    const swing = fc.double({ min: 0, max: 15_000, noNaN: true });
    fc.assert(
      fc.property(seconds, seconds, swing, fc.nat(6000), (startS, lengthS, swingUs, phaseS) => {
        // The range of two low orbits swings once in half a revolution or slower.
        const owltUs = (at: number): number =>
          20_000 + swingUs * Math.cos((2 * Math.PI * (at / 1e6 + phaseS)) / 2900);
        const window = { startsAt: startS * 1e6 + 7, endsAt: (startS + lengthS) * 1e6 + 3 };
        const intervals = rangeIntervals(window, owltUs);
        expect(intervals[0]!.startsAt).toBe(window.startsAt);
        expect(intervals.at(-1)!.endsAt).toBe(window.endsAt);
        intervals.slice(1).forEach((interval, index) => {
          expect(interval.startsAt).toBe(intervals[index]!.endsAt);
        });
        for (const interval of intervals) {
          for (const part of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
            const at = interval.startsAt + part * (interval.endsAt - interval.startsAt);
            expect(Math.abs(owltUs(at) - interval.owltUs)).toBeLessThan(100);
          }
        }
      }),
    );
  });

  it('are few where the light time hardly changes', () => {
    const window = { startsAt: 0, endsAt: 3600_000_000 };
    expect(rangeIntervals(window, (at) => 13_400 + at / 1e8)).toHaveLength(12);
  });

  it('carry the light time of their middle', () => {
    const [only] = rangeIntervals({ startsAt: 0, endsAt: 2_000_000 }, (at) => 5000 + at / 100_000);
    expect(only).toEqual({ startsAt: 0, endsAt: 2_000_000, owltUs: 5010 });
  });
});
