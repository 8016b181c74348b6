/**
 * Whether the peer of a session is still there, and when to say that we are (LS-1004). An idle
 * link costs one frame per side in ten seconds:
 *
 * - nothing sent for `KEEPALIVE_US`: send KEEPALIVE as a probe;
 * - frames sent but none heard for `PROBE_US` (before the first frame of a session: one repeat
 *   time): send a probe, and again after each repeat time;
 * - a KEEPALIVE heard while nothing has left for half a repeat time: answer with KEEPALIVE, and
 *   expect no answer to that. Half a repeat time exceeds the round trip, so two answers never chase
 *   each other;
 * - frames sent but none heard for `SILENCE_US` and one round trip: the peer is gone.
 *
 * The repeat time is that of LS-706. "Heard" means a frame that authenticated, nothing less.
 * Source: link-security §10 LS-1004, §7 LS-706 and LS-707.
 */
import type { Instant } from '../machine.ts';

/** How long, beside a round trip, a peer may leave frames unanswered before it counts as gone. */
export const SILENCE_US = 15_000_000;

/** What a protected frame is for: bundles and probes expect to be answered. */
export type Purpose = 'bundle' | 'probe' | 'answer';

/** The clock of one session. Created when the peer may first be answered. */
export class Liveness {
  readonly #repeatUs: number;
  readonly #silenceUs: number;
  #sentAt: Instant;
  #probedAt: Instant;
  /** When the oldest frame left that expects an answer and that nothing heard since can answer. */
  #unansweredSince: Instant | undefined = undefined;
  #heardOnce = false;
  #resting = false;

  constructor(now: Instant, roundTripUs: number) {
    this.#repeatUs = Math.max(1_000_000, 2 * roundTripUs + 500_000);
    this.#silenceUs = SILENCE_US + roundTripUs;
    this.#sentAt = now - this.#repeatUs;
    this.#probedAt = this.#sentAt;
  }

  /** A protected frame left. */
  sent(now: Instant, purpose: Purpose): void {
    this.#sentAt = now;
    if (purpose === 'probe') this.#probedAt = now;
    if (purpose !== 'answer') this.#unansweredSince ??= now;
  }

  /** A frame of the peer authenticated. */
  heard(): void {
    this.#unansweredSince = undefined;
    this.#heardOnce = true;
    this.#resting = false;
  }

  /** The peer counts as gone: nothing is due until it is heard again. */
  rest(): void {
    this.#resting = true;
  }

  /** Whether a KEEPALIVE heard now asks for an answer. */
  owesAnswer(now: Instant): boolean {
    return now - this.#sentAt >= this.#repeatUs / 2;
  }

  /** When the next KEEPALIVE is due if nothing else happens. */
  get keepaliveAt(): Instant {
    if (this.#resting) return Number.POSITIVE_INFINITY;
    const idleAt = this.#sentAt + KEEPALIVE_US;
    if (this.#unansweredSince === undefined) return idleAt;
    const patienceUs = this.#heardOnce ? Math.max(PROBE_US, this.#repeatUs) : this.#repeatUs;
    return Math.min(
      idleAt,
      Math.max(this.#unansweredSince + patienceUs, this.#probedAt + this.#repeatUs),
    );
  }

  /** When the peer counts as gone; infinite while nothing is unanswered. */
  get deadAt(): Instant {
    if (this.#resting) return Number.POSITIVE_INFINITY;
    return (this.#unansweredSince ?? Number.POSITIVE_INFINITY) + this.#silenceUs;
  }
}

const KEEPALIVE_US = 10_000_000;
const PROBE_US = 5_000_000;
