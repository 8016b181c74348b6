/** DTN time: milliseconds since 2000-01-01T00:00:00Z, without leap seconds (RFC 9171 §4.2.6). */
import { type Instant, MICROSECONDS_PER_MS } from '../machine.ts';

/** The DTN epoch, 2000-01-01T00:00:00Z, in Unix milliseconds. */
export const DTN_EPOCH_UNIX_MS = 946_684_800_000;

/** The DTN time at `now`, rounded down, in a scenario whose epoch is `epochUnixMs`. */
export function dtnTimeMs(epochUnixMs: number, now: Instant): number {
  return epochUnixMs - DTN_EPOCH_UNIX_MS + Math.floor(now / MICROSECONDS_PER_MS);
}
