/** Which of the satellites in view a ground station follows, and with which terminals. */
import type { Instant } from '#protocol/machine.ts';

/** One satellite above the elevation mask of one station, from rise to set; by index. */
export interface Pass {
  readonly station: number;
  readonly satellite: number;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** A pass that is followed, from `startsAt` until the satellite sets. */
export interface FollowedPass extends Pass {
  readonly stationTerminal: number;
  /** Counted among the terminals of the satellite that look down. */
  readonly satelliteTerminal: number;
}

/**
 * Assigns terminals greedily in time order. Whenever a satellite rises or sets, each station with a
 * free terminal takes, of the satellites in view that have one free too, the one that sets last,
 * and keeps it until it sets. Stations choose in order, all their first satellite before any its
 * second; among satellites that set together the lowest index wins. A station with two terminals
 * thus has its next satellite before it loses the last.
 */
export function assignPasses(
  passes: readonly Pass[],
  stationTerminals: readonly number[],
  satelliteTerminals: number,
): FollowedPass[] {
  const waiting = stationTerminals.map((_, station) =>
    passes.filter((pass) => pass.station === station),
  );
  /** Until when each terminal is taken. Bounded by the terminals of all stations. */
  const stationBusy = stationTerminals.map((count) => new Array<Instant>(count).fill(0));
  /** The same for satellites. Bounded by the terminals of the satellites that pass. */
  const satelliteBusy = new Map(
    passes.map(({ satellite }) => [satellite, new Array<Instant>(satelliteTerminals).fill(0)]),
  );
  const followed: FollowedPass[] = [];
  for (const at of instantsOf(passes)) {
    for (let rank = 0; rank < Math.max(...stationTerminals); rank++) {
      stationBusy.forEach((busy, station) => {
        if (busy.filter((until) => until > at).length !== rank) return;
        const stationTerminal = freeAt(busy, at);
        if (stationTerminal === -1) return;
        const upcoming = waiting[station]!.filter(({ endsAt }) => endsAt > at);
        waiting[station] = upcoming;
        const pass = longest(
          upcoming.filter(
            ({ startsAt, satellite }) =>
              startsAt <= at && freeAt(satelliteBusy.get(satellite)!, at) !== -1,
          ),
        );
        if (pass === undefined) return;
        const satelliteTerminal = freeAt(satelliteBusy.get(pass.satellite)!, at);
        upcoming.splice(upcoming.indexOf(pass), 1);
        busy[stationTerminal] = pass.endsAt;
        satelliteBusy.get(pass.satellite)![satelliteTerminal] = pass.endsAt;
        followed.push({ ...pass, startsAt: at, stationTerminal, satelliteTerminal });
      });
    }
  }
  return followed;
}

function instantsOf(passes: readonly Pass[]): Instant[] {
  const instants = new Set(passes.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]));
  return [...instants].sort((a, b) => a - b);
}

function freeAt(busy: readonly Instant[], at: Instant): number {
  return busy.findIndex((until) => until <= at);
}

function longest(passes: readonly Pass[]): Pass | undefined {
  let best: Pass | undefined;
  for (const pass of passes) {
    const later = best === undefined || pass.endsAt > best.endsAt;
    if (later || (pass.endsAt === best?.endsAt && pass.satellite < best.satellite)) best = pass;
  }
  return best;
}
