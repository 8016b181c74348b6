/**
 * A beat: something that happens every so many microseconds from one instant to another. The
 * services that send on their own account share it.
 */
import type { Deadline, Instant } from '#protocol/machine.ts';

/** When beats happen: at `startsAt`, then every `everyUs`, as long as they are before `endsAt`. */
export interface Timetable {
  readonly everyUs: number;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** Tells how many beats have passed. Beats before the first `tick` are missed, not made up for. */
export class Periodic {
  readonly #everyUs: number;
  readonly #endsAt: Instant;
  #nextAt: Instant;
  #now: Instant = -1;

  constructor(timetable: Timetable) {
    this.#everyUs = timetable.everyUs;
    this.#endsAt = timetable.endsAt;
    this.#nextAt = timetable.startsAt;
  }

  /** Lets time pass. */
  tick(now: Instant): void {
    if (this.#now < 0 && this.#nextAt < now) {
      this.#nextAt += Math.ceil((now - this.#nextAt) / this.#everyUs) * this.#everyUs;
    }
    this.#now = now;
  }

  /** True once for every beat at or before the last tick. */
  take(): boolean {
    if (this.#nextAt > this.#now || this.#nextAt >= this.#endsAt) return false;
    this.#nextAt += this.#everyUs;
    return true;
  }

  /** The next beat, for the reason given; undefined after the last. */
  deadline(why: string): Deadline | undefined {
    return this.#nextAt < this.#endsAt ? { at: this.#nextAt, why } : undefined;
  }
}
