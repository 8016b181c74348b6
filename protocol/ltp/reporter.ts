/**
 * The reports of one receiving session. A report is made when it leaves, of what has come until
 * then; where its claims do not fit in one segment, further ones follow, each with a scope of its
 * own. A report is sent again until it is acknowledged, or the limit is reached: RLEXC.
 *
 * Source: RFC 5326 §3.2.2, §6.3, §6.8, §6.11, §6.14.
 */
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import { SCATTERED } from './contract.ts';
import { claimsThatFit, encodeSegment } from './encode-segment.ts';
import type { IntervalSet } from './interval-set.ts';
import type { Lane, Speaker } from './lane.ts';
import { Timer } from './link-timers.ts';
import { RecentNumbers } from './recent-numbers.ts';
import {
  CANCEL_REASON,
  type CheckpointMark,
  NO_EXTENSIONS,
  type ReportSegment,
  type SessionId,
} from './segment.ts';
import type { SerialNumbers } from './serial-numbers.ts';
import type { Span } from './span.ts';

/** A report not yet made. */
interface Pending {
  readonly checkpointSerial: number;
  lower: number;
  upper: number;
  /** The checkpoint was repeated: the sender's timer has run out. */
  isUrged: boolean;
}

/** A report that waits for its acknowledgment. */
interface Sent {
  readonly report: ReportSegment;
  readonly timer: Timer;
  /** Whether it claims a stored red part, the whole of it. */
  readonly concludes: boolean;
  /** The first, and those that its timer led to. */
  transmissions: number;
}

/** The session that reports. */
export interface Reporting extends Speaker {
  readonly id: SessionId;
  readonly lane: Lane;
}

/** Bounded by `REPORTS_MAX`, `CHECKPOINTS_MAX` and the claims of a segment for each. */
export class Reporter {
  readonly #span: Span;
  readonly #session: Reporting;
  readonly #received: IntervalSet;
  readonly #cancel: (now: Instant, reason: number) => void;
  readonly #serials: SerialNumbers;
  readonly #checkpoints = new RecentNumbers(CHECKPOINTS_MAX);
  readonly #pending: Pending[] = [];
  /** By serial, oldest first. */
  readonly #sent = new Map<number, Sent>();
  /** Those of the reports that must be sent again. */
  readonly #due = new Set<Sent>();
  /** The lower bounds of the last reports, by serial. */
  readonly #lowers = new Map<number, number>();
  /** The upper bound of the last report that did not follow from another. */
  #primaryUpper = 0;
  #wholeEnd: number | undefined;
  #isConcluded = false;

  /** `received`: a view of what has come. `cancel` is called when the limit is reached. */
  constructor(
    span: Span,
    session: Reporting,
    received: IntervalSet,
    cancel: (now: Instant, reason: number) => void,
  ) {
    this.#span = span;
    this.#session = session;
    this.#received = received;
    this.#cancel = cancel;
    this.#serials = span.serials();
  }

  /** Whether the sender has acknowledged that the whole red part is stored here. */
  get isConcluded(): boolean {
    return this.#isConcluded;
  }

  /** Whether there is a report to send; while `holding` only what the sender may know. */
  isReady(holding: boolean): boolean {
    return this.#due.size > 0 || this.#pending.some(({ isUrged }) => isUrged || !holding);
  }

