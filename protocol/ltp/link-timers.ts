/**
 * Timers that stop while the link is down and keep their remainder. They go by a clock that only
 * runs while the link is up, so stopping all of them is stopping one clock. Source: RFC 5326 §6.5,
 * §6.6.
 */
import { assert } from '../assert.ts';
import type { Deadline, Instant } from '../machine.ts';

/** One timer; it is in the table while it runs. */
export class Timer {
  readonly why: string;
  readonly expire: (now: Instant) => void;
  /** When it ends, by the clock of the link. */
  at = 0;
  /** Where it is in the heap, or -1. */
  position = -1;

  /** `expire` is called once each time the timer was started and not stopped. */
  constructor(why: string, expire: (now: Instant) => void) {
    this.why = why;
    this.expire = expire;
  }
}

/** A heap of the running timers. Bounded by the sessions and what each may have outstanding. */
export class LinkTimers {
  readonly #heap: Timer[] = [];
  /** How long the link has been down until it last came up; its clock lags by that much. */
  #lagUs = 0;
  /** When the link went down; it is up while this is undefined. */
  #downAt: Instant | undefined = 0;

  /** Whether the timers run. */
  get up(): boolean {
    return this.#downAt === undefined;
  }

  /** All timers go on with what was left. */
  linkUp(now: Instant): void {
    if (this.#downAt === undefined) return;
    this.#lagUs += now - this.#downAt;
    this.#downAt = undefined;
  }

  /** All timers stop. */
  linkDown(now: Instant): void {
    this.#downAt ??= now;
  }

  /** The time by the clock of the link. */
  time(now: Instant): number {
    return (this.#downAt ?? now) - this.#lagUs;
  }

  /** Starts the timer, or starts it anew. */
  start(timer: Timer, now: Instant, durationUs: number): void {
    this.stop(timer);
    timer.at = this.time(now) + durationUs;
    timer.position = this.#heap.length;
    this.#heap.push(timer);
    this.#rise(timer);
  }

  /** Stops the timer, if it runs. */
  stop(timer: Timer): void {
    const { position } = timer;
    if (position < 0) return;
    assert(this.#heap[position] === timer, 'a timer is where it says');
    timer.position = -1;
    const last = this.#heap.pop()!;
    if (last === timer) return;
    this.#place(last, position);
    this.#rise(last);
    this.#sink(last);
  }

  /** The soonest timer that has ended, taken out; while the link is down none ends. */
  takeExpired(now: Instant): Timer | undefined {
    const first = this.#heap[0];
    if (first === undefined || !this.up || first.at > this.time(now)) return undefined;
    this.stop(first);
    return first;
  }

  /** When the next timer ends; undefined while none runs. */
  deadline(): Deadline | undefined {
    const first = this.#heap[0];
    if (first === undefined || !this.up) return undefined;
    return { at: first.at + this.#lagUs, why: first.why };
  }

  #place(timer: Timer, position: number): void {
    this.#heap[position] = timer;
    timer.position = position;
  }

  #rise(timer: Timer): void {
    // Halved at every turn.
    while (timer.position > 0) {
      const parent = this.#heap[(timer.position - 1) >> 1]!;
      if (parent.at <= timer.at) return;
      const { position } = parent;
      this.#place(parent, timer.position);
      this.#place(timer, position);
    }
  }

  #sink(timer: Timer): void {
    // Doubled at every turn.
    for (;;) {
      const left = this.#heap[2 * timer.position + 1];
      const right = this.#heap[2 * timer.position + 2];
      const child = right !== undefined && right.at < left!.at ? right : left;
      if (child === undefined || child.at >= timer.at) return;
      const { position } = child;
      this.#place(child, timer.position);
      this.#place(timer, position);
    }
  }
}
