/** When a condition of the moving geometry holds. */
import { type Instant, MICROSECONDS_PER_S } from '#protocol/machine.ts';

/** An interval throughout which a condition holds; both ends are inside it. */
export interface Window {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/**
 * The windows of each condition from 0 to `untilUs`, in order. Conditions are looked at every ten
 * seconds, all at one instant before the next, so that they can share positions; edges are then
 * narrowed down to 10 ms, to the inside. What comes and goes between two looks stays unseen: such
 * a window would be of no use, since a link takes seconds to point.
 */
export function findWindows(
  conditions: readonly ((at: Instant) => boolean)[],
  untilUs: Instant,
): Window[][] {
  const found: Window[][] = conditions.map(() => []);
  const openedAt: (Instant | undefined)[] = conditions.map((holds) => (holds(0) ? 0 : undefined));
  let last = 0;
  while (last < untilUs) {
    const at = Math.min(last + STEP_US, untilUs);
    conditions.forEach((holds, index) => {
      const startsAt = openedAt[index];
      if (holds(at) === (startsAt !== undefined)) return;
      if (startsAt === undefined) {
        openedAt[index] = edge(holds, at, last);
      } else {
        found[index]!.push({ startsAt, endsAt: edge(holds, last, at) });
        openedAt[index] = undefined;
      }
    });
    last = at;
  }
  openedAt.forEach((startsAt, index) => {
    if (startsAt !== undefined) found[index]!.push({ startsAt, endsAt: untilUs });
  });
  return found;
}

/** The instant at most 10 ms inside the edge between one where it holds and one where it fails. */
function edge(holds: (at: Instant) => boolean, inside: Instant, outside: Instant): Instant {
  let held = inside;
  let failed = outside;
  while (Math.abs(failed - held) > EDGE_US_MAX) {
    const middle = Math.floor((held + failed) / 2);
    if (holds(middle)) held = middle;
    else failed = middle;
  }
  return held;
}

const STEP_US = 10 * MICROSECONDS_PER_S;
const EDGE_US_MAX = 10_000;
