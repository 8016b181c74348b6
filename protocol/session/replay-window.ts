/**
 * The anti-replay window: a ring of bits, one per counter, that moves forward with the highest
 * counter accepted. A word is reused only after it has been cleared, so the window is one word
 * narrower than the ring. A forward jump of any size is accepted: a long fade locks nobody out.
 *
 * Source: link-security §11, after RFC 6479.
 */
import { REPLAY } from '../association/faults.ts';
import type { Fault } from '../fault.ts';
import { TOO_OLD } from './faults.ts';

/** How many counters may still arrive behind the highest one, itself included. Source: LS-1102. */
export const WINDOW_WIDTHS = [64, 256, 1024, 4064] as const;
/** One of them. */
export type WindowWidth = (typeof WINDOW_WIDTHS)[number];

/** Remembers which counters of one security association were accepted. Bounded by the ring. */
export class ReplayWindow {
  readonly #width: WindowWidth;
  readonly #words: Int32Array;
  readonly #wordMask: number;
  #top = 0;

  constructor(width: WindowWidth = 4064) {
    this.#width = width;
    let words = 2;
    // Bounded by 128 words.
    while ((words - 1) * 32 < width) words *= 2;
    this.#words = new Int32Array(words);
    this.#wordMask = words - 1;
  }

  /** Why `counter` (1 or more, at most 2^31) may not be accepted, or undefined. Changes nothing. */
  check(counter: number): Fault | undefined {
    if (counter > this.#top) return undefined;
    if (this.#top - counter >= this.#width) return TOO_OLD;
    return (this.#words[(counter >> 5) & this.#wordMask]! & (1 << (counter & 31))) === 0
      ? undefined
      : REPLAY;
  }

  /** Marks `counter`, once its frame is authentic; or says as `check` why not. */
  accept(counter: number): Fault | undefined {
    const fault = this.check(counter);
    if (fault !== undefined) return fault;
    if (counter > this.#top) this.#advance(counter);
    this.#words[(counter >> 5) & this.#wordMask]! |= 1 << (counter & 31);
    return undefined;
  }

  #advance(counter: number): void {
    const from = (this.#top >> 5) + 1;
    const to = Math.min(counter >> 5, from + this.#wordMask);
    // Bounded by the words of the ring.
    for (let block = from; block <= to; block++) this.#words[block & this.#wordMask] = 0;
    this.#top = counter;
  }
}
