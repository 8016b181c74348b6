/** What the sender of a block asks the far side, and what it sends again. */
import type { Instant } from '../machine.ts';
import type { IntervalSet } from './interval-set.ts';
import { Timer } from './link-timers.ts';
import type { ReportSegment } from './segment.ts';
import type { Span } from './span.ts';

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
  readonly sentAt: Instant;
  transmissions: number;
}

/** Data reported missing that have not been sent again. */
export interface Repair extends Question {
  readonly missing: IntervalSet;
}

/** The checkpoints of one block that wait. Bounded by the reports of one round trip. */
export class Checkpoints {
  readonly #span: Span;
  readonly #expire: (now: Instant, checkpoint: Checkpoint) => void;
  /** By serial. */
  readonly #waiting = new Map<number, Checkpoint>();
  /** Those that must be sent again. */
  readonly #due = new Set<Checkpoint>();

  /** `expire` is called when no report has come in time. */
  constructor(span: Span, expire: (now: Instant, checkpoint: Checkpoint) => void) {
    this.#span = span;
    this.#expire = expire;
  }

  /** How many wait. */
  get count(): number {
    return this.#waiting.size;
  }

  /** The first that must be sent again. */
  get due(): Checkpoint | undefined {
    for (const checkpoint of this.#due) return checkpoint;
    return undefined;
  }

  /** One leaves for the first time, with data [from, to). */
  ask(now: Instant, serial: number, question: Question, from: number, to: number): Checkpoint {
    const { asked, reportSerial } = question;
    const timer = new Timer('LTP checkpoint', (at) => this.#expire(at, checkpoint));
    const sent = { sentAt: now, transmissions: 1 };
    const checkpoint: Checkpoint = { serial, reportSerial, asked, from, to, timer, ...sent };
    this.#waiting.set(serial, checkpoint);
    this.#span.expectAnswer(timer, now);
    return checkpoint;
  }

  /** It must be sent again. */
  repeat(checkpoint: Checkpoint): void {
    this.#due.add(checkpoint);
  }

  /** It leaves once more. */
  repeated(now: Instant, checkpoint: Checkpoint): void {
    this.#due.delete(checkpoint);
    checkpoint.transmissions++;
    this.#span.expectAnswer(checkpoint.timer, now);
  }

  /**
   * A report answers the checkpoint that it names, and all that ask no more than it. What one that
   * `concludes` the block says of the time that answers take is noted.
   */
  settle(now: Instant, report: ReportSegment, concludes: boolean): void {
    const { checkpointSerial, lower, upper } = report;
    // Bounded by the checkpoints.
    for (const checkpoint of this.#waiting.values()) {
      const { serial, asked, to, timer, reportSerial } = checkpoint;
      const isNamed = serial === checkpointSerial;
      if (!isNamed && (asked < lower || to > upper)) continue;
      // One that answers a report was asked late, when the far side may have been writing already.
      if (isNamed && concludes && reportSerial === 0) this.#span.answers.concluded(now, checkpoint);
      this.#span.timers.stop(timer);
      this.#waiting.delete(serial);
      this.#due.delete(checkpoint);
    }
  }

  /** Nothing is asked any more. */
  close(): void {
    // Bounded by the checkpoints.
    for (const { timer } of this.#waiting.values()) this.#span.timers.stop(timer);
    this.#waiting.clear();
    this.#due.clear();
  }
}
