/**
 * The receiver of one block.
 *
 *   receiving   a checkpoint is answered by a report of what has come, until the red part is whole
 *   holding     the owner has the red part and has not said `stored`: no report goes that would let
 *               the sender forget the block. The sender's timer is longer than a write takes; where
 *               it runs out all the same, its repeated checkpoint is answered by a report that
 *               leaves out the last octet of its scope. That ends the sender's timer, and costs two
 *               segments of one octet for each round trip, so a slow store cancels nothing soon.
 *   stored      every report claims the whole red part, so that any one of them will do; when one
 *               is acknowledged, this end has done its duty
 *
 * Then only the green part is waited for, and not longer than a sender may take.
 *
 * Source: RFC 5326 §6.3, §6.8, §6.9, §6.10, §6.11, §6.14, §6.20, §6.21.
 */
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import { BlockBuffer } from './block-buffer.ts';
import { BEYOND_BLOCK, BLOCK_LARGE, CLIENT_CHANGED, MISCOLORED, SCATTERED } from './contract.ts';
import { IntervalSet } from './interval-set.ts';
import type { Lane, Speaker } from './lane.ts';
import { Timer } from './link-timers.ts';
import { Reporter } from './reporter.ts';
import { CANCEL_REASON, type DataSegment, type SessionId } from './segment.ts';
import type { SessionEnds, Span } from './span.ts';

/** Bounded by `LtpLimits.blockOctetsMax`, `GREEN_INTERVALS_MAX` and its reporter. */
export class ReceiverSession implements Speaker {
  readonly id: SessionId;
  readonly lane: Lane;
  readonly #span: Span;
  readonly #clientService: number;
  readonly #ends: SessionEnds;
  readonly #red: BlockBuffer;
  readonly #green = new IntervalSet();
  readonly #reporter: Reporter;
  #state: 'receiving' | 'holding' | 'stored' = 'receiving';
  #blockEnd = Number.POSITIVE_INFINITY;
  /** When the sender was last heard, by the clock of the link. */
  #heardAt: number;
  readonly #inactivity: Timer;

