/** The sessions of the blocks that come in, and the memory of those that are over. */
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import { Cancellation } from './cancellation.ts';
import { CLIENT_SERVICE, NO_ROOM, SESSION_CLOSED } from './contract.ts';
import type { Lane } from './lane.ts';
import { ReceiverSession } from './receiver-session.ts';
import { RecentNumbers } from './recent-numbers.ts';
import { CANCEL_REASON, type DataSegment, type SessionId } from './segment.ts';
import type { Span } from './span.ts';

/** Bounded by `LtpLimits.receiveSessionsMax` of each lane, and `closedSessionsMax`. */
export class Incoming {
  readonly #span: Span;
  readonly #clientServices: ReadonlySet<number>;
  /** By number. */
  readonly #sessions = new Map<number, ReceiverSession | Cancellation>();
  readonly #closed: RecentNumbers;

  constructor(span: Span, clientServices: readonly number[]) {
    this.#span = span;
    this.#clientServices = new Set(clientServices);
    this.#closed = new RecentNumbers(span.limits.closedSessionsMax);
  }

  /** How many sessions are open. */
  get count(): number {
    return this.#sessions.size;
  }

  /** Takes data in; or the fault for which they are dropped. */
  receiveData(now: Instant, lane: Lane, segment: DataSegment): Fault | undefined {
    const { session: id, clientService } = segment;
    if (this.#closed.has(id.number)) return SESSION_CLOSED;
    const known = this.#sessions.get(id.number);
    if (known instanceof Cancellation) return SESSION_CLOSED;
    if (known !== undefined) return known.receiveData(now, segment);
    if (!lane.hasRoomToReceive && !this.#makeRoom(lane)) return NO_ROOM;
    if (!this.#clientServices.has(clientService)) {
      this.#startCancellation(lane, id, CANCEL_REASON.unreachable);
      this.#span.counters.cancel(CANCEL_REASON.unreachable);
      return CLIENT_SERVICE;
    }
    const session = new ReceiverSession(this.#span, lane, segment, now, {
      closed: () => this.#remove(id.number),
      cancel: (at, reason) => this.refuse(at, id.number, reason),
    });
    this.#sessions.set(id.number, session);
    return session.receiveData(now, segment);
  }

  /** The lane of an open session. */
  laneOf(number: number): Lane | undefined {
    return this.#sessions.get(number)?.lane;
  }

  /** A report is acknowledged. */
  receiveReportAck({ number }: SessionId, serial: number): void {
    const session = this.#sessions.get(number);
    if (session instanceof ReceiverSession) session.receiveReportAck(serial);
  }

  /** The far side cancels. What it sent before, and what comes late, opens nothing. */
  receiveCancel(session: SessionId, reason: number): void {
    const wasOpen = this.#sessions.get(session.number) instanceof ReceiverSession;
    this.#remove(session.number);
    this.#closed.add(session.number);
    if (wasOpen) this.#span.tellCancelled({ session, by: 'sender', reason });
  }

  /** The far side has heard a cancellation. */
  receiveCancelAck({ number }: SessionId): void {
    if (this.#sessions.get(number) instanceof Cancellation) this.#remove(number);
  }

  /** The owner has stored the red part; nothing happens when the session is over. */
  stored(number: number): void {
    const session = this.#sessions.get(number);
    if (session instanceof ReceiverSession) session.stored();
  }

  /** Cancels a session of the far side; nothing happens when it is over. */
  refuse(_now: Instant, number: number, reason: number): void {
    const session = this.#sessions.get(number);
    if (!(session instanceof ReceiverSession)) return;
    const { id, lane } = session;
    session.close();
    this.#startCancellation(lane, id, reason);
    this.#span.tellCancelled({ session: id, by: 'receiver', reason });
  }

  #startCancellation(lane: Lane, session: SessionId, reason: number): void {
    const { number } = session;
    lane.receiveSessions++;
    const cancelled = { session, by: 'receiver', reason } as const;
    const cancellation = new Cancellation(this.#span, lane, cancelled, () => this.#remove(number));
    this.#sessions.set(number, cancellation);
  }

  /** A session that waits only for green data, which may be lost, gives its place up. */
  #makeRoom(lane: Lane): boolean {
    // Bounded by the sessions; only a full lane looks.
    for (const [number, session] of this.#sessions) {
      if (session.lane !== lane || session instanceof Cancellation || !session.lingers) continue;
      this.#remove(number);
      return true;
    }
    return false;
  }

  #remove(number: number): void {
    const session = this.#sessions.get(number);
    if (session === undefined) return;
    if (session instanceof Cancellation) session.lane.receiveSessions--;
    session.close();
    this.#sessions.delete(number);
    this.#closed.add(number);
  }
}
