/**
 * The Licklider Transmission Protocol between two engines: blocks go out whole or are known not to
 * have, whatever the link loses, repeats, delays or interrupts.
 *
 *   send ──────► SenderSession ── data, checkpoints ──►  ReceiverSession ──► received
 *   completed ◄─             ◄─── reports ─────────────              ◄────── stored
 *                             ─── acknowledgments ────►
 *
 * Segments are made when the owner pulls them, so that it chooses between the lanes, and with other
 * traffic, as late as can be; a timer starts when its segment is pulled. Timers go only while the
 * link is up. Sessions outlive a contact: the next one goes on where the last one ended.
 *
 * The far side says that a block is complete only when its owner has called `stored`: `completed`
 * means that the block is safe there, and may be forgotten here.
 *
 * Not claimed: RFC 5327 (authentication, cookies): extensions are read and passed over.
 * Source: RFC 5326; CCSDS 734.1-B.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import type { Deadline, Instant, Machine } from '../machine.ts';
import {
  DEFAULT_LIMITS,
  FOREIGN_SESSION,
  type LtpOptions,
  type LtpOutput,
  type LtpSnapshot,
  type OutboundBlock,
} from './contract.ts';
import { decodeSegment } from './decode-segment.ts';
import { encodeSegment, SEGMENT_OCTETS_MIN } from './encode-segment.ts';
import { Incoming } from './incoming.ts';
import { Lane } from './lane.ts';
import { Outgoing } from './outgoing.ts';
import {
  CANCEL_REASON,
  type CancelAckSegment,
  type CancelSegment,
  NO_EXTENSIONS,
  type ReportSegment,
  type Segment,
  type SessionId,
} from './segment.ts';
import { SerialNumbers } from './serial-numbers.ts';
import { Span } from './span.ts';

/** One span. Bounded by `LtpLimits`. */
export class LtpEngine implements Machine<LtpOutput> {
  readonly #local: number;
  readonly #remote: number;
  readonly #span: Span;
  readonly #lanes: readonly Lane[];
  readonly #outgoing: Outgoing;
  readonly #incoming: Incoming;

  constructor(options: LtpOptions) {
    const { localEngine, remoteEngine, random, lanes = 1 } = options;
    assert(localEngine !== remoteEngine, 'a span has two ends');
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#local = localEngine;
    this.#remote = remoteEngine;
    this.#span = new Span(limits, options);
    this.#lanes = Array.from({ length: lanes }, (_, index) => new Lane(index, limits));
    const numbers = options.sessionNumbers ?? SerialNumbers.ofSessions(random);
    const every = options.checkpointEveryOctets ?? Number.POSITIVE_INFINITY;
    this.#outgoing = new Outgoing(this.#span, localEngine, numbers, every);
    this.#incoming = new Incoming(this.#span, options.clientServices);
  }

  /**
   * The contact begins: timers go on. `roundTripUs` is how long an answer may take: the light time
   * there and back, what frames wait at both ends, and a write to the far store unless `answers`
   * learn that. Called again while the link is up it holds for what is sent from then on.
   */
  linkUp(now: Instant, roundTripUs: number): void {
    assert(roundTripUs > 0, 'an answer takes time');
    this.#span.answers.roundTripUs = roundTripUs;
    this.#span.timers.linkUp(now);
  }

  /** The contact ends: timers stop, and keep what is left of them. Nothing need be pulled. */
  linkDown(now: Instant): void {
    this.#span.timers.linkDown(now);
  }

  /** Takes a block in: the session that sends it, or undefined when its lane has no room. */
  send(_now: Instant, block: OutboundBlock): SessionId | undefined {
    return this.#outgoing.send(this.#lane(block.lane), block);
  }

  /** Gives up sending a block: USR_CNCLD unless another reason is given. */
  cancel(now: Instant, { number }: SessionId, reason: number = CANCEL_REASON.user): void {
    this.#outgoing.cancel(now, number, reason);
  }

  /** The owner has put a `received` block where nothing loses it: the sender may forget it. */
  stored(_now: Instant, { number }: SessionId): void {
    this.#incoming.stored(number);
  }

  /** The owner cannot keep a `received` block: SYS_CNCLD unless another reason is given. */
  refuse(now: Instant, { number }: SessionId, reason: number = CANCEL_REASON.system): void {
    this.#incoming.refuse(now, number, reason);
  }

