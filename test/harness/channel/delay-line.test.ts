import { describe, expect, it } from 'vitest';
import { DelayLine } from '#harness/channel/delay-line.ts';
import { LagHistogram } from '#node/lag-histogram.ts';

describe('delay line', () => {
  it('runs actions in the order of their instants, never early, and records how late', async () => {
    const lag = new LagHistogram();
    const clock = { now: () => Number(process.hrtime.bigint() / 1000n) };
    const start = clock.now();
    const line = new DelayLine(clock, lag, start + 500);
    const delays = [9_300, 500, 4_100, 0, 4_100, 12_700];
    const ran: { delay: number; early: boolean }[] = [];
    await new Promise<void>((resolve) => {
      for (const delay of delays) {
        line.at(start + delay, () => {
          ran.push({ delay, early: clock.now() < start + delay });
          if (ran.length === delays.length) resolve();
        });
      }
    });
    expect(ran.map(({ delay }) => delay)).toEqual([...delays].sort((a, b) => a - b));
    expect(ran.some(({ early }) => early)).toBe(false);
    // All but the one that fell due before it counted.
    expect(lag.snapshot().reduce((sum, count) => sum + count, 0)).toBe(delays.length - 1);
  });

  it('runs nothing after it is closed', async () => {
    let now = 0;
    const line = new DelayLine({ now: () => now }, new LagHistogram(), 0);
    let ran = 0;
    line.at(5_000, () => ran++);
    line.close();
    now = 10_000;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(ran).toBe(0);
  });
});
