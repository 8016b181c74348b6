/**
 * The machine's monotonic clock and its timers. All processes on one machine share that clock, so
 * one reading of it, handed round as the epoch, puts a whole fleet on the same time.
 */
import { Subject } from 'rxjs';
import type { Instant } from '#protocol/machine.ts';
import { LagHistogram } from '../lag-histogram.ts';
import type { Clock } from '../ports.ts';

/** Wakes to the millisecond, never early; measures how late. */
export class SystemClock implements Clock {
  /** How long after its instant each alarm went off. */
  readonly lag = new LagHistogram();
  /** The instant at which this process began; negative before the epoch. */
  readonly #originUs: number;
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
    // Both read the same clock, but `performance` needs no big integer at every asking. The first
    // reading, which takes long, is not the one that counts.
    let elapsedNs = 0n;
    let elapsedMs = 0;
    for (let reading = 0; reading < 3; reading++) {
      elapsedNs = process.hrtime.bigint() - epochNs;
      elapsedMs = performance.now();
    }
    this.#originUs = Number(elapsedNs) / 1000 - elapsedMs * 1000;
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

  #elapsedUs(): number {
    return Math.floor(performance.now() * 1000 + this.#originUs);
  }
}

/** The longest wait that setTimeout can hold. */
const TIMER_MS_MAX = 2 ** 31 - 1;
