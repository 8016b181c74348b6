import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { SystemClock } from '#node/adapters/system-clock.ts';
import { clockContract } from '../../contracts/clock.ts';

clockContract('SystemClock', () => ({
  clock: new SystemClock(process.hrtime.bigint()),
  pass: (us) => sleep(us / 1000 + 1),
}));

describe('SystemClock', () => {
  it('shares its time with every clock of the same epoch', () => {
    const epoch = process.hrtime.bigint() - 5_000_000_000n;
    const [a, b] = [new SystemClock(epoch), new SystemClock(epoch)];
    const readings = [5_000_000, a.now(), b.now(), a.now(), b.now()];
    expect(readings).toEqual([...readings].sort((x, y) => x - y));
  });

  it('stands at zero until its epoch has come, and its alarms wait for it', async () => {
    const epoch = process.hrtime.bigint() + 300_000_000n;
    const clock = new SystemClock(epoch);
    clock.setAlarm(1_000);
    expect(clock.now()).toBe(0);
    const at = await firstValueFrom(clock.alarm$);
    expect(at).toBeGreaterThanOrEqual(1_000);
    expect(process.hrtime.bigint()).toBeGreaterThan(epoch);
  });

  it('puts instant 0 at a time of the wall clock', () => {
    const before = Date.now();
    const now = SystemClock.fromUnixMs(before - 60_000).now();
    // The clock of the wall tells whole milliseconds.
    expect(now).toBeGreaterThanOrEqual(59_999_000);
    expect(now).toBeLessThanOrEqual((Date.now() - before + 60_001) * 1_000);
  });

  it('waits on when the timer of the system fires early', async () => {
    const clock = new SystemClock(process.hrtime.bigint());
    const fired = firstValueFrom(clock.alarm$);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    timers.mockImplementationOnce((action) => setTimeout(action, 0));
    clock.setAlarm(30_000);
    timers.mockRestore();
    expect(await fired).toBeGreaterThanOrEqual(30_000);
  });

  it('records how late each alarm was, and only that', async () => {
    const clock = new SystemClock(process.hrtime.bigint() - 10_000_000_000n);
    const busyUntil = (us: number) => {
      while (clock.now() < us);
    };
    const at = clock.now() + 2_000;
    clock.setAlarm(at);
    busyUntil(at + 30_000);
    await sleep(20);
    const counts = clock.lag.snapshot();
    expect(counts.reduce((sum, count) => sum + count)).toBe(1);
    // 30 ms is in the bucket from 2^(59/4) to 2^(60/4) µs, or a later one on a busy machine.
    expect(counts.findIndex((count) => count > 0)).toBeGreaterThanOrEqual(60);
    clock.setAlarm(0);
    await sleep(20);
    expect(
      clock.lag
        .snapshot()
        .slice(-20)
        .every((count) => count === 0),
    ).toBe(true);
  });
});
