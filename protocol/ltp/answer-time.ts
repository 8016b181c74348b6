/**
 * How long an answer of the far side may take: the light time, which is known, and what the far
 * node needs to write a block down, which is not. The owner may say both in one; or the second is
 * learnt from the reports that conclude a block:
 *
 *   margin = (mean + 4 deviations of what they took beyond the light time) × back-off
 *
 * The back-off doubles where the far side says that it is still writing, and where a report answers
 * a checkpoint that was sent more than once, for then nobody knows which of them was too slow. The
 * next report that comes as expected ends it. A margin too short costs repetitions; one too long
 * makes a lost segment wait.
 *
 * Source: RFC 5326 §6.5, §6.6 (timers); the estimate is that of RFC 6298 §2.
 */
import type { Instant } from '../machine.ts';

/** When a checkpoint left, and how often. */
export interface Asking {
  readonly sentAt: Instant;
  readonly transmissions: number;
}

/** Of one span. */
export class AnswerTime {
  readonly #learns: boolean;
  #roundTripUs = ROUND_TRIP_US;
  #meanUs: number;
  /** Undefined until the first report. */
  #deviationUs: number | undefined = undefined;
  #backOff = 1;

  /** Begins with a margin and learns; without one, the round trip is all there is to wait for. */
  constructor(marginUs?: number) {
    this.#learns = marginUs !== undefined;
    this.#meanUs = marginUs ?? 0;
  }

  /** The light time there and back, and what else the owner knows of. */
  set roundTripUs(roundTripUs: number) {
    this.#roundTripUs = roundTripUs;
  }

  /** How long to wait, in whole microseconds, as clocks count. */
  get us(): number {
    if (!this.#learns) return this.#roundTripUs;
    const marginUs = (this.#meanUs + 4 * (this.#deviationUs ?? 0)) * this.#backOff;
    return (
      this.#roundTripUs + Math.ceil(Math.min(Math.max(marginUs, MARGIN_US_MIN), MARGIN_US_MAX))
    );
  }

  /** A report came that concludes a block, to a checkpoint. */
  concluded(now: Instant, { sentAt, transmissions }: Asking): void {
    if (transmissions > 1) {
      this.hesitated();
      return;
    }
    const overUs = Math.max(0, now - sentAt - this.#roundTripUs);
    this.#backOff = 1;
    if (this.#deviationUs === undefined) {
      this.#meanUs = overUs;
      this.#deviationUs = overUs / 2;
      return;
    }
    this.#deviationUs += (Math.abs(overUs - this.#meanUs) - this.#deviationUs) / 4;
    this.#meanUs += (overUs - this.#meanUs) / 8;
  }

  /** The far side has not written the block down by the time that was expected. */
  hesitated(): void {
    this.#backOff = Math.min(2 * this.#backOff, BACK_OFF_MAX);
  }
}

/** Until the owner says. */
const ROUND_TRIP_US = 1_000_000;
/** A node that shares its machine with many others is late by so much now and then. */
const MARGIN_US_MIN = 100_000;
/** A store that takes longer is asked again: that costs a segment of one octet. */
const MARGIN_US_MAX = 1_000_000;
const BACK_OFF_MAX = 8;
