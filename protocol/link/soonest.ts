/** The soonest of several moments, found with one allocation. Infinite moments never come. */
import type { Deadline, Instant } from '../machine.ts';

/** Offered moments one by one, it is the deadline of the first of the soonest. */
export class Soonest implements Deadline {
  at: Instant = Number.POSITIVE_INFINITY;
  why = '';

  /** The same of a deadline, where there is one. */
  join(deadline: Deadline | undefined): void {
    if (deadline !== undefined) this.offer(deadline.at, deadline.why);
  }

  offer(at: Instant, why: string): void {
    if (at >= this.at) return;
    this.at = at;
    this.why = why;
  }
}
