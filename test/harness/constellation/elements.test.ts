import { describe, expect, it } from 'vitest';
import { circularElements, perigeeKm, walkerElements } from '#harness/constellation/elements.ts';
import type { WalkerShell } from '#harness/scenario/scenario.ts';
import { ConfigError } from '#node/config-error.ts';

describe('a circular orbit', () => {
  it('has the mean motion of Kepler for its altitude', () => {
    const elements = circular({ altitudeKm: 780 });
    expect(elements.meanMotionRevPerDay).toBeCloseTo(14.335, 3);
    expect(perigeeKm(elements.meanMotionRevPerDay, 0)).toBeCloseTo(780, 9);
  });

  it('turns its angles into a full circle', () => {
    expect(circular({ raanDeg: -10, meanAnomalyDeg: 730 })).toMatchObject({
      raanDeg: 350,
      meanAnomalyDeg: 10,
    });
  });

  it('is refused under 120 km, as is an inclination outside 0° to 180°', () => {
    expect(() => circular({ altitudeKm: 119 })).toThrow(ConfigError);
    expect(() => circular({ altitudeKm: 119 })).toThrow('one: an orbit at 119 km');
    expect(() => circular({ inclinationDeg: 181 })).toThrow('inclination of 181°');
    expect(() => circular({ inclinationDeg: -1 })).toThrow(ConfigError);
  });
});

describe('a Walker shell', () => {
  it('spaces planes by right ascension and shifts each along its track', () => {
    const elements = walkerElements(SHELL, 0, 'a.yaml');
    expect(
      elements.map(({ name, raanDeg, meanAnomalyDeg }) => [name, raanDeg, meanAnomalyDeg]),
    ).toEqual([
      ['p1s01', 0, 0],
      ['p1s02', 0, 180],
      ['p2s01', 60, 15],
      ['p2s02', 60, 195],
      ['p3s01', 120, 30],
      ['p3s02', 120, 210],
    ]);
  });

  it('is refused when a plane falls on another', () => {
    const overlap = { ...SHELL, raanSpacingDeg: 90 };
    expect(() => walkerElements(overlap, 0, 'a.yaml')).toThrow('3 planes 90° apart overlap');
    expect(() => walkerElements({ ...SHELL, raanSpacingDeg: 0 }, 0, 'a.yaml')).toThrow(ConfigError);
    expect(walkerElements({ ...overlap, pattern: 'delta' }, 0, 'a.yaml')).toHaveLength(6);
    const one = { ...SHELL, planes: 1, raanSpacingDeg: 0 };
    expect(walkerElements(one, 0, 'a.yaml')).toHaveLength(2);
  });
});

function circular(change: object) {
  const orbit = { name: 'one', altitudeKm: 500, inclinationDeg: 53, raanDeg: 0, meanAnomalyDeg: 0 };
  return circularElements({ ...orbit, ...change }, 0, 'a.yaml');
}

const SHELL: WalkerShell = {
  kind: 'walker',
  pattern: 'star',
  planes: 3,
  perPlane: 2,
  altitudeKm: 1000,
  inclinationDeg: 87,
  raanSpacingDeg: 60,
  phasingDeg: 15,
};
