/**
 * A session that is being cancelled by this end: the cancellation is sent again until the other end
 * acknowledges it or the limit is reached. Source: RFC 5326 §6.15, §6.16, §6.18, §6.19.
 */
import type { Instant } from '../machine.ts';
import { encodeSegment } from './encode-segment.ts';
import type { Lane, Speaker } from './lane.ts';
import { Timer } from './link-timers.ts';
import { type CancelledBy, NO_EXTENSIONS, type SessionId } from './segment.ts';
import type { Span } from './span.ts';

/** Takes the place of a session in its table, until `close` is called. */
export class Cancellation implements Speaker {
  readonly lane: Lane;
  readonly #span: Span;
  readonly #octets: Uint8Array;
  readonly #timer: Timer;
  #transmissions = 0;
  #due = true;

  /** `by`: this end. `closed` is called when the limit is reached. */
  constructor(
    span: Span,
    lane: Lane,
    cancelled: { session: SessionId; by: CancelledBy; reason: number },
    closed: () => void,
  ) {
    this.#span = span;
    this.lane = lane;
    this.#octets = encodeSegment({
      kind: 'cancel',
      ...cancelled,
      extensions: NO_EXTENSIONS,
    }).slice();
    this.#timer = new Timer('LTP cancellation', () => {
      if (this.#transmissions >= span.limits.transmissionsMax) {
        closed();
        return;
      }
      this.#due = true;
      lane.enqueue(this);
    });
    lane.enqueue(this);
  }

  get hurry(): 'urgent' | 'silent' {
    return this.#due ? 'urgent' : 'silent';
  }

  next(now: Instant): Uint8Array {
    this.#due = false;
    if (this.#transmissions++ > 0) this.#span.counters.repeatedSegments++;
    this.#span.expectAnswer(this.#timer, now);
    return this.#octets.slice();
  }

  /** Sends nothing more. */
  close(): void {
    this.#due = false;
    this.#span.timers.stop(this.#timer);
  }
}
