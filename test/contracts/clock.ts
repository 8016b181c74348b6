/** What every Clock must do, whether time passes by itself or is pushed. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '#node/ports.ts';
import type { Instant } from '#protocol/machine.ts';

/** A clock, and the way to let time pass on it. */
export interface ClockUnderTest {
  readonly clock: Clock;
  /** Resolves when at least `us` microseconds have passed. */
  pass(us: number): Promise<void>;
}

/** Runs the suite; `make` gives a fresh clock near instant 0. */
export function clockContract(name: string, make: () => ClockUnderTest): void {
  describe(`${name} as a clock`, () => {
    let running: Clock | undefined;
    afterEach(() => running?.setAlarm(undefined));

    it('tells whole microseconds that never fall', async () => {
      const { clock, pass } = started();
      const readings: Instant[] = [clock.now()];
      for (let i = 0; i < 100; i++) readings.push(clock.now());
      await pass(3_000);
      readings.push(clock.now());
      expect(readings.every((at) => Number.isSafeInteger(at) && at >= 0)).toBe(true);
      expect(readings).toEqual([...readings].sort((a, b) => a - b));
      expect((readings.at(-1) as number) - (readings[0] as number)).toBeGreaterThanOrEqual(3_000);
    });

    it('goes off once at the alarm, never before it', async () => {
      const { clock, pass, fired } = started();
      const at = clock.now() + 5_000;
      clock.setAlarm(at);
      expect(fired).toEqual([]);
      await pass(30_000);
      expect(fired).toHaveLength(1);
      expect(fired[0]).toBeGreaterThanOrEqual(at);
      expect(fired[0]).toBeLessThanOrEqual(clock.now());
    });

    it('goes off soon, but not in the same turn, for an alarm in the past', async () => {
      const { clock, pass, fired } = started();
      await pass(2_000);
      clock.setAlarm(0);
      expect(fired).toEqual([]);
      await pass(20_000);
      expect(fired).toHaveLength(1);
      expect(fired[0]).toBeGreaterThanOrEqual(2_000);
    });

    it('keeps only the last alarm', async () => {
      const { clock, pass, fired } = started();
      clock.setAlarm(clock.now() + 2_000);
      const last = clock.now() + 30_000;
      clock.setAlarm(last);
      await pass(60_000);
      expect(fired).toHaveLength(1);
      expect(fired[0]).toBeGreaterThanOrEqual(last);
    });

    it('can be brought forward', async () => {
      const { clock, pass, fired } = started();
      clock.setAlarm(clock.now() + 10_000_000);
      clock.setAlarm(clock.now() + 1_000);
      await pass(30_000);
      expect(fired).toHaveLength(1);
    });

    it('stays silent when disarmed, also by an alarm in the past', async () => {
      const { clock, pass, fired } = started();
      clock.setAlarm(clock.now() + 2_000);
      clock.setAlarm(undefined);
      clock.setAlarm(0);
      clock.setAlarm(undefined);
      await pass(20_000);
      expect(fired).toEqual([]);
    });

    it('can be armed again while it goes off', async () => {
      const { clock, pass, fired } = started();
      const again = clock.alarm$.subscribe(() => {
        again.unsubscribe();
        clock.setAlarm(clock.now() + 1_000);
      });
      clock.setAlarm(clock.now());
      await pass(40_000);
      expect(fired).toHaveLength(2);
      expect((fired[1] as number) - (fired[0] as number)).toBeGreaterThanOrEqual(1_000);
    });

    it('can be armed again for the very instant at which it went off', async () => {
      const { clock, pass, fired } = started();
      const at = clock.now() + 1_000;
      const again = clock.alarm$.subscribe(() => {
        again.unsubscribe();
        clock.setAlarm(at);
      });
      clock.setAlarm(at);
      await pass(40_000);
      expect(fired).toHaveLength(2);
    });

    it('goes off once when armed twice for one instant', async () => {
      const { clock, pass, fired } = started();
      const at = clock.now() + 2_000;
      clock.setAlarm(at);
      clock.setAlarm(at);
      await pass(30_000);
      expect(fired).toHaveLength(1);
    });

    function started() {
      const { clock, pass } = make();
      running = clock;
      const fired: Instant[] = [];
      clock.alarm$.subscribe((at) => fired.push(at));
      return { clock, pass, fired };
    }
  });
}