  /**
   * Takes one segment in, a view; what it opens belongs to the lane it came by. The fault for which
   * it was dropped, if it was; answers to it are in the lanes all the same.
   */
  receive(now: Instant, octets: Uint8Array, lane = 0): Fault | undefined {
    this.#span.counters.segmentsReceived++;
    const segment = decodeSegment(octets);
    if (segment instanceof Fault) return segment;
    const isOurs = goesToSender(segment);
    if (segment.session.originator !== (isOurs ? this.#local : this.#remote)) {
      return FOREIGN_SESSION;
    }
    return this.#dispatch(now, segment, this.#lane(lane));
  }

  /** How many octets a block may have for `send` to take it. */
  roomToSend(lane = 0): number {
    return this.#lane(lane).roomToSend;
  }

  /** Whether a lane has a segment to send. */
  waiting(lane = 0): boolean {
    return this.#lane(lane).waiting;
  }

  /** The next segment of a lane, fresh, of at most `octetsMax`; it must leave at once. */
  pull(now: Instant, octetsMax: number, lane = 0): Uint8Array | undefined {
    assert(octetsMax >= SEGMENT_OCTETS_MIN, 'a segment has room for its head');
    const segment = this.#lane(lane).next(now, octetsMax);
    if (segment !== undefined) this.#span.counters.segmentsSent++;
    return segment;
  }

  tick(now: Instant): void {
    // Each timer is taken once; none is started anew at this instant, for answers take time.
    for (;;) {
      const timer = this.#span.timers.takeExpired(now);
      if (timer === undefined) return;
      timer.expire(now);
    }
  }

  poll(): LtpOutput | undefined {
    return this.#span.outputs.shift();
  }

  deadline(): Deadline | undefined {
    return this.#span.timers.deadline();
  }

  /** Counters and what is held. */
  snapshot(): LtpSnapshot {
    return {
      ...this.#span.counters.snapshot(),
      sendSessions: this.#outgoing.count,
      receiveSessions: this.#incoming.count,
      receiveOctets: this.#lanes.reduce((sum, { receiveOctets }) => sum + receiveOctets, 0),
    };
  }

  #dispatch(now: Instant, segment: Segment, lane: Lane): Fault | undefined {
    switch (segment.kind) {
      case 'data':
        return this.#incoming.receiveData(now, lane, segment);
      case 'report':
        return this.#receiveReport(now, segment, lane);
      case 'report-ack':
        this.#incoming.receiveReportAck(segment.session, segment.serial);
        return undefined;
      case 'cancel':
        this.#receiveCancel(segment, lane);
        return undefined;
      case 'cancel-ack':
        this.#receiveCancelAck(segment);
        return undefined;
    }
  }

  /** A report is acknowledged, of an open session or not. Source: RFC 5326 §6.13. */
  #receiveReport(now: Instant, report: ReportSegment, lane: Lane): Fault | undefined {
    const { session, serial } = report;
    this.#span.counters.reportsReceived++;
    const way = this.#outgoing.laneOf(session.number) ?? lane;
    const fault = this.#outgoing.receiveReport(now, report);
    if (fault !== undefined) return fault;
    this.#reply(way, { kind: 'report-ack', session, extensions: NO_EXTENSIONS, serial });
    return undefined;
  }

  /** Every cancellation is acknowledged, known or not. Source: RFC 5326 §6.17. */
  #receiveCancel({ session, by, reason }: CancelSegment, lane: Lane): void {
    const table = by === 'sender' ? this.#incoming : this.#outgoing;
    const way = table.laneOf(session.number) ?? lane;
    table.receiveCancel(session, reason);
    this.#reply(way, { kind: 'cancel-ack', session, extensions: NO_EXTENSIONS, by });
  }

  #receiveCancelAck({ session, by }: CancelAckSegment): void {
    const table = by === 'sender' ? this.#outgoing : this.#incoming;
    table.receiveCancelAck(session);
  }

  #reply(lane: Lane, segment: Segment): void {
    lane.reply(encodeSegment(segment));
  }

  #lane(index = 0): Lane {
    const lane = this.#lanes[index];
    assert(lane !== undefined, 'the lane is one of those that there are');
    return lane;
  }
}

/** Whether a segment of this kind goes from the receiver of a block to its sender. */
function goesToSender(segment: Segment): boolean {
  if (segment.kind === 'cancel') return segment.by === 'receiver';
  if (segment.kind === 'cancel-ack') return segment.by === 'sender';
  return segment.kind === 'report';
}
