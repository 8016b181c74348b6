/**
 * Holds datagrams until the light has travelled. One delay line serves a whole process. The
 * operating system's timers wake to the millisecond; a link's light time is a few milliseconds
 * and must be right to a small part of one, so the last stretch is waited out in short sleeps
 * between turns of the event loop: the processor rests, and no socket waits long.
 */
import type { LagHistogram } from '#node/lag-histogram.ts';
import type { Clock } from '#node/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import { EventQueue } from './event-queue.ts';

/**
 * Runs actions at instants of `clock`, and records in `lag` how late each one was that fell due at
 * or after `judgedFrom`.
 */
export class DelayLine {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #lag: LagHistogram;
  readonly #judgedFrom: Instant;
  readonly #queue = new EventQueue<() => void>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt: Instant = Number.POSITIVE_INFINITY;
  #near = false;

  constructor(clock: Pick<Clock, 'now'>, lag: LagHistogram, judgedFrom: Instant) {
    this.#clock = clock;
    this.#lag = lag;
    this.#judgedFrom = judgedFrom;
  }

  /** Runs `action` at `at`, or as soon after as the machine allows. */
  at(at: Instant, action: () => void): void {
    this.#queue.add(at, action);
    if (!this.#near && at < this.#timerAt) this.#arm();
  }

  /** Drops everything that is still held. */
  close(): void {
    clearTimeout(this.#timer);
    while (this.#queue.take() !== undefined);
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const at = this.#queue.nextAt();
    this.#timerAt = at ?? Number.POSITIVE_INFINITY;
    if (at === undefined) return;
    const waitUs = at - this.#clock.now();
    if (waitUs > NEAR_US) {
      this.#timer = setTimeout(() => this.#approach(), Math.floor((waitUs - EARLY_US) / 1000));
    } else {
      this.#approach();
    }
  }

  /** Releases what is due, then sleeps in slices while the next release is near. */
  #approach(): void {
    this.#near = true;
    let now = this.#clock.now();
    for (let at = this.#queue.nextAt(); at !== undefined && at <= now; at = this.#queue.nextAt()) {
      if (at >= this.#judgedFrom) this.#lag.record(now - at);
      this.#queue.take()?.();
      now = this.#clock.now();
    }
    const next = this.#queue.nextAt();
    if (next === undefined || next - now > NEAR_US) {
      this.#near = false;
      this.#arm();
      return;
    }
    const sleepUs = Math.min(next - now - WAKE_US, SLICE_US);
    if (sleepUs > 0) Atomics.wait(NEVER, 0, 0, sleepUs / 1000);
    setImmediate(() => this.#approach());
  }
}

/** Below this, a millisecond timer is too coarse. */
const NEAR_US = 1_200;
/** Timers fire this much after their wish. */
const EARLY_US = 200;
/** The longest sleep that keeps sockets waiting. */
const SLICE_US = 250;
/** What it takes to wake from a sleep and come round the event loop. */
const WAKE_US = 90;
const NEVER = new Int32Array(new SharedArrayBuffer(4));
