/**
 * Geometry on and above the Earth. Positions are Earth-centred, Earth-fixed, in kilometres; the
 * figure of the Earth is the WGS72 ellipsoid, the one SGP4's constants belong to.
 */

/** A point or direction, kilometres or a unit vector. */
export interface Vector {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A place on the ground and the direction of its zenith, normal to the ellipsoid. */
export interface GroundPoint extends Vector {
  readonly zenith: Vector;
}

/** The ECEF position of geodetic coordinates. Source: Vallado, Fundamentals, §3.2. */
export function groundPoint(
  latitudeDeg: number,
  longitudeDeg: number,
  altitudeM: number,
): GroundPoint {
  const latitude = latitudeDeg * RADIANS_PER_DEG;
  const longitude = longitudeDeg * RADIANS_PER_DEG;
  const zenith = {
    x: Math.cos(latitude) * Math.cos(longitude),
    y: Math.cos(latitude) * Math.sin(longitude),
    z: Math.sin(latitude),
  };
  const altitudeKm = altitudeM / 1000;
  const normalKm = EQUATOR_KM / Math.sqrt(1 - ECCENTRICITY_SQUARED * zenith.z ** 2);
  return {
    x: (normalKm + altitudeKm) * zenith.x,
    y: (normalKm + altitudeKm) * zenith.y,
    z: (normalKm * (1 - ECCENTRICITY_SQUARED) + altitudeKm) * zenith.z,
    zenith,
  };
}

/** The straight distance, kilometres. */
export function distanceKm(a: Vector, b: Vector): number {
  return Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2);
}

/**
 * The time light takes over a distance, microseconds. Both ends stand still meanwhile: what a
 * satellite moves during the flight of a signal changes the light time by less than a microsecond.
 */
export function lightTimeUs(rangeKm: number): number {
  return (rangeKm / LIGHT_KM_PER_S) * 1e6;
}

/**
 * Whether the straight ray between two points stays at least `grazingAltitudeKm` above the
 * ellipsoid. The limit is the ellipsoid with both semi-axes longer by that altitude; stretching z
 * makes it a sphere, and straight rays stay straight. For altitudes of the atmosphere it lies
 * within a few metres of the true surface of equal height.
 */
export function clearsEarth(a: Vector, b: Vector, grazingAltitudeKm: number): boolean {
  const radiusKm = EQUATOR_KM + grazingAltitudeKm;
  const stretch = radiusKm / (POLE_KM + grazingAltitudeKm);
  const az = a.z * stretch;
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const dz = b.z * stretch - az;
  const lengthSquared = dx * dx + dy * dy + dz * dz;
  const along = lengthSquared === 0 ? 0 : -(a.x * dx + a.y * dy + az * dz) / lengthSquared;
  const nearest = Math.min(1, Math.max(0, along));
  const x = a.x + nearest * dx;
  const y = a.y + nearest * dy;
  const z = az + nearest * dz;
  return x * x + y * y + z * z >= radiusKm * radiusKm;
}

/** How high `target` stands above the horizon of `from`, degrees; without refraction. */
export function elevationDeg(from: GroundPoint, target: Vector): number {
  const { zenith } = from;
  const rise =
    (target.x - from.x) * zenith.x +
    (target.y - from.y) * zenith.y +
    (target.z - from.z) * zenith.z;
  return Math.asin(Math.min(1, rise / distanceKm(from, target))) / RADIANS_PER_DEG;
}

/** The equatorial radius of WGS72, kilometres. */
export const EQUATOR_KM = 6378.135;
const FLATTENING = 1 / 298.26;
const POLE_KM = EQUATOR_KM * (1 - FLATTENING);
const ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING);
const LIGHT_KM_PER_S = 299_792.458;
const RADIANS_PER_DEG = Math.PI / 180;
