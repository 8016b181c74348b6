/** Mean orbital elements, as SGP4 takes them: of Walker shells and of single satellites. */
import { ConfigError } from '#node/config-error.ts';
import type { WalkerShell } from '../scenario/scenario.ts';
import { EQUATOR_KM } from './geometry.ts';

/** The mean elements of one satellite at an epoch; no drag. */
export interface MeanElements {
  readonly name: string;
  readonly epochUnixMs: number;
  readonly inclinationDeg: number;
  /** Right ascension of the ascending node. */
  readonly raanDeg: number;
  readonly eccentricity: number;
  readonly perigeeArgumentDeg: number;
  readonly meanAnomalyDeg: number;
  readonly meanMotionRevPerDay: number;
}

/** A circular orbit as people describe it. */
export interface CircularOrbit {
  readonly name: string;
  readonly altitudeKm: number;
  readonly inclinationDeg: number;
  readonly raanDeg: number;
  readonly meanAnomalyDeg: number;
}

/**
 * The elements of a circular orbit. The mean motion is Kepler's for the altitude above the equator
 * of WGS72; SGP4 reads it as Kozai's mean motion, so the orbit flown lies up to some ten kilometres
 * beside the altitude. Throws ConfigError, naming `file`, when nothing can fly there.
 */
export function circularElements(
  orbit: CircularOrbit,
  epochUnixMs: number,
  file: string,
): MeanElements {
  const { name, altitudeKm, inclinationDeg, raanDeg, meanAnomalyDeg } = orbit;
  if (!(altitudeKm >= ALTITUDE_KM_MIN)) {
    throw new ConfigError(`${name}: an orbit at ${altitudeKm} km decays within hours`, {
      file,
      expected: `an altitude of at least ${ALTITUDE_KM_MIN} km`,
      remedy: 'Raise the altitude',
    });
  }
  if (!(inclinationDeg >= 0 && inclinationDeg <= 180)) {
    throw new ConfigError(`${name}: no orbit has an inclination of ${inclinationDeg}°`, {
      file,
      expected: 'an inclination from 0° to 180°',
      remedy: 'Write a retrograde orbit as an inclination above 90°',
    });
  }
  return {
    name,
    epochUnixMs,
    inclinationDeg,
    raanDeg: turn(raanDeg),
    eccentricity: 0,
    perigeeArgumentDeg: 0,
    meanAnomalyDeg: turn(meanAnomalyDeg),
    meanMotionRevPerDay: meanMotionRevPerDay(altitudeKm),
  };
}

/**
 * The elements of a Walker shell, plane by plane: plane p has its node at p · `raanSpacingDeg`,
 * its slots evenly spaced and shifted by p · `phasingDeg`. Names are `p1s01`, …. Throws ConfigError
 * when planes fall on each other.
 */
export function walkerElements(
  shell: WalkerShell,
  epochUnixMs: number,
  file: string,
): MeanElements[] {
  checkSpacing(shell, file);
  const digits = Math.max(2, String(shell.perPlane).length);
  // Bounded by planes · perPlane, which the node numbers limit to 65 535.
  return Array.from({ length: shell.planes * shell.perPlane }, (_, index) => {
    const plane = Math.floor(index / shell.perPlane);
    const slot = index % shell.perPlane;
    const orbit = {
      name: `p${plane + 1}s${String(slot + 1).padStart(digits, '0')}`,
      altitudeKm: shell.altitudeKm,
      inclinationDeg: shell.inclinationDeg,
      raanDeg: plane * shell.raanSpacingDeg,
      meanAnomalyDeg: (slot * 360) / shell.perPlane + plane * shell.phasingDeg,
    };
    return circularElements(orbit, epochUnixMs, file);
  });
}

/** Kepler's third law above the equator of WGS72, revolutions per day. */
function meanMotionRevPerDay(altitudeKm: number): number {
  const periodS = 2 * Math.PI * Math.sqrt((EQUATOR_KM + altitudeKm) ** 3 / MU_KM3_PER_S2);
  return 86_400 / periodS;
}

/** How low above the equator an orbit of this mean motion and eccentricity comes, kilometres. */
export function perigeeKm(meanMotion: number, eccentricity: number): number {
  const periodS = 86_400 / meanMotion;
  const semiMajorKm = Math.cbrt(MU_KM3_PER_S2 * (periodS / (2 * Math.PI)) ** 2);
  return semiMajorKm * (1 - eccentricity) - EQUATOR_KM;
}

function checkSpacing({ pattern, planes, raanSpacingDeg }: WalkerShell, file: string): void {
  if (planes === 1) return;
  const spreadDeg = pattern === 'star' ? 180 : 360;
  const takenDeg = (planes - 1) * raanSpacingDeg;
  if (raanSpacingDeg > 0 && takenDeg < spreadDeg) return;
  throw new ConfigError(`${planes} planes ${raanSpacingDeg}° apart overlap in a ${pattern}`, {
    file,
    expected: `a RAAN spacing above 0° and below ${(spreadDeg / (planes - 1)).toFixed(1)}°`,
    remedy: `Space the planes ${(spreadDeg / planes).toFixed(1)}° apart, or lower their number`,
  });
}

function turn(deg: number): number {
  return ((deg % 360) + 360) % 360;
}

/** Below this an orbit does not outlast a run. */
export const ALTITUDE_KM_MIN = 120;
const MU_KM3_PER_S2 = 398_600.8; // WGS72
