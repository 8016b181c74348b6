/** What the sender of a block asks the far side, and what it sends again. */
import type { IntervalSet } from './interval-set.ts';
import type { Timer } from './link-timers.ts';

/** What a checkpoint asks about: from the lower bound of the report it will be answered by. */
export interface Question {
  readonly asked: number;
  /** The report that it answers, or 0. */
  readonly reportSerial: number;
}

/** A checkpoint that waits for its report, with the data it was sent with. */
export interface Checkpoint extends Question {
  readonly serial: number;
  readonly from: number;
  readonly to: number;
  readonly timer: Timer;
  transmissions: number;
}

/** Data reported missing that have not been sent again. */
export interface Repair extends Question {
  readonly missing: IntervalSet;
}
