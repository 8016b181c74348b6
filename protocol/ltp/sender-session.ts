/**
 * The sender of one block.
 *
 *   new data        in order; the last red segment is a checkpoint, and others may be
 *   a report        what it finds missing is sent again, and ends in a checkpoint that names it
 *   its absence     the checkpoint is sent again, up to the limit, then RLEXC
 *   all claimed     the block is completed, once the green part is out too
 *
 * Every red octet that was sent and is not claimed lies below a checkpoint not yet answered, or
 * waits to be sent again. Where a far side loses what it owes us after that (it restarted between
 * two reports for one checkpoint), neither is so, and after a round trip this end asks anew.
 *
 * Source: RFC 5326 §6.1, §6.2, §6.7, §6.12, §6.13.
 */
import { assert } from '../assert.ts';
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { Checkpoint, Question, Repair } from './checkpoint.ts';
import { BEYOND_SENT, type OutboundBlock, SCATTERED } from './contract.ts';
import { dataRoom, encodeSegment } from './encode-segment.ts';
import { IntervalSet } from './interval-set.ts';
import type { Lane, Speaker } from './lane.ts';
import { Timer } from './link-timers.ts';
import { RecentNumbers } from './recent-numbers.ts';
import {
  CANCEL_REASON,
  type CheckpointMark,
  type DataSegment,
  NO_EXTENSIONS,
  type ReportSegment,
  type SessionId,
} from './segment.ts';
import { SerialNumbers } from './serial-numbers.ts';
import type { SessionEnds, Span } from './span.ts';

/** Bounded by the block, `SCATTERED_MAX` and the reports of one round trip, which are so too. */
export class SenderSession implements Speaker {
  readonly id: SessionId;
  readonly lane: Lane;
  readonly #span: Span;
  readonly #block: OutboundBlock;
  readonly #ends: SessionEnds;
  readonly #checkpointEveryOctets: number;
  readonly #serials: SerialNumbers;
  /** New data are sent up to here. */
  #cursor = 0;
  /** The end of the last checkpoint among the new data. */
  #asked = 0;
  readonly #claimed = new IntervalSet();
  /** By serial. */
  readonly #checkpoints = new Map<number, Checkpoint>();
  /** Those of the checkpoints that must be sent again. */
  readonly #due = new Set<Checkpoint>();
  #repairs: Repair[] = [];
  /** Reports taken in; the oldest is forgotten, which costs a repetition at most. */
  readonly #reports = new RecentNumbers(REPORTS_MAX);
  #lastReport = 0;
  #cycles = 0;
  readonly #silence = new Timer('LTP reports missing', (now) => this.#askAnew(now));

  constructor(
    span: Span,
    lane: Lane,
    id: SessionId,
    block: OutboundBlock,
    checkpointEveryOctets: number,
    ends: SessionEnds,
  ) {
    const { octets, redOctets } = block;
    assert(redOctets >= 0 && redOctets <= octets.length, 'the red part lies in the block');
    assert(octets.length > 0, 'a block has an octet');
    this.id = id;
    this.lane = lane;
    this.#span = span;
    this.#block = block;
    this.#ends = ends;
    this.#checkpointEveryOctets = checkpointEveryOctets;
    this.#serials = SerialNumbers.ofSegments(span.random);
    lane.sendSessions++;
    lane.sendOctets += octets.length;
    lane.enqueue(this);
  }

