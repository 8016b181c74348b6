/**
 * Lets so many refusals of each reason be told, and no more: a flood fills counters, not logs.
 *
 * Source: link-security §19.
 */
import type { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';

interface Second {
  startedAt: Instant;
  told: number;
}

/** One node's allowance. Bounded by the number of Fault constants in the program. */
export class RefusalLog {
  readonly #seconds = new Map<Fault, Second>();

  /** Whether a refusal at `now` is to be told: the first ten for its reason within a second. */
  admits(now: Instant, fault: Fault): boolean {
    let second = this.#seconds.get(fault);
    if (second === undefined) {
      second = { startedAt: now, told: 0 };
      this.#seconds.set(fault, second);
    }
    if (now - second.startedAt >= MICROSECONDS_PER_S) {
      second.startedAt = now;
      second.told = 0;
    }
    if (second.told === TOLD_PER_S_MAX) return false;
    second.told++;
    return true;
  }
}

const TOLD_PER_S_MAX = 10;
