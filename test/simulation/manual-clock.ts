/** A clock that stands until a test pushes it. */
import { Subject } from 'rxjs';
import type { Clock } from '#node/ports.ts';
import type { Instant } from '#protocol/machine.ts';

/** The time line of a test: clocks and other events share it. Ties go in the order of adding. */
export class ManualTime {
  now: Instant = 0;
  #events: { at: Instant; action: () => void }[] = [];

  at(at: Instant, action: () => void): void {
    this.#events.push({ at, action });
  }

  /** Runs everything up to and including `until`, in order. */
  advanceTo(until: Instant): void {
    for (let step = 0; step < STEPS_MAX; step++) {
      const next = this.#events.reduce<{ at: Instant; action: () => void } | undefined>(
        (soonest, event) => (soonest === undefined || event.at < soonest.at ? event : soonest),
        undefined,
      );
      if (next === undefined || next.at > until) {
        this.now = Math.max(this.now, until);
        return;
      }
      this.#events = this.#events.filter((event) => event !== next);
      this.now = Math.max(this.now, next.at);
      next.action();
    }
    throw new Error(`time does not pass: ${STEPS_MAX} events before ${until}`);
  }
}

/** One clock on a manual time line. */
export class ManualClock implements Clock {
  readonly #time: ManualTime;
  readonly #alarm = new Subject<Instant>();
  readonly alarm$ = this.#alarm.asObservable();
  #armed: object | undefined;

  constructor(time: ManualTime) {
    this.#time = time;
  }

  /** Whether an alarm is set. */
  get armed(): boolean {
    return this.#armed !== undefined;
  }

  now(): Instant {
    return this.#time.now;
  }

  setAlarm(at: Instant | undefined): void {
    if (at === undefined) {
      this.#armed = undefined;
      return;
    }
    const mine = {};
    this.#armed = mine;
    this.#time.at(at, () => {
      if (this.#armed !== mine) return;
      this.#armed = undefined;
      this.#alarm.next(this.#time.now);
    });
  }
}

const STEPS_MAX = 200_000;
