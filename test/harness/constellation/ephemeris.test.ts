import { describe, expect, it } from 'vitest';
import { circularElements } from '#harness/constellation/elements.ts';
import { Ephemeris, orbitOfElements } from '#harness/constellation/ephemeris.ts';
import { EQUATOR_KM, groundPoint, lightTimeUs } from '#harness/constellation/geometry.ts';
import { ConfigError } from '#node/config-error.ts';
import { KUIPER_PAIRS, shortestPath } from './kuiper.ts';

describe('the published shell of 1,156 satellites', () => {
  it.each(KUIPER_PAIRS)('has the round trips published from $from to $to', (pair) => {
    const wrong = pair.samples.filter(([atS, rttMs]) => {
      const { km } = shortestPath(pair.from, pair.to, atS);
      if (rttMs === null) return Number.isFinite(km);
      return !(Math.abs((2 * lightTimeUs(km)) / 1000 - rttMs) < RTT_ERROR_MS_MAX);
    });
    expect(wrong).toEqual([]);
  });

  it.each(KUIPER_PAIRS)('has the paths published from $from to $to', (pair) => {
    const wrong = pair.samples.filter(([atS]) => {
      const published = pair.paths.findLast(([fromS]) => fromS <= atS)?.[1] ?? [];
      return shortestPath(pair.from, pair.to, atS).satellites.join() !== published.join();
    });
    expect(wrong).toEqual([]);
  });
});

describe('an ephemeris', () => {
  it('gives the same position whatever was asked before', () => {
    const fresh = ephemeris(550).position(0, 7_000_000);
    const used = ephemeris(550);
    used.position(0, 0);
    used.position(1, 7_000_000);
    expect(used.position(0, 7_000_000)).toEqual(fresh);
  });

  it('keeps a circular orbit within ten kilometres of its altitude', () => {
    const { x, y, z } = ephemeris(780).position(0, 1_234_000_000);
    expect(Math.abs(Math.hypot(x, y, z) - EQUATOR_KM - 780)).toBeLessThan(10);
  });

  it('lets the Earth turn under a satellite that stands over the equator', () => {
    const still = ephemeris(35_786.5, 0);
    const before = still.position(0, 0);
    const after = still.position(0, 3_600_000_000);
    const drift = Math.atan2(after.y, after.x) - Math.atan2(before.y, before.x);
    expect(Math.abs(drift)).toBeLessThan(0.001);
  });

  it('has ground points behind its satellites, where they stand', () => {
    expect(ephemeris(550).position(2, 5_000_000)).toEqual(groundPoint(10, 20, 30));
  });

  it('names the satellite that SGP4 cannot propagate', () => {
    const orbit = orbitOfElements({ ...elements(550, 53), eccentricity: 0.99 });
    const fallen = new Ephemeris([orbit], [], EPOCH, 'a.yaml');
    expect(() => fallen.position(0, 0)).toThrow(ConfigError);
    expect(() => fallen.position(0, 0)).toThrow('cannot propagate one');
  });
});

function ephemeris(altitudeKm: number, inclinationDeg = 53): Ephemeris {
  const orbit = orbitOfElements(elements(altitudeKm, inclinationDeg));
  return new Ephemeris([orbit, orbit], [groundPoint(10, 20, 30)], EPOCH, 'a.yaml');
}

function elements(altitudeKm: number, inclinationDeg: number) {
  const orbit = { name: 'one', altitudeKm, inclinationDeg, raanDeg: 0, meanAnomalyDeg: 0 };
  return circularElements(orbit, EPOCH, 'a.yaml');
}

const EPOCH = Date.UTC(2026, 0, 1);
const RTT_ERROR_MS_MAX = 0.001;
