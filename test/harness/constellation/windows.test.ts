import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findWindows } from '#harness/constellation/windows.ts';

describe('windows', () => {
  it('of what always holds or never does are the whole and nothing', () => {
    const whole = [{ startsAt: 0, endsAt: 65_000_000 }];
    expect(findWindows([() => true, () => false], 65_000_000)).toEqual([whole, []]);
  });

  it('end where the condition does, at most 10 ms early and never late', () => {
    const instant = fc.integer({ min: 10_000_000, max: 490_000_000 });
    fc.assert(
      fc.property(instant, instant, (rise, length) => {
        const set = rise + 10_000_000 + (length % 200_000_000);
        const holds = (at: number): boolean => at >= rise && at < set;
        const [windows] = findWindows([holds], 800_000_000);
        expect(windows).toHaveLength(1);
        const { startsAt, endsAt } = windows![0]!;
        expect(holds(startsAt) && holds(endsAt)).toBe(true);
        expect(startsAt - rise).toBeLessThanOrEqual(10_000);
        expect(set - endsAt).toBeLessThanOrEqual(10_000);
      }),
    );
  });

  it('end with the time that is looked at', () => {
    const [windows] = findWindows([(at) => at < 68_000_000], 65_000_000);
    expect(windows).toEqual([{ startsAt: 0, endsAt: 65_000_000 }]);
  });

  it('of one condition do not disturb those of another', () => {
    const early = (at: number): boolean => at < 25_000_000;
    const late = (at: number): boolean => at > 45_000_000;
    const both = findWindows([early, late], 90_000_000);
    expect(both).toEqual([...findWindows([early], 90_000_000), ...findWindows([late], 90_000_000)]);
    expect(both.map((windows) => windows.length)).toEqual([1, 1]);
  });

  it('look at all conditions at one instant before the next', () => {
    const asked: number[] = [];
    const note = (at: number): boolean => asked.push(at) > 0;
    findWindows([note, note], 20_000_000);
    expect(asked).toEqual([0, 0, 10_000_000, 10_000_000, 20_000_000, 20_000_000]);
  });
});