  constructor(
    span: Span,
    lane: Lane,
    first: Pick<DataSegment, 'session' | 'clientService'>,
    now: Instant,
    ends: SessionEnds,
  ) {
    this.id = first.session;
    this.lane = lane;
    this.#span = span;
    this.#clientService = first.clientService;
    this.#ends = ends;
    this.#red = new BlockBuffer(lane, span.limits.blockOctetsMax);
    this.#reporter = new Reporter(span, this, this.#red.received, (at, reason) =>
      ends.cancel(at, reason),
    );
    this.#heardAt = span.timers.time(now);
    this.#inactivity = new Timer('LTP sender silent', (at) => this.#expire(at));
    this.#span.timers.start(this.#inactivity, now, this.#patienceUs);
    lane.receiveSessions++;
  }

  get hurry(): 'urgent' | 'silent' {
    return this.#reporter.isReady(this.#state === 'holding') ? 'urgent' : 'silent';
  }

  next(now: Instant, octetsMax: number): Uint8Array {
    return this.#reporter.next(now, octetsMax, this.#state === 'holding');
  }

  /** Whether nothing but green data are waited for. */
  get lingers(): boolean {
    const red = this.#red.end === undefined ? this.#red.received.count === 0 : this.#isReported;
    return red && this.#green.count > 0;
  }

  /** Takes a segment of the session in; or the fault for which it was dropped. */
  receiveData(now: Instant, segment: DataSegment): Fault | undefined {
    if (segment.clientService !== this.#clientService) return CLIENT_CHANGED;
    this.#heardAt = this.#span.timers.time(now);
    return segment.color === 'red'
      ? this.#receiveRed(now, segment)
      : this.#receiveGreen(now, segment);
  }

  /** A report is acknowledged. */
  receiveReportAck(serial: number): void {
    this.#reporter.acknowledge(serial);
    this.#finish();
  }

  /** The owner has stored the red part. */
  stored(): void {
    if (this.#state !== 'holding') return;
    this.#state = 'stored';
    this.#red.release();
    this.#reporter.concludeWith(this.#red.end!);
    this.lane.enqueue(this);
  }

  /** Sends nothing more, and lets go of what it has. */
  close(): void {
    this.lane.receiveSessions--;
    this.#red.release();
    this.#reporter.close();
    this.#span.timers.stop(this.#inactivity);
  }

  #receiveRed(now: Instant, segment: DataSegment): Fault | undefined {
    const { offset, data, ends, checkpoint } = segment;
    const to = offset + data.length;
    const isBeyond = to > (this.#red.end ?? to) || to > (this.#green.first?.from ?? to);
    // A red part that ends before red data which have come.
    const isShort = ends !== 'nothing' && to < this.#red.reached;
    if (isBeyond || isShort) return this.#refuseColor(now);
    if (this.#state === 'receiving') {
      const fault = this.#red.write(offset, data, ends !== 'nothing');
      if (fault === BLOCK_LARGE) this.#ends.cancel(now, CANCEL_REASON.system);
      if (fault !== undefined) return fault;
    }
    if (ends === 'block') this.#blockEnd = to;
    if (this.#state === 'receiving' && this.#red.isWhole) this.#deliver();
    return checkpoint === undefined ? undefined : this.#reporter.ask(checkpoint, to);
  }

  #receiveGreen(now: Instant, segment: DataSegment): Fault | undefined {
    const { session, clientService, offset, data, ends } = segment;
    const to = offset + data.length;
    if (offset < this.#red.reached) return this.#refuseColor(now);
    if (to > this.#blockEnd) return BEYOND_BLOCK;
    const isNew = this.#green.within(offset, to).length === 0;
    if (isNew && this.#green.count >= GREEN_INTERVALS_MAX) return SCATTERED;
    const endOfBlock = ends === 'block';
    if (endOfBlock) this.#blockEnd = to;
    if (isNew) {
      this.#green.add(offset, to);
      const { index: lane } = this.lane;
      const told = { session, clientService, lane, offset, data, endOfBlock };
      this.#span.outputs.push({ kind: 'green', ...told });
    }
    this.#finish();
    return undefined;
  }

  #refuseColor(now: Instant): Fault {
    this.#ends.cancel(now, CANCEL_REASON.miscolored);
    return MISCOLORED;
  }

  #deliver(): void {
    this.#state = 'holding';
    this.#span.counters.blocksReceived++;
    this.#span.outputs.push({
      kind: 'received',
      session: this.id,
      clientService: this.#clientService,
      lane: this.lane.index,
      octets: this.#red.take(),
    });
  }

  get #isReported(): boolean {
    return this.#state === 'stored' && this.#reporter.isConcluded;
  }

  /** Closes the session if nothing more is to come and nothing to be said. */
  #finish(): void {
    const greenFrom = this.#red.end ?? 0;
    const isGreenWhole = this.#green.covers(greenFrom, this.#blockEnd);
    const isRedDone = this.#red.end === undefined ? greenFrom === 0 : this.#isReported;
    if (isRedDone && isGreenWhole) this.#ends.closed();
  }

  #expire(now: Instant): void {
    const silentUs = this.#span.timers.time(now) - this.#heardAt;
    const restUs = this.#patienceUs - silentUs;
    if (restUs > 0 || this.#state === 'holding') {
      this.#span.timers.start(this.#inactivity, now, Math.max(restUs, this.#span.answers.us));
    } else if (this.lingers) this.#ends.closed();
    else this.#ends.cancel(now, CANCEL_REASON.system);
  }

  /** By then a sender has repeated its checkpoint as often as it may. */
  get #patienceUs(): number {
    return this.#span.answers.us * (this.#span.limits.transmissionsMax + 1);
  }
}

const GREEN_INTERVALS_MAX = 1_024;
