/**
 * The numbers of one key, as far as non-volatile memory has allowed them. `number-ledger.ts` makes
 * them and writes their marks.
 *
 *   sender     used ──────▶ granted: numbers behind the mark that is written are free to use
 *   receiver   written ───▶ seen: at most 1024 frames may be accepted ahead of what is written
 *
 * Source: LS-1802, LS-1803.
 */
import type { Fault } from '../fault.ts';
import { NUMBER_SPENT, NUMBER_UNRESERVED } from './faults.ts';
import { difference, increment, raised } from './wide-number.ts';

/** Takes the numbers of one key, each once, in order, and never beyond the written mark. */
export class SendCounter {
  readonly #last: Uint8Array;
  #granted: Uint8Array;
  #left = 0;
  /** Asks for the next block. */
  readonly #reserve: () => void;

  /** `last` was used, or counts as used; it passes to the counter. */
  constructor(last: Uint8Array, reserve: () => void) {
    this.#last = last;
    this.#granted = last.slice();
    this.#reserve = reserve;
  }

  /**
   * Adds one and takes the number: a view until the next call. `session.number-unreserved` until a
   * mark is written, `session.number-spent` for ever after the largest number.
   */
  next(): Uint8Array | Fault {
    if (this.#left === 0) {
      if (this.#last.every(isLargest)) return NUMBER_SPENT;
      this.#reserve();
      return NUMBER_UNRESERVED;
    }
    increment(this.#last);
    this.#left--;
    if (this.#left === BLOCK / 2) this.#reserve();
    return this.#last;
  }

  /** The last number taken, or the one before the first: a fresh array. */
  get last(): Uint8Array {
    return this.#last.slice();
  }

  /** Whether `next` would give a number. */
  get ready(): boolean {
    return this.#left > 0;
  }

  /** The mark that the next write should hold: one block more once half of one is left. Fresh. */
  get wanted(): Uint8Array {
    return this.#left > BLOCK / 2 ? this.#granted.slice() : raised(this.#granted, BLOCK);
  }

  /** A mark of the same width is written: a copy is kept. */
  grant(mark: Uint8Array): void {
    if (difference(mark, this.#granted) <= 0) return;
    this.#granted = mark.slice();
    this.#left = difference(mark, this.#last);
  }

  /** Passes over the numbers up to `last`; what is granted stays granted. */
  skipTo(last: Uint8Array): void {
    if (difference(last, this.#last) <= 0) return;
    this.#last.set(last);
    if (difference(last, this.#granted) > 0) this.#granted = last.slice();
    this.#left = difference(this.#granted, last);
    if (this.#left <= BLOCK / 2) this.#reserve();
  }
}

/** Follows the numbers that a receiver accepts. */
export class ReceiveMark {
  #seen: Uint8Array;
  /** Accepted since the last write began, and since the last that has ended. */
  #unwritten = 0;
  #writing = 0;
  readonly #keep: () => void;

  /** `seen` counts as written already; it passes to the mark. */
  constructor(seen: Uint8Array, keep: () => void) {
    this.#seen = seen;
    this.#keep = keep;
  }

  /** A view of the highest number accepted. */
  get seen(): Uint8Array {
    return this.#seen;
  }

  /** Whether numbers have been accepted that no write has taken up. */
  get stale(): boolean {
    return this.#unwritten > 0;
  }

  /** Takes an accepted number, a view; or `session.number-unreserved`, with nothing changed. */
  accept(number: Uint8Array): Fault | undefined {
    if (this.#unwritten + this.#writing >= FRAMES_UNWRITTEN_MAX) return NUMBER_UNRESERVED;
    this.#unwritten++;
    this.move(number);
    if (this.#unwritten >= FRAMES_UNWRITTEN_MAX / 2) this.#keep();
    return undefined;
  }

  /** The number is set by a command. */
  move(number: Uint8Array): void {
    if (number.length !== this.#seen.length) this.#seen = number.slice();
    else this.#seen.set(number);
  }

  /** A write of what is seen begins. */
  writeBegins(): void {
    this.#writing = this.#unwritten;
    this.#unwritten = 0;
  }

  /** That write ended. */
  writeEnded(written: boolean): void {
    if (!written) this.#unwritten += this.#writing;
    this.#writing = 0;
  }
}

function isLargest(octet: number): boolean {
  return octet === 0xff;
}

/** Numbers that one write reserves. Source: LS-1802. */
const BLOCK = 65_536;
/** Source: LS-1803. */
const FRAMES_UNWRITTEN_MAX = 1_024;
