/**
 * Calendar dates for orbital elements, which name their epoch by year and day. `Date` serves here
 * as a calendar only, never as a clock: what comes out depends on the argument alone.
 */

/** The Julian day (UTC) of a Unix time in milliseconds; a double resolves about 40 µs of it. */
export function julianDay(unixMs: number): number {
  return unixMs / MS_PER_DAY + JULIAN_DAY_OF_UNIX_EPOCH;
}

/** The Unix time in milliseconds as an ISO 8601 date, as OMM messages write it. */
export function isoDate(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** The year, and the day in it with its fraction: 1.0 is 1 January 0 h, as TLEs count. */
export function yearAndDay(unixMs: number): { year: number; day: number } {
  const year = new Date(unixMs).getUTCFullYear();
  return { year, day: (unixMs - Date.UTC(year)) / MS_PER_DAY + 1 };
}

const MS_PER_DAY = 86_400_000;
const JULIAN_DAY_OF_UNIX_EPOCH = 2_440_587.5;
