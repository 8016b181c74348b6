/**
 * Anti-replay for links that keep the order: a counter must be higher than all before it, and by no
 * more than the largest forward jump where there is one.
 *
 * Source: link-security §11 LS-1102; CCSDS 355.0-B-2 §4.2.4.
 */
import { assert } from '../assert.ts';
import { REPLAY, WINDOW } from '../association/faults.ts';
import type { Fault } from '../fault.ts';

/** The highest counter accepted on one security association. It is an `AntiReplay`. */
export class StrictOrder {
  readonly #forwardMax: number;
  #top = 0;

  /** `forwardMax` is at least one; infinite by default. */
  constructor(forwardMax: number = Number.POSITIVE_INFINITY) {
    assert(forwardMax >= 1, 'the next counter is always allowed');
    this.#forwardMax = forwardMax;
  }

  /** Why `counter` may not be accepted, or undefined. Changes nothing. */
  check(counter: number): Fault | undefined {
    if (counter <= this.#top) return REPLAY;
    return counter - this.#top > this.#forwardMax ? WINDOW : undefined;
  }

  /** Marks `counter`, once its frame is authentic; or says as `check` why not. */
  accept(counter: number): Fault | undefined {
    const fault = this.check(counter);
    if (fault === undefined) this.#top = counter;
    return fault;
  }
}
