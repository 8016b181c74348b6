import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LinkTimers, Timer } from '#protocol/ltp/link-timers.ts';

describe('timers of a link', () => {
  it('stop while it is down, and go on with their remainder', () => {
    const { timers, expired } = running();
    timers.start(timer('a', expired), 0, 100);
    timers.linkDown(40);
    timers.linkDown(50);
    expect(timers.deadline()).toBeUndefined();
    expire(timers, 1_000);
    expect(expired).toEqual([]);
    timers.linkUp(1_000);
    timers.linkUp(1_010);
    expect(timers.deadline()).toEqual({ at: 1_060, why: 'a' });
    expire(timers, 1_059);
    expect(expired).toEqual([]);
    expire(timers, 1_060);
    expect(expired).toEqual(['a']);
    expect(timers.deadline()).toBeUndefined();
  });

  it('may be started while it is down, and then run from when it is up', () => {
    const { timers, expired } = running();
    timers.linkDown(10);
    timers.start(timer('a', expired), 500, 100);
    timers.linkUp(700);
    expect(timers.deadline()?.at).toBe(800);
  });

  it('end in the order of their ends, stopped ones never, restarted ones once', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(7), fc.integer({ min: -1, max: 50 }))), (steps) => {
        const { timers, expired } = running();
        const all = Array.from({ length: 8 }, (_, n) => timer(`${n}`, expired));
        const due = new Map<string, number>();
        for (const [n, duration] of steps) {
          if (duration < 0) timers.stop(all[n]!);
          else timers.start(all[n]!, 0, duration);
          if (duration < 0) due.delete(`${n}`);
          else due.set(`${n}`, duration);
        }
        expire(timers, 100);
        const at = expired.map((name) => due.get(name));
        expect(at).toEqual([...due.values()].sort((x, y) => x - y));
        expect(new Set(expired)).toEqual(new Set(due.keys()));
      }),
    );
  });
});

function running() {
  const timers = new LinkTimers();
  timers.linkUp(0);
  return { timers, expired: [] as string[] };
}

function timer(name: string, expired: string[]): Timer {
  return new Timer(name, () => expired.push(name));
}

function expire(timers: LinkTimers, now: number): void {
  for (let next = timers.takeExpired(now); next; next = timers.takeExpired(now)) next.expire(now);
}
