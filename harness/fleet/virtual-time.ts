/**
 * Virtual time: one queue of events, and clocks that read it. Nothing here waits; time is the
 * instant of the event in hand. Same events in, same order out.
 */
import { Subject } from 'rxjs';
import type { Clock } from '#node/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import { EventQueue } from '../channel/event-queue.ts';

/** The time line that all clocks of a virtual fleet share. */
export class VirtualTime {
  readonly #events = new EventQueue<() => void>();
  #now: Instant = 0;

  get now(): Instant {
    return this.#now;
  }

  /** Runs `action` at `at`, or next if that has passed. */
  at(at: Instant, action: () => void): void {
    this.#events.add(Math.max(at, this.#now), action);
  }

  /** Runs at most `eventsMax` events up to and including `until`; true when none are left. */
  run(until: Instant, eventsMax: number): boolean {
    for (let count = 0; count < eventsMax; count++) {
      const at = this.#events.nextAt();
      if (at === undefined || at > until) {
        this.#now = Math.max(this.#now, until);
        return true;
      }
      this.#now = at;
      this.#events.take()?.();
    }
    return false;
  }
}

/** One satellite's clock on the shared time line. */
export class VirtualClock implements Clock {
  readonly #time: VirtualTime;
  readonly #alarm = new Subject<Instant>();
  readonly alarm$ = this.#alarm.asObservable();
  #armedFor: Instant | undefined;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  now(): Instant {
    return this.#time.now;
  }

  setAlarm(at: Instant | undefined): void {
    if (at === this.#armedFor) return;
    this.#armedFor = at;
    if (at === undefined) return;
    this.#time.at(at, () => {
      // An alarm that was moved leaves its old event behind; it wakes nobody.
      if (this.#armedFor !== at) return;
      this.#armedFor = undefined;
      this.#alarm.next(this.#time.now);
    });
  }
}
