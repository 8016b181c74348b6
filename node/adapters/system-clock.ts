/**
 * The machine's monotonic clock and its timers. All processes on one machine share that clock, so
 * one reading of it, handed round as the epoch, puts a whole fleet on the same time.
 */
import { Subject } from 'rxjs';
import { type Instant, MICROSECONDS_PER_S } from '#protocol/machine.ts';
import { LagHistogram } from '../lag-histogram.ts';
import type { Clock } from '../ports.ts';

/** Wakes to the millisecond, never early; measures how late. */
export class SystemClock implements Clock {
  /** How long after its instant each alarm went off. */
  readonly lag = new LagHistogram();
  /** The reading at instant 0, as `process.hrtime` gives it: whole seconds, and nanoseconds. */
  readonly #epochS: number;
  readonly #epochNs: number;
  readonly #alarm = new Subject<Instant>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  /** What was asked for; undefined once it has gone off. */
  #armedFor: Instant | undefined;
  /** When that is due. */
  #dueAt: Instant = 0;

  readonly alarm$ = this.#alarm.asObservable();

  /** `epochNs` is the reading of `process.hrtime.bigint()` at instant 0; it may lie ahead. */
  constructor(epochNs: bigint) {
    this.#epochS = Number(epochNs / NS_PER_S);
    this.#epochNs = Number(epochNs % NS_PER_S);
  }

  /** Puts instant 0 at a time of the wall clock, as it stands now. */
  static fromUnixMs(epochUnixMs: number): SystemClock {
    const sinceMs = Math.round(Date.now() - epochUnixMs);
    return new SystemClock(process.hrtime.bigint() - BigInt(sinceMs) * 1_000_000n);
  }

  /** Stands at 0 until the epoch has come. */
  now(): Instant {
    return Math.max(0, this.#elapsedUs());
  }

  setAlarm(at: Instant | undefined): void {
    if (at === this.#armedFor) return;
    this.#armedFor = at;
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    if (at === undefined) return;
    // An alarm set in the past is due when it is set; the delay until then is not the clock's.
    this.#dueAt = Math.max(at, this.now());
    this.#wait();
  }

  /** Waits in steps, as far as a timer reaches and until it does not fire early. */
  #wait(): void {
    const waitMs = Math.ceil((this.#dueAt - this.#elapsedUs()) / 1000);
    // A timer of 0 ms waits for 1 ms.
    if (waitMs <= 0) this.#immediate = setImmediate(() => this.#onTimer());
    else this.#timer = setTimeout(() => this.#onTimer(), Math.min(waitMs, TIMER_MS_MAX));
  }

  #onTimer(): void {
    const lagUs = this.#elapsedUs() - this.#dueAt;
    if (lagUs < 0) {
      this.#wait();
      return;
    }
    this.#armedFor = undefined;
    this.lag.record(lagUs);
    this.#alarm.next(this.now());
  }

  /** Read without a big integer; `performance` would be loaded for it. */
  #elapsedUs(): number {
    const [seconds, nanoseconds] = process.hrtime();
    const us = (seconds - this.#epochS) * MICROSECONDS_PER_S;
    return us + Math.floor((nanoseconds - this.#epochNs) / 1000);
  }
}

/** The longest wait that setTimeout can hold. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const NS_PER_S = 1_000_000_000n;
