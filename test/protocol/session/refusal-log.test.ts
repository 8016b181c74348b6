import { describe, expect, it } from 'vitest';
import { MAC1, NOISE_AUTH } from '#protocol/session/faults.ts';
import { RefusalLog } from '#protocol/session/refusal-log.ts';

describe('the log of refusals', () => {
  it('tells ten of each reason in a second, and ten again in the next', () => {
    const log = new RefusalLog();
    const told = (now: number, fault = MAC1) =>
      Array.from({ length: 1_000 }, () => log.admits(now, fault)).filter(Boolean).length;
    expect(told(5)).toBe(10);
    expect(told(5, NOISE_AUTH)).toBe(10);
    expect(told(1_000_004)).toBe(0);
    expect(told(1_000_005)).toBe(10);
    expect(told(1_000_005, NOISE_AUTH)).toBe(10);
  });

  it('tells each of a few', () => {
    const log = new RefusalLog();
    for (let now = 0; now < 10_000_000; now += 100_000) expect(log.admits(now, MAC1)).toBe(true);
  });
});
