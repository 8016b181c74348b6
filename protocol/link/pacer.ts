/**
 * Keeps a link to its rate. A virtual line carries one frame after the other without a gap; the
 * pacer remembers when that line falls free. A frame may be handed over up to `PACER_EARLY_US`
 * before its place on the line, so that a clock that wakes once in a millisecond still fills it:
 * the link runs ahead of its rate by at most that and the frame itself, and over time the rate is
 * exact.
 */
import type { Instant } from '../machine.ts';

/** How long before its place on the line a frame may leave, microseconds. */
export const PACER_EARLY_US = 2_000;

/** The virtual line of one link. Its times hold fractions of a microsecond. */
export class Pacer {
  #octetUs = 0;
  #freeAtUs = 0;

  /** A contact begins: the line is free. `rateBps` counts every bit of a frame. */
  start(now: Instant, rateBps: number): void {
    this.#octetUs = 8_000_000 / rateBps;
    this.#freeAtUs = now;
  }

  /** The first instant at which the next frame may leave. */
  get readyAt(): Instant {
    return Math.max(0, Math.ceil(this.#freeAtUs - PACER_EARLY_US));
  }

  /** A frame left now and takes its time on the line; also one that could not wait for it. */
  charge(now: Instant, sizeOctets: number): void {
    this.#freeAtUs = Math.max(this.#freeAtUs, now) + sizeOctets * this.#octetUs;
  }
}
