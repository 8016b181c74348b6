/** The sessions of the blocks that this engine sends. */
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import { Cancellation } from './cancellation.ts';
import type { OutboundBlock } from './contract.ts';
import type { Lane } from './lane.ts';
import type { ReportSegment, SessionId } from './segment.ts';
import { SenderSession } from './sender-session.ts';
import type { SerialNumbers } from './serial-numbers.ts';
import type { Span } from './span.ts';

/** Bounded by `LtpLimits.sendSessionsMax` of each lane; cancellations take the session's place. */
export class Outgoing {
  readonly #span: Span;
  readonly #engine: number;
  readonly #numbers: SerialNumbers;
  readonly #checkpointEveryOctets: number;
  /** By number. */
  readonly #sessions = new Map<number, SenderSession | Cancellation>();

  constructor(span: Span, engine: number, numbers: SerialNumbers, checkpointEveryOctets: number) {
    this.#span = span;
    this.#engine = engine;
    this.#numbers = numbers;
    this.#checkpointEveryOctets = checkpointEveryOctets;
  }

  /** How many sessions are open. */
  get count(): number {
    return this.#sessions.size;
  }

  /** Opens a session for a block; undefined when the lane has no room. */
  send(lane: Lane, block: OutboundBlock): SessionId | undefined {
    if (block.octets.length > lane.roomToSend) return undefined;
    const id = { originator: this.#engine, number: this.#numbers.take() };
    const session = new SenderSession(this.#span, lane, id, block, this.#checkpointEveryOctets, {
      closed: () => this.#remove(id.number),
      cancel: (now, reason) => this.cancel(now, id.number, reason),
    });
    this.#sessions.set(id.number, session);
    this.#span.counters.blocksSent++;
    return id;
  }

  /** Cancels a session of this end; nothing happens when it is over. */
  cancel(_now: Instant, number: number, reason: number): void {
    const session = this.#sessions.get(number);
    if (!(session instanceof SenderSession)) return;
    const { id, lane } = session;
    session.close();
    lane.sendSessions++;
    const cancelled = { session: id, by: 'sender', reason } as const;
    const cancellation = new Cancellation(this.#span, lane, cancelled, () => this.#remove(number));
    this.#sessions.set(number, cancellation);
    this.#span.tellCancelled(cancelled);
  }

  /** The lane of an open session. */
  laneOf(number: number): Lane | undefined {
    return this.#sessions.get(number)?.lane;
  }

  /** Takes a report in; of a session that is over it is no news. */
  receiveReport(now: Instant, report: ReportSegment): Fault | undefined {
    const session = this.#sessions.get(report.session.number);
    return session instanceof SenderSession ? session.receiveReport(now, report) : undefined;
  }

  /** The far side cancels. */
  receiveCancel(session: SessionId, reason: number): void {
    const wasOpen = this.#sessions.get(session.number) instanceof SenderSession;
    this.#remove(session.number);
    if (wasOpen) this.#span.tellCancelled({ session, by: 'receiver', reason });
  }

  /** The far side has heard a cancellation. */
  receiveCancelAck({ number }: SessionId): void {
    if (this.#sessions.get(number) instanceof Cancellation) this.#remove(number);
  }

  #remove(number: number): void {
    const session = this.#sessions.get(number);
    if (session === undefined) return;
    if (session instanceof Cancellation) session.lane.sendSessions--;
    session.close();
    this.#sessions.delete(number);
  }
}
