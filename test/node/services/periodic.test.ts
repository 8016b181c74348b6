import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Periodic } from '#node/services/periodic.ts';

describe('Periodic', () => {
  it('beats at its start, then on every period, before its end', () => {
    const beat = new Periodic({ everyUs: 10, startsAt: 5, endsAt: 35 });
    expect([0, 4, 5, 14, 15, 25, 34, 35, 100].map((now) => beats(beat, now))).toEqual([
      0, 0, 1, 0, 1, 1, 0, 0, 0,
    ]);
  });

  it('makes up for beats that a late tick has passed', () => {
    const beat = new Periodic({ everyUs: 10, startsAt: 0, endsAt: 100 });
    expect([0, 35].map((now) => beats(beat, now))).toEqual([1, 3]);
  });

  it('misses the beats before its first tick, but not one at that instant', () => {
    const timetable = { everyUs: 10, startsAt: 0, endsAt: 100 };
    expect(beats(new Periodic(timetable), 25)).toBe(0);
    expect(beats(new Periodic(timetable), 30)).toBe(1);
  });

  it('asks to be woken at the next beat, and never after the last', () => {
    const beat = new Periodic({ everyUs: 10, startsAt: 5, endsAt: 16 });
    const asked = [0, 5, 15].map((now) => {
      beats(beat, now);
      return beat.deadline('test')?.at;
    });
    expect(asked).toEqual([5, 15, undefined]);
  });

  it('beats as often as its timetable says, however it is ticked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 200 }),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 20 }),
        (everyUs, endsAt, steps) => {
          const beat = new Periodic({ everyUs, startsAt: 0, endsAt });
          let now = 0;
          let count = beats(beat, now);
          for (const step of steps) {
            now += step;
            count += beats(beat, now);
          }
          const last = Math.min(now, endsAt - 1);
          expect(count).toBe(last < 0 ? 0 : Math.floor(last / everyUs) + 1);
        },
      ),
    );
  });
});

function beats(beat: Periodic, now: number): number {
  beat.tick(now);
  let count = 0;
  while (beat.take()) count++;
  return count;
}
