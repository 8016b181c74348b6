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
import { type Checkpoint, Checkpoints, type Question, type Repair } from './checkpoint.ts';
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
import type { SerialNumbers } from './serial-numbers.ts';
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
  readonly #checkpoints: Checkpoints;
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
    this.#serials = span.serials();
    this.#checkpoints = new Checkpoints(span, (now, checkpoint) => this.#expire(now, checkpoint));
    lane.sendSessions++;
    lane.sendOctets += octets.length;
    lane.enqueue(this);
  }

  get hurry(): 'urgent' | 'patient' | 'silent' {
    if (this.#checkpoints.due !== undefined || this.#repairs.length > 0) return 'urgent';
    return this.#cursor < this.#block.octets.length ? 'patient' : 'silent';
  }

  next(now: Instant, octetsMax: number): Uint8Array {
    const { due } = this.#checkpoints;
    if (due !== undefined) return this.#repeat(now, due, octetsMax);
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
    this.#checkpoints.settle(now, report, this.#isWhole(report));
    if (isHesitant(report)) this.#span.answers.hesitated();
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
  #doubt(report: ReportSegment): boolean {
    const { redOctets } = this.#block;
    if (!this.#span.wholeReports || this.#isWhole(report)) return false;
    if (!this.#claimed.covers(0, redOctets)) return false;
    this.#claimed.remove(0, redOctets);
    // Bounded by the claims.
    for (const { from, to } of report.claims) this.#claimed.add(from, to);
    return true;
  }

  /** Whether a report claims all of the red part. */
  #isWhole({ claims }: ReportSegment): boolean {
    return claims[0]?.from === 0 && claims[0].to === this.#block.redOctets;
  }

  /** Sends nothing more, and lets go of the block. */
  close(): void {
    this.lane.sendSessions--;
    this.lane.sendOctets -= this.#block.octets.length;
    this.#checkpoints.close();
    this.#span.timers.stop(this.#silence);
    this.#repairs = [];
    this.#cursor = this.#block.octets.length;
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
    return isSent && this.#checkpoints.count === 0 && this.#repairs.length === 0;
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
    this.#span.counters.blocksCompleted++;
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
    this.#span.counters.redOctets += to - from;
    if (to === end) this.#asked = end;
    return this.#sendRed(now, from, to, question);
  }

  #advanceGreen(octetsMax: number): Uint8Array {
    const { octets } = this.#block;
    const from = this.#cursor;
    const to = Math.min(octets.length, from + this.#room(from, 0, octetsMax));
    this.#cursor = to;
    this.#span.counters.greenOctets += to - from;
    this.#finish();
    return this.#segment('green', from, to, undefined);
  }

  #mend(now: Instant, repair: Repair, octetsMax: number): Uint8Array {
    const { missing, reportSerial } = repair;
    const { from, to: end } = missing.first!;
    const to = Math.min(end, from + this.#room(from, reportSerial, octetsMax));
    missing.remove(from, to);
    this.#countRepeated(to - from);
    if (missing.count > 0) return this.#sendRed(now, from, to, undefined);
    this.#repairs.shift();
    return this.#sendRed(now, from, to, repair);
  }

  /** A checkpoint once more: where there is less room than at first, with the end of its data. */
  #repeat(now: Instant, checkpoint: Checkpoint, octetsMax: number): Uint8Array {
    const { to, reportSerial } = checkpoint;
    const room = this.#room(to, reportSerial, octetsMax);
    const from = Math.max(checkpoint.from, to - room);
    this.#checkpoints.repeated(now, checkpoint);
    this.#countRepeated(to - from);
    return this.#segment('red', from, to, checkpoint);
  }

  #sendRed(now: Instant, from: number, to: number, question: Question | undefined): Uint8Array {
    if (question === undefined) return this.#segment('red', from, to, undefined);
    const checkpoint = this.#checkpoints.ask(now, this.#serials.take(), question, from, to);
    return this.#segment('red', from, to, checkpoint);
  }

  #expire(now: Instant, checkpoint: Checkpoint): void {
    if (checkpoint.transmissions >= this.#span.limits.transmissionsMax) {
      this.#ends.cancel(now, CANCEL_REASON.retransmissionLimit);
      return;
    }
    this.#checkpoints.repeat(checkpoint);
    this.lane.enqueue(this);
  }

  #countRepeated(octets: number): void {
    this.#span.counters.repeatedSegments++;
    this.#span.counters.repeatedOctets += octets;
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

/** Whether a report leaves out the last octet of its scope, as one does that waits for a write. */
function isHesitant({ lower, upper, claims }: ReportSegment): boolean {
  return claims.length <= 1 && (claims[0] ?? { to: lower }).to === upper - 1;
}

/** Intervals of claimed data; their gaps are to be sent again one by one. */
const SCATTERED_MAX = 8_192;
const REPORTS_MAX = 256;
/** Of serial numbers that take two octets. */
const USUAL_SERIAL_MAX = 0x3fff;
