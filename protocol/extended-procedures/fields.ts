/** Fields of whole octets in the data of a PDU, read in order. */
import type { Fault } from '../fault.ts';
import { LENGTH } from './faults.ts';

/** Reads from the front. A read past the end gives zeros and makes `end` a fault. */
export class FieldReader {
  readonly #octets: Uint8Array;
  readonly #trailingMax: number;
  #at = 0;

  /** `octets` are a view; of them `trailingMax` may be left over. */
  constructor(octets: Uint8Array, trailingMax: number) {
    this.#octets = octets;
    this.#trailingMax = trailingMax;
  }

  /** An unsigned number of so many octets, at most 6. */
  uint(octets: number): number {
    let value = 0;
    // Bounded by the width.
    for (const octet of this.octets(octets)) value = value * 256 + octet;
    return value;
  }

  /** A view of so many octets; a fresh array of zeros past the end. */
  octets(count: number): Uint8Array {
    const from = this.#at;
    this.#at += count;
    return this.#at <= this.#octets.length
      ? this.#octets.subarray(from, this.#at)
      : new Uint8Array(count);
  }

  /** How many more items of that size are there, before `behind` octets and what may be left. */
  itemsLeft(itemOctets: number, behind = 0): number {
    return Math.max(0, Math.floor((this.#octets.length - this.#at - behind) / itemOctets));
  }

  /** `procedures.length` when fields were missing, or more is left over than may be. */
  get end(): Fault | undefined {
    const left = this.#octets.length - this.#at;
    return left < 0 || left > this.#trailingMax ? LENGTH : undefined;
  }
}

/** Fresh octets of an unsigned number, right-justified. */
export function uintOctets(value: number, octets: number): Uint8Array {
  const field = new Uint8Array(octets);
  let rest = value;
  // Bounded by the width.
  for (let i = octets - 1; i >= 0; i--) {
    field[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return field;
}
