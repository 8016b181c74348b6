/** The shell of test/vectors/kuiper-rtt.json and shortest paths over it. */
import { readFileSync } from 'node:fs';
import type { MeanElements } from '#harness/constellation/elements.ts';
import { Ephemeris, orbitOfElements } from '#harness/constellation/ephemeris.ts';
import { clearsEarth, distanceKm, groundPoint } from '#harness/constellation/geometry.ts';
import { plusGrid } from '#harness/constellation/topology.ts';

/** One pair of ground stations with its published answers. */
export interface KuiperPair {
  from: string;
  to: string;
  /** Seconds and round trip in milliseconds, null when unreachable. */
  samples: [number, number | null][];
  /** Seconds from which a path holds, and its satellites. */
  paths: [number, number[] | null][];
}

interface Kuiper {
  setup: {
    planes: number;
    perPlane: number;
    inclinationDeg: number;
    meanMotionRevPerDay: number;
    eccentricity: number;
    epoch: string;
    altitudeM: number;
    groundStations: Record<string, [number, number, number]>;
  };
  pairs: KuiperPair[];
}

const { setup, pairs } = JSON.parse(readFileSync('test/vectors/kuiper-rtt.json', 'utf8')) as Kuiper;

/** The published answers. */
export const KUIPER_PAIRS = pairs;

const SATELLITES = setup.planes * setup.perPlane;
const STATIONS = Object.keys(setup.groundStations);
const EPOCH_UNIX_MS = Date.parse(setup.epoch);
const ALTITUDE_KM = setup.altitudeM / 1000;
const GROUND_KM_MAX = Math.hypot(ALTITUDE_KM / Math.tan(Math.PI / 6), ALTITUDE_KM);
const GRID = plusGrid({ planes: setup.planes, perPlane: setup.perPlane, seamShift: 0 });
const EPHEMERIS = new Ephemeris(
  shell().map(orbitOfElements),
  Object.values(setup.groundStations).map((place) => groundPoint(...place)),
  EPOCH_UNIX_MS,
  'kuiper-rtt.json',
);

/** The shortest path between two stations: its length and its satellites. */
export function shortestPath(
  from: string,
  to: string,
  atS: number,
): { km: number; satellites: number[] } {
  const neighbours = neighboursAt(atS * 1e6);
  const source = SATELLITES + STATIONS.indexOf(from);
  const target = SATELLITES + STATIONS.indexOf(to);
  const km = new Float64Array(neighbours.length).fill(Number.POSITIVE_INFINITY);
  const previous = new Int32Array(neighbours.length).fill(-1);
  km[source] = 0;
  const queue = [source];
  for (let next = 0; next < queue.length; next++) {
    const node = queue[next]!;
    // A path goes over satellites only, between its two stations.
    if (node >= SATELLITES && node !== source) continue;
    for (const [other, length] of neighbours[node]!) {
      if (km[node]! + length >= km[other]!) continue;
      km[other] = km[node]! + length;
      previous[other] = node;
      queue.push(other);
    }
  }
  const satellites: number[] = [];
  for (let node = previous[target]!; node >= 0 && node !== source; node = previous[node]!) {
    satellites.unshift(node);
  }
  return { km: km[target]!, satellites };
}

function neighboursAt(at: number): [number, number][][] {
  const neighbours = Array.from(
    { length: SATELLITES + STATIONS.length },
    (): [number, number][] => [],
  );
  const join = (a: number, b: number): void => {
    const km = distanceKm(EPHEMERIS.position(a, at), EPHEMERIS.position(b, at));
    neighbours[a]!.push([b, km]);
    neighbours[b]!.push([a, km]);
  };
  for (const { a, b } of GRID) {
    if (clearsEarth(EPHEMERIS.position(a, at), EPHEMERIS.position(b, at), 80)) join(a, b);
  }
  STATIONS.forEach((_, index) => {
    const station = SATELLITES + index;
    for (let satellite = 0; satellite < SATELLITES; satellite++) {
      const km = distanceKm(EPHEMERIS.position(satellite, at), EPHEMERIS.groundPoint(station));
      if (km <= GROUND_KM_MAX) join(satellite, station);
    }
  });
  return neighbours;
}

function shell(): MeanElements[] {
  return Array.from({ length: SATELLITES }, (_, index) => {
    const plane = Math.floor(index / setup.perPlane);
    const slot = index % setup.perPlane;
    return {
      name: String(index),
      epochUnixMs: EPOCH_UNIX_MS,
      inclinationDeg: setup.inclinationDeg,
      raanDeg: (plane * 360) / setup.planes,
      eccentricity: setup.eccentricity,
      perigeeArgumentDeg: 0,
      meanAnomalyDeg: ((slot + (plane % 2) / 2) * 360) / setup.perPlane,
      meanMotionRevPerDay: setup.meanMotionRevPerDay,
    };
  });
}
