/** The light time of a contact, cut into intervals in which one number is near enough. */
import { type Instant, MICROSECONDS_PER_S } from '#protocol/machine.ts';
import type { Window } from './windows.ts';

/** The light time over one interval, in whole microseconds. */
export interface RangeInterval extends Window {
  readonly owltUs: number;
}

/**
 * Cuts a window into intervals, each with the light time of its middle, so that the true one is
 * never further off than 90 µs. Intervals are as long as that allows, five minutes at most: so
 * neighbours in one plane need few and a rising satellite needs one every few seconds.
 */
export function rangeIntervals(
  { startsAt, endsAt }: Window,
  owltUs: (at: Instant) => number,
): RangeInterval[] {
  const intervals: RangeInterval[] = []; // Bounded by the window over SPAN_US_MIN.
  let span = SPAN_US_MAX;
  let from = startsAt;
  while (from < endsAt) {
    span = Math.min(2 * span, SPAN_US_MAX);
    let to = Math.min(from + span, endsAt);
    let middleUs = owltUs(from + Math.floor((to - from) / 2));
    while (to - from > SPAN_US_MIN && strays(owltUs(from), middleUs, owltUs(to))) {
      span = Math.max(SPAN_US_MIN, Math.floor((to - from) * SHRINK));
      to = from + span;
      middleUs = owltUs(from + Math.floor(span / 2));
    }
    intervals.push({ startsAt: from, endsAt: to, owltUs: Math.round(middleUs) });
    from = to;
  }
  return intervals;
}

/**
 * Whether the light time leaves the tolerance at either end. Within five minutes it bends one way
 * only, so the ends are where it is furthest from the middle.
 */
function strays(startUs: number, middleUs: number, endUs: number): boolean {
  return Math.max(Math.abs(startUs - middleUs), Math.abs(endUs - middleUs)) > ERROR_US_MAX;
}

const ERROR_US_MAX = 90;
const SHRINK = 0.8;
const SPAN_US_MAX = 300 * MICROSECONDS_PER_S;
const SPAN_US_MIN = MICROSECONDS_PER_S;
