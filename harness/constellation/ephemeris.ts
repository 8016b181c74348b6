/**
 * Where every node is at an instant: satellites by SGP4 with the constants of WGS72, turned from
 * the true equator and mean equinox of date (TEME) to the Earth by Greenwich mean sidereal time;
 * ground stations fixed. UT1 is taken as UTC and polar motion as none, which moves the Earth under
 * the satellites by less than 500 m. Source: Vallado et al., Revisiting Spacetrack Report #3, 2006.
 */
import { eciToEcf, gstime, json2satrec, type SatRec, sgp4, twoline2satrec } from 'satellite.js';
import { ConfigError } from '#node/config-error.ts';
import { type Instant, MICROSECONDS_PER_S } from '#protocol/machine.ts';
import type { MeanElements } from './elements.ts';
import { isoDate, julianDay } from './epoch.ts';
import type { GroundPoint, Vector } from './geometry.ts';
import type { TleEntry } from './tle.ts';

/** A satellite that SGP4 can propagate. */
export interface Orbit {
  readonly name: string;
  readonly record: SatRec;
}

/** An orbit from elements, at their full precision. */
export function orbitOfElements(elements: MeanElements): Orbit {
  const record = json2satrec({
    OBJECT_NAME: elements.name,
    OBJECT_ID: '',
    EPOCH: isoDate(elements.epochUnixMs),
    MEAN_MOTION: elements.meanMotionRevPerDay,
    ECCENTRICITY: elements.eccentricity,
    INCLINATION: elements.inclinationDeg,
    RA_OF_ASC_NODE: elements.raanDeg,
    ARG_OF_PERICENTER: elements.perigeeArgumentDeg,
    MEAN_ANOMALY: elements.meanAnomalyDeg,
    NORAD_CAT_ID: 0,
    ELEMENT_SET_NO: 0,
    BSTAR: 0,
    MEAN_MOTION_DOT: 0,
    MEAN_MOTION_DDOT: 0,
  });
  return { name: elements.name, record };
}

/** An orbit from a TLE. */
export function orbitOfTle({ name, line1, line2 }: TleEntry): Orbit {
  return { name, record: twoline2satrec(line1, line2) };
}

/**
 * Positions by index: orbits first, then ground points. Each position is kept until another instant
 * is asked for, so asking for many pairs at one instant propagates every satellite once.
 */
export class Ephemeris {
  readonly #orbits: readonly Orbit[];
  readonly #groundPoints: readonly GroundPoint[];
  readonly #epochJulianDay: number;
  readonly #file: string;
  /** The last position of each satellite and its instant. Bounded by the number of satellites. */
  readonly #positions: Vector[];
  readonly #instants: Instant[];
  #sidereal: { at: Instant; angle: number };

  constructor(
    orbits: readonly Orbit[],
    groundPoints: readonly GroundPoint[],
    epochUnixMs: number,
    /** The scenario, for the error when an orbit decays. */
    file: string,
  ) {
    this.#orbits = orbits;
    this.#groundPoints = groundPoints;
    this.#epochJulianDay = julianDay(epochUnixMs);
    this.#file = file;
    this.#positions = orbits.map(() => ({ x: 0, y: 0, z: 0 }));
    this.#instants = orbits.map(() => -1);
    this.#sidereal = { at: -1, angle: 0 };
  }

  /** The Earth-fixed position of a node. Throws ConfigError when SGP4 finds its orbit decayed. */
  position(index: number, at: Instant): Vector {
    if (index >= this.#orbits.length) return this.groundPoint(index);
    if (this.#instants[index] !== at) {
      this.#positions[index] = this.#propagate(this.#orbits[index]!, at);
      this.#instants[index] = at;
    }
    return this.#positions[index]!;
  }

  /** The ground point with an index beyond those of the orbits. */
  groundPoint(index: number): GroundPoint {
    return this.#groundPoints[index - this.#orbits.length]!;
  }

  #propagate({ name, record }: Orbit, at: Instant): Vector {
    const days = at / (86_400 * MICROSECONDS_PER_S);
    const minutes = (this.#epochJulianDay - record.jdsatepoch + days) * 1440;
    const state = sgp4(record, minutes);
    if (state === null || !Number.isFinite(state.position.x)) {
      throw new ConfigError(`SGP4 cannot propagate ${name} to ${at / MICROSECONDS_PER_S} s`, {
        file: this.#file,
        expected: 'an orbit that does not decay during the run',
        remedy: 'Check its elements, and that their epoch is near the epoch of the scenario',
      });
    }
    if (this.#sidereal.at !== at) {
      this.#sidereal = { at, angle: gstime(this.#epochJulianDay + days) };
    }
    return eciToEcf(state.position, this.#sidereal.angle);
  }
}
