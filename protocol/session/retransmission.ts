/**
 * When to say it again: after T, 2T, 4T … with jitter, six times in all.
 *
 * Source: LS-706.   Units: microseconds.
 */
import type { Random } from '../crypto/ports.ts';
import { jittered } from '../jitter.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';

/** The schedule of one message that was sent for the first time at `now`. */
export class Retransmission {
  readonly #random: Random;
  #intervalUs: number;
  #sends = 1;
  #at: Instant;

  constructor(now: Instant, roundTripUs: number, random: Random) {
    this.#random = random;
    this.#intervalUs = Math.max(INTERVAL_MIN_US, 2 * roundTripUs + MARGIN_US);
    this.#at = now + jittered(this.#intervalUs, JITTER, random);
  }

  /** When to call `again`. */
  get at(): Instant {
    return this.#at;
  }

  /** At `at`: whether to send once more, or else to give up. */
  again(now: Instant): boolean {
    if (this.#sends === SENDS_MAX) return false;
    this.#sends++;
    this.#intervalUs = Math.min(2 * this.#intervalUs, INTERVAL_MAX_US);
    this.#at = now + jittered(this.#intervalUs, JITTER, this.#random);
    return true;
  }
}

const SENDS_MAX = 6;
const INTERVAL_MIN_US = MICROSECONDS_PER_S;
const MARGIN_US = 0.5 * MICROSECONDS_PER_S;
const INTERVAL_MAX_US = 30 * MICROSECONDS_PER_S;
const JITTER = 0.2;