  get hurry(): 'urgent' | 'patient' | 'silent' {
    if (this.#due.size > 0 || this.#repairs.length > 0) return 'urgent';
    return this.#cursor < this.#block.octets.length ? 'patient' : 'silent';
  }

  next(now: Instant, octetsMax: number): Uint8Array {
    for (const checkpoint of this.#due) return this.#repeat(now, checkpoint, octetsMax);
    const repair = this.#repairs[0];
    if (repair !== undefined) return this.#mend(now, repair, octetsMax);
    const isRed = this.#cursor < this.#block.redOctets;
    return isRed ? this.#advance(now, octetsMax) : this.#advanceGreen(octetsMax);
  }

  /** Takes a report in; or `ltp.beyond-sent` or `ltp.scattered`, and nothing has changed. */
  receiveReport(now: Instant, report: ReportSegment): Fault | undefined {
    const { serial, lower, upper, claims } = report;
    if (this.#reports.has(serial)) return undefined;
    if (upper > Math.min(this.#cursor, this.#block.redOctets)) return BEYOND_SENT;
    if (this.#claimed.count + claims.length > SCATTERED_MAX) return SCATTERED;
    this.#reports.add(serial);
    this.#lastReport = serial;
    this.#settle(report);
    // Bounded by the claims, and the repairs, of each of which some data are missing.
    for (const { from, to } of claims) {
      this.#claimed.add(from, to);
      for (const repair of this.#repairs) repair.missing.remove(from, to);
    }
    this.#repairs = this.#repairs.filter(({ missing }) => missing.count > 0);
    const [from, to] = this.#doubt(report) ? [0, this.#block.redOctets] : [lower, upper];
    if (!this.#finish()) this.#repairWithin(now, from, to, { asked: from, reportSerial: serial });
    return undefined;
  }

  /**
   * Whether a far side that claims the whole in one report has claimed it only in several. The
   * others came of an engine that it had before, so from here on only this one is believed.
   */
  #doubt({ claims }: ReportSegment): boolean {
    const { redOctets } = this.#block;
    const isWhole = claims[0]?.from === 0 && claims[0].to === redOctets;
    if (!this.#span.wholeReports || isWhole) return false;
    if (!this.#claimed.covers(0, redOctets)) return false;
    this.#claimed.remove(0, redOctets);
    // Bounded by the claims.
    for (const { from, to } of claims) this.#claimed.add(from, to);
    return true;
  }

  /** Sends nothing more, and lets go of the block. */
  close(): void {
    this.lane.sendSessions--;
    this.lane.sendOctets -= this.#block.octets.length;
    // Bounded by the checkpoints.
    for (const { timer } of this.#checkpoints.values()) this.#span.timers.stop(timer);
    this.#checkpoints.clear();
    this.#span.timers.stop(this.#silence);
    this.#due.clear();
    this.#repairs = [];
    this.#cursor = this.#block.octets.length;
  }

  /** The checkpoints that a report answers: the one it names, and all that ask no more than it. */
  #settle({ checkpointSerial, lower, upper }: ReportSegment): void {
    // Bounded by the checkpoints.
    for (const checkpoint of this.#checkpoints.values()) {
      const { serial, asked, to, timer } = checkpoint;
      if (serial !== checkpointSerial && (asked < lower || to > upper)) continue;
      this.#span.timers.stop(timer);
      this.#checkpoints.delete(serial);
      this.#due.delete(checkpoint);
    }
  }

  /** Queues what is missing within [lower, upper) and not queued yet. */
  #repairWithin(now: Instant, lower: number, upper: number, question: Question): void {
    const missing = new IntervalSet();
    missing.add(lower, upper);
    // Bounded by SCATTERED_MAX.
    for (const { from, to } of this.#claimed.within(lower, upper)) missing.remove(from, to);
    for (const repair of this.#repairs) {
      for (const { from, to } of repair.missing.intervals) missing.remove(from, to);
    }
    if (missing.count > 0) {
      if (this.#cycles++ >= this.#span.limits.cyclesMax) {
        this.#ends.cancel(now, CANCEL_REASON.retransmissionCycles);
        return;
      }
      this.#repairs.push({ ...question, missing });
      this.#span.timers.stop(this.#silence);
      this.lane.enqueue(this);
    } else if (this.#isUnasked) this.#span.expectAnswer(this.#silence, now);
  }

  /** Whether neither this end nor the far side has anything to send, though data are missing. */
  get #isUnasked(): boolean {
    const isSent = this.#cursor >= this.#block.redOctets;
    return isSent && this.#checkpoints.size === 0 && this.#repairs.length === 0;
  }

  #askAnew(now: Instant): void {
    if (!this.#isUnasked) return;
    const question = { asked: 0, reportSerial: this.#lastReport };
    this.#repairWithin(now, 0, this.#block.redOctets, question);
  }

  /** Whether the session is over, which it then says. */
  #finish(): boolean {
    const { octets, redOctets } = this.#block;
    if (this.#cursor < octets.length || !this.#claimed.covers(0, redOctets)) return false;
    this.#span.outputs.push({ kind: 'completed', session: this.id });
    this.#ends.closed();
    return true;
  }

  #advance(now: Instant, octetsMax: number): Uint8Array {
    const from = this.#cursor;
    const end = Math.min(this.#block.redOctets, this.#asked + this.#checkpointEveryOctets);
    const to = Math.min(end, from + this.#room(from, 0, octetsMax));
    const question = to === end ? { asked: this.#asked, reportSerial: 0 } : undefined;
    this.#cursor = to;
    if (to === end) this.#asked = end;
    return this.#sendRed(now, from, to, question);
  }

  #advanceGreen(octetsMax: number): Uint8Array {
    const { octets } = this.#block;
    const from = this.#cursor;
    const to = Math.min(octets.length, from + this.#room(from, 0, octetsMax));
    this.#cursor = to;
    this.#finish();
    return this.#segment('green', from, to, undefined);
  }

  #mend(now: Instant, repair: Repair, octetsMax: number): Uint8Array {
    const { missing, reportSerial } = repair;
    const { from, to: end } = missing.first!;
    const to = Math.min(end, from + this.#room(from, reportSerial, octetsMax));
    missing.remove(from, to);
    this.#span.repeatedOctets += to - from;
    if (missing.count > 0) return this.#sendRed(now, from, to, undefined);
    this.#repairs.shift();
    return this.#sendRed(now, from, to, repair);
  }

  /** A checkpoint once more: where there is less room than at first, with the end of its data. */
  #repeat(now: Instant, checkpoint: Checkpoint, octetsMax: number): Uint8Array {
    const { to, reportSerial, timer } = checkpoint;
    const room = this.#room(to, reportSerial, octetsMax);
    const from = Math.max(checkpoint.from, to - room);
    this.#due.delete(checkpoint);
    checkpoint.transmissions++;
    this.#span.expectAnswer(timer, now);
    this.#span.repeatedOctets += to - from;
    return this.#segment('red', from, to, checkpoint);
  }

  #sendRed(now: Instant, from: number, to: number, question: Question | undefined): Uint8Array {
    if (question === undefined) return this.#segment('red', from, to, undefined);
    const { asked, reportSerial } = question;
    const serial = this.#serials.take();
    const timer = new Timer('LTP checkpoint', (at) => this.#expire(at, checkpoint));
    const checkpoint = { serial, reportSerial, asked, from, to, timer, transmissions: 1 };
    this.#checkpoints.set(serial, checkpoint);
    this.#span.expectAnswer(timer, now);
    return this.#segment('red', from, to, checkpoint);
  }

  #expire(now: Instant, checkpoint: Checkpoint): void {
    if (checkpoint.transmissions >= this.#span.limits.transmissionsMax) {
      this.#ends.cancel(now, CANCEL_REASON.retransmissionLimit);
      return;
    }
    this.#due.add(checkpoint);
    this.lane.enqueue(this);
  }

  /** Data that a segment has room for, were it a repair: so that a lost one goes again in one. */
  #room(offset: number, reportSerial: number, octetsMax: number): number {
    const head = { session: this.id, clientService: this.#block.clientService, offset };
    const answered = Math.max(reportSerial, USUAL_SERIAL_MAX);
    const mark = { serial: this.#serials.upcoming, reportSerial: answered };
    return dataRoom(head, mark, octetsMax);
  }

  #segment(
    color: DataSegment['color'],
    from: number,
    to: number,
    mark: CheckpointMark | undefined,
  ): Uint8Array {
    const { octets, redOctets, clientService } = this.#block;
    const endsRed = color === 'red' && to === redOctets;
    return encodeSegment({
      kind: 'data',
      session: this.id,
      extensions: NO_EXTENSIONS,
      color,
      ends: to === octets.length ? 'block' : endsRed ? 'red-part' : 'nothing',
      clientService,
      offset: from,
      checkpoint: mark,
      data: octets.subarray(from, to),
    });
  }
}

/** Intervals of claimed data; their gaps are to be sent again one by one. */
const SCATTERED_MAX = 8_192;
const REPORTS_MAX = 256;
/** Of serial numbers that take two octets. */
const USUAL_SERIAL_MAX = 0x3fff;