  /** A checkpoint about the red data before `upper`; or `ltp.scattered`, and it is not answered. */
  ask({ serial, reportSerial }: CheckpointMark, upper: number): Fault | undefined {
    if (this.#checkpoints.has(serial)) this.#urge(serial);
    else {
      if (this.#pending.length + this.#sent.size >= REPORTS_MAX) return SCATTERED;
      this.#checkpoints.add(serial);
      const lower = reportSerial === 0 ? this.#primaryLower(upper) : this.#lowers.get(reportSerial);
      this.#add(serial, lower ?? 0, upper);
    }
    this.#session.lane.enqueue(this.#session);
    return undefined;
  }

  /** The red part is stored, up to its end: that is all there is to report from now on. */
  concludeWith(end: number): void {
    this.#wholeEnd = end;
    // Nobody asks where the last data came after the last checkpoint: a report without question.
    if (this.#pending.length === 0) this.#add(0, 0, end);
    // Bounded by REPORTS_MAX.
    for (const pending of this.#pending) Object.assign(pending, { lower: 0, upper: end });
  }

  /** The next report, fresh; called when ready. */
  next(now: Instant, octetsMax: number, holding: boolean): Uint8Array {
    for (const sent of this.#due) {
      this.#due.delete(sent);
      const octets = encodeSegment(sent.report);
      if (octets.length <= octetsMax) {
        this.#span.counters.reportsSent++;
        this.#span.counters.repeatedSegments++;
        this.#span.expectAnswer(sent.timer, now);
        return octets;
      }
      // There is less room than at first: reports with new numbers take its place.
      this.#forget(sent);
      const { checkpointSerial, lower, upper } = sent.report;
      this.#pending.unshift({ checkpointSerial, lower, upper, isUrged: true });
      break;
    }
    const at = this.#pending.findIndex(({ isUrged }) => isUrged || !holding);
    return this.#report(now, at, octetsMax, holding);
  }

  /** The sender has the report. */
  acknowledge(serial: number): void {
    const sent = this.#sent.get(serial);
    if (sent === undefined) return;
    this.#forget(sent);
    if (!sent.concludes) return;
    // The sender knows all: what it has asked besides does not matter any more.
    this.#isConcluded = true;
    this.close();
  }

  /** Sends nothing more. */
  close(): void {
    // Bounded by REPORTS_MAX.
    for (const { timer } of this.#sent.values()) this.#span.timers.stop(timer);
    this.#sent.clear();
    this.#due.clear();
    this.#pending.length = 0;
  }

  /** A checkpoint has come again: so do its reports, which the sender has not heard (§6.8). */
  #urge(checkpointSerial: number): void {
    // Bounded by REPORTS_MAX, as the next loop is.
    for (const pending of this.#pending) {
      if (pending.checkpointSerial === checkpointSerial) pending.isUrged = true;
    }
    for (const sent of this.#sent.values()) {
      if (sent.report.checkpointSerial === checkpointSerial) this.#due.add(sent);
    }
  }

  #primaryLower(upper: number): number {
    // A checkpoint that later ones have overtaken is answered from the start, not left unanswered.
    const lower = this.#primaryUpper < upper ? this.#primaryUpper : 0;
    this.#primaryUpper = Math.max(this.#primaryUpper, upper);
    return lower;
  }

  #add(checkpointSerial: number, lower: number, upper: number): void {
    const scope =
      this.#wholeEnd === undefined ? { lower, upper } : { lower: 0, upper: this.#wholeEnd };
    // A scope of nothing is not reported on.
    if (scope.lower >= scope.upper) return;
    this.#pending.push({ checkpointSerial, ...scope, isUrged: false });
  }

  #report(now: Instant, at: number, octetsMax: number, holding: boolean): Uint8Array {
    const pending = this.#pending[at]!;
    const { checkpointSerial, lower, upper } = pending;
    const serial = this.#serials.take();
    const all: ReportSegment = {
      kind: 'report',
      session: this.#session.id,
      extensions: NO_EXTENSIONS,
      serial,
      checkpointSerial,
      lower,
      upper,
      claims: this.#received.within(lower, holding ? upper - 1 : upper),
    };
    const count = claimsThatFit(all, octetsMax);
    const isLast = count === all.claims.length;
    const claims = all.claims.slice(0, count);
    const report = isLast ? all : { ...all, upper: claims[count - 1]!.to, claims };
    if (isLast) this.#pending.splice(at, 1);
    else pending.lower = report.upper;
    const timer = new Timer('LTP report', (instant) => this.#expire(instant, sent));
    const concludes = this.#wholeEnd !== undefined;
    const sent: Sent = { report, timer, concludes, transmissions: 1 };
    this.#sent.set(serial, sent);
    this.#span.counters.reportsSent++;
    this.#rememberLower(serial, lower);
    this.#span.expectAnswer(timer, now);
    return encodeSegment(report);
  }

  #rememberLower(serial: number, lower: number): void {
    this.#lowers.set(serial, lower);
    if (this.#lowers.size <= CHECKPOINTS_MAX) return;
    for (const oldest of this.#lowers.keys()) {
      this.#lowers.delete(oldest);
      return;
    }
  }

  #forget(sent: Sent): void {
    this.#span.timers.stop(sent.timer);
    this.#sent.delete(sent.report.serial);
    this.#due.delete(sent);
  }

  #expire(now: Instant, sent: Sent): void {
    if (sent.transmissions >= this.#span.limits.transmissionsMax) {
      this.#cancel(now, CANCEL_REASON.retransmissionLimit);
      return;
    }
    sent.transmissions++;
    this.#due.add(sent);
    this.#session.lane.enqueue(this.#session);
  }
}

/** Reports not yet made, or not yet acknowledged, of one session. */
const REPORTS_MAX = 64;
/** Checkpoints and reports that are remembered; forgetting one costs a repetition at most. */
const CHECKPOINTS_MAX = 256;
