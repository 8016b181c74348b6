/**
 * What keeps a frame from being accepted twice, and how far out of order frames may come.
 *
 * - `window`: a counter may come late by less than the width, once;
 * - `strict`: counters only rise, the reading of SDLS, for links that keep the order. A largest
 *   forward jump imitates peers that apply a forward window; it is off by default, because a fade
 *   longer than the jump locks the peer out until the next session.
 *
 * Source: link-security §11 LS-1102; CCSDS 355.0-B-2 §4.2.4.
 */
import { assert } from '../assert.ts';
import { strictObjection } from '../association/forward-window.ts';
import type { Fault } from '../fault.ts';
import { ReplayWindow, type WindowWidth } from './replay-window.ts';

/** What was accepted on one security association; counters are 1 or more, at most 2^31. */
export interface AntiReplay {
  /** Why `counter` may not be accepted, or undefined. Changes nothing. */
  check(counter: number): Fault | undefined;
  /** Marks `counter`, once its frame is authentic; or says as `check` why not. */
  accept(counter: number): Fault | undefined;
}

/** A managed parameter of the receiver; the sender need not know it. */
export type ReplayProfile =
  | { readonly kind: 'window'; readonly width: WindowWidth }
  | { readonly kind: 'strict'; readonly forwardMax?: number };

/** Late by less than 4064 counters, which fits every link. */
export const REPLAY_PROFILE: ReplayProfile = { kind: 'window', width: 4064 };

/** For one new security association. */
export function createAntiReplay(profile: ReplayProfile): AntiReplay {
  return profile.kind === 'window'
    ? new ReplayWindow(profile.width)
    : new StrictOrder(profile.forwardMax);
}

/** The highest counter accepted on one security association. */
class StrictOrder implements AntiReplay {
  readonly #forwardMax: number;
  #top = 0;

  constructor(forwardMax: number = Number.POSITIVE_INFINITY) {
    assert(forwardMax >= 1, 'the next counter is always allowed');
    this.#forwardMax = forwardMax;
  }

  check(counter: number): Fault | undefined {
    return strictObjection(counter - this.#top, this.#forwardMax);
  }

  accept(counter: number): Fault | undefined {
    const fault = this.check(counter);
    if (fault === undefined) this.#top = counter;
    return fault;
  }
}
