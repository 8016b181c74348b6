/**
 * The strict profile: numbers only rise, and by no more than a window at a time. A late frame is
 * lost, and a gap wider than the window locks the sender out until somebody moves the number, so it
 * serves in-order links to peers that know nothing else.
 *
 * Source: CCSDS 355.0-B-2 §4.2.4.4, 4.2.4.5; LS-1102.
 */
import type { Fault } from '../fault.ts';
import { REPLAY, WINDOW } from './faults.ts';
import { difference } from './wide-number.ts';

/**
 * Why an authentic frame whose number is `ahead` of the last one accepted is refused, or undefined.
 * `width` is how far ahead it may be: at least one.
 */
export function strictObjection(ahead: number, width: number): Fault | undefined {
  if (ahead <= 0) return REPLAY;
  return ahead <= width ? undefined : WINDOW;
}

/** The managed number of one receiving association. */
export class ForwardWindow {
  #managed: Uint8Array;
  #width: number;

  /** `managed`, of the width of the field, is copied; `width` is at least one. */
  constructor(managed: Uint8Array, width: number) {
    this.#managed = managed.slice();
    this.#width = width;
  }

  /** The last number accepted: a fresh array. */
  get managed(): Uint8Array {
    return this.#managed.slice();
  }

  /** How far the next number may be ahead: a safe integer. */
  set width(width: number) {
    this.#width = width;
  }

  /** Why an authentic frame of that number is refused, or undefined. Changes nothing. */
  check(number: Uint8Array): Fault | undefined {
    return strictObjection(difference(number, this.#managed), this.#width);
  }

  /** The frame of that number was checked and is accepted. */
  accept(number: Uint8Array): void {
    this.#managed.set(number);
  }
}
