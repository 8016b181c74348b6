import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  clearsEarth,
  distanceKm,
  EQUATOR_KM,
  elevationDeg,
  groundPoint,
  lightTimeUs,
  type Vector,
} from '#harness/constellation/geometry.ts';

describe('a ground point', () => {
  it('lies on the WGS72 ellipsoid, at its height along the normal', () => {
    expect(groundPoint(0, 0, 0)).toMatchObject({ x: 6378.135, y: 0, z: 0 });
    expect(groundPoint(0, 90, 1000).y).toBeCloseTo(6379.135, 9);
    expect(groundPoint(-90, 0, 0).z).toBeCloseTo(-6356.75052, 4);
    // Vallado's site at 39.007° N, 104.883° W, 2,194 m differs from WGS84 by metres only.
    const { x, y, z } = groundPoint(39.007, -104.883, 2194);
    expect(Math.hypot(x + 1275.12, y + 4797.99, z - 3994.3)).toBeLessThan(0.6);
  });
});

describe('distance', () => {
  it('is the same both ways and never longer than a detour', () => {
    fc.assert(
      fc.property(point(), point(), point(), (a, b, c) => {
        expect(distanceKm(a, b)).toBe(distanceKm(b, a));
        expect(distanceKm(a, c)).toBeLessThanOrEqual(distanceKm(a, b) + distanceKm(b, c) + 1e-9);
      }),
    );
  });

  it('takes light a microsecond for each 299.8 m', () => {
    expect(lightTimeUs(299.792458)).toBeCloseTo(1000, 9);
  });
});

describe('line of sight', () => {
  it('is the same both ways', () => {
    fc.assert(
      fc.property(point(), point(), fc.double({ min: 0, max: 200, noNaN: true }), (a, b, km) => {
        expect(clearsEarth(a, b, km)).toBe(clearsEarth(b, a, km));
      }),
    );
  });

  it('agrees with samples along the ray', () => {
    fc.assert(
      fc.property(point(), point(), (a, b) => {
        const heights = Array.from({ length: 401 }, (_, i) => height(between(a, b, i / 400)));
        const lowest = Math.min(...heights);
        fc.pre(Math.abs(lowest - 80) > 1);
        expect(clearsEarth(a, b, 80)).toBe(lowest > 80);
      }),
      { numRuns: 500 },
    );
  });

  it('ends where the ray grazes the given altitude, lower over the poles', () => {
    const over = (axis: 'x' | 'z', km: number): [Vector, Vector] => {
      const up = { x: 0, y: 0, z: 0, [axis]: km };
      return [
        { ...up, y: 3000 },
        { ...up, y: -3000 },
      ];
    };
    expect(clearsEarth(...over('x', EQUATOR_KM + 80.01), 80)).toBe(true);
    expect(clearsEarth(...over('x', EQUATOR_KM + 79.99), 80)).toBe(false);
    expect(clearsEarth(...over('z', 6356.75 + 80.01), 80)).toBe(true);
    expect(clearsEarth(...over('z', 6356.75 + 79.99), 80)).toBe(false);
  });
});

describe('elevation', () => {
  it('is 90° at the zenith, 0° along the horizon and negative below it', () => {
    const site = groundPoint(48, 11, 500);
    const along = (east: number, up: number): Vector => ({
      x: site.x + site.zenith.x * up - Math.sin(11 * RADIANS_PER_DEG) * east,
      y: site.y + site.zenith.y * up + Math.cos(11 * RADIANS_PER_DEG) * east,
      z: site.z + site.zenith.z * up,
    });
    expect(elevationDeg(site, along(0, 500))).toBeCloseTo(90, 5);
    expect(elevationDeg(site, along(500, 0))).toBeCloseTo(0, 9);
    expect(elevationDeg(site, along(500, 500))).toBeCloseTo(45, 9);
    expect(elevationDeg(site, along(500, -500))).toBeCloseTo(-45, 9);
  });
});

/** A point in low orbit, kilometres. */
function point(): fc.Arbitrary<Vector> {
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  return fc
    .tuple(number(-90, 90), number(-180, 180), number(300, 2000))
    .map(([latitudeDeg, longitudeDeg, km]): Vector => {
      const { x, y, z } = groundPoint(latitudeDeg, longitudeDeg, km * 1000);
      return { x, y, z };
    });
}

function between(a: Vector, b: Vector, part: number): Vector {
  return {
    x: a.x + (b.x - a.x) * part,
    y: a.y + (b.y - a.y) * part,
    z: a.z + (b.z - a.z) * part,
  };
}

/** The height above the ellipsoid to within a few hundred metres. */
function height({ x, y, z }: Vector): number {
  const radius = Math.hypot(x, y, z);
  const sine = z / radius;
  return radius - EQUATOR_KM * (1 - (sine * sine) / 298.26);
}

const RADIANS_PER_DEG = Math.PI / 180;
