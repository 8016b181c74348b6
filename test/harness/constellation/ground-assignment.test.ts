import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  assignPasses,
  type FollowedPass,
  type Pass,
} from '#harness/constellation/ground-assignment.ts';

describe('a ground station', () => {
  it('follows the satellite that sets last and keeps it until it sets', () => {
    const passes = [pass(0, 1, 0, 50), pass(0, 2, 0, 60), pass(0, 3, 10, 90)];
    expect(assignPasses(passes, [1], 1).map(text)).toEqual(['0.0→2.0 0–60', '0.0→3.0 60–90']);
  });

  it('with two terminals has its next satellite before it loses the last', () => {
    const passes = [pass(0, 1, 0, 50), pass(0, 2, 30, 80), pass(0, 3, 70, 99)];
    expect(assignPasses(passes, [2], 1).map(text)).toEqual([
      '0.0→1.0 0–50',
      '0.1→2.0 30–80',
      '0.0→3.0 70–99',
    ]);
  });

  it('chooses the lower index among satellites that set together', () => {
    const passes = [pass(0, 9, 0, 50), pass(0, 4, 0, 50)];
    expect(assignPasses(passes, [1], 1).map(text)).toEqual(['0.0→4.0 0–50']);
  });

  it('leaves a satellite that serves as many stations as it can, and waits for it', () => {
    const passes = [pass(0, 1, 0, 50), pass(1, 1, 0, 70), pass(2, 1, 0, 70)];
    expect(assignPasses(passes, [1, 1, 1], 1).map(text)).toEqual(['0.0→1.0 0–50', '1.0→1.0 50–70']);
    expect(assignPasses(passes, [1, 1, 1], 2).map(text)).toEqual([
      '0.0→1.0 0–50',
      '1.0→1.1 0–70',
      '2.0→1.0 50–70',
    ]);
  });

  it('gets its first satellite before another gets its second', () => {
    const passes = [pass(0, 1, 0, 50), pass(0, 2, 0, 40), pass(1, 2, 0, 40)];
    expect(assignPasses(passes, [2, 1], 1).map(text)).toEqual(['0.0→1.0 0–50', '1.0→2.0 0–40']);
  });

  it('with none gets a rising satellite before one that has another already', () => {
    const passes = [pass(0, 1, 0, 50), pass(0, 2, 10, 60), pass(1, 2, 10, 60)];
    expect(assignPasses(passes, [2, 1], 1).map(text)).toEqual(['0.0→1.0 0–50', '1.0→2.0 10–60']);
  });

  it('never gives a terminal twice at once, nor idles with a satellite to be had', () => {
    fc.assert(
      fc.property(manyPasses(), fc.integer({ min: 1, max: 3 }), (passes, groundTerminals) => {
        const stations = [1, 2];
        const followed = assignPasses(passes, stations, groundTerminals);
        for (let at = 0; at < 130; at++) {
          const now = followed.filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
          const atStations = now.map(
            ({ station, stationTerminal }) => `${station}.${stationTerminal}`,
          );
          const aloft = now.map(
            ({ satellite, satelliteTerminal }) => `${satellite}.${satelliteTerminal}`,
          );
          expect(new Set(atStations).size).toBe(now.length);
          expect(new Set(aloft).size).toBe(now.length);
          const idle = passes.filter(
            (one) =>
              one.startsAt <= at &&
              at < one.endsAt &&
              !now.some(
                (each) => each.station === one.station && each.satellite === one.satellite,
              ) &&
              now.filter(({ station }) => station === one.station).length <
                stations[one.station]! &&
              now.filter(({ satellite }) => satellite === one.satellite).length < groundTerminals,
          );
          expect(idle).toEqual([]);
        }
      }),
    );
  });
});

function pass(station: number, satellite: number, startsAt: number, endsAt: number): Pass {
  return { station, satellite, startsAt, endsAt };
}

/** At most one pass of each of four satellites over each of two stations. */
function manyPasses(): fc.Arbitrary<Pass[]> {
  const times = fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 30 }));
  return fc
    .array(times, { minLength: 8, maxLength: 8 })
    .map((all) => all.map(([at, length], i) => pass(i % 2, i >> 1, at, at + length)));
}

function text(one: FollowedPass): string {
  const ends = `${one.station}.${one.stationTerminal}→${one.satellite}.${one.satelliteTerminal}`;
  return `${ends} ${one.startsAt}–${one.endsAt}`;
}
