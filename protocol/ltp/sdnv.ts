/**
 * Self-delimiting numeric values: seven bits to an octet, most significant first, the top bit set
 * on all octets but the last.
 *
 *   0 → 00     127 → 7f     128 → 81 00     16384 → 81 80 00
 *
 * Source: RFC 6256 §2.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';

/** An SDNV above 2^53 − 1, or of more octets than one of 64 bits has. */
export const SDNV_RANGE = new Fault('ltp', 'sdnv-range', 'RFC 6256 2');
/** The octets end before the value, the field or the list does. */
export const TRUNCATED = new Fault('ltp', 'truncated', 'RFC 5326 3');

/** How many octets the value takes, 1 to 8; a safe integer that is not negative. */
export function sdnvOctets(value: number): number {
  let count = 1;
  // Bounded by the eight octets of 53 bits.
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) count++;
  return count;
}

/** Writes the value at `out[at]`, as short as it can be; where the next field begins. */
export function writeSdnv(value: number, out: Uint8Array, at: number): number {
  assert(Number.isSafeInteger(value) && value >= 0, 'an SDNV is a safe integer, not negative');
  const end = at + sdnvOctets(value);
  let rest = value;
  // Bounded by the eight octets of 53 bits.
  for (let i = end - 1; i >= at; i--) {
    out[i] = (rest % 128) | (i === end - 1 ? 0 : 0x80);
    rest = Math.floor(rest / 128);
  }
  return end;
}

/**
 * A cursor over octets of LTP. The first thing that goes wrong is remembered and every later read
 * gives zero or nothing, so a decoder lists its fields in order and asks for `fault` at the end.
 */
export class SdnvReader {
  readonly octets: Uint8Array;
  /** Where the next field begins. */
  offset = 0;
  fault: Fault | undefined;

  /** `octets`: a view, which the views that are read are cut from. */
  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  /** The octets that are left. */
  get left(): number {
    return this.octets.length - this.offset;
  }

  /** Records what is wrong, unless something was wrong before. */
  refuse(fault: Fault): void {
    this.fault ??= fault;
  }

  /** One octet. */
  octet(): number {
    if (this.fault !== undefined || this.left === 0) {
      this.refuse(TRUNCATED);
      return 0;
    }
    return this.octets[this.offset++]!;
  }

  /** One SDNV; leading groups of zero are let pass, as RFC 6256 §2 lets decoders do. */
  sdnv(): number {
    let value = 0;
    for (let count = 0; count < SDNV_OCTETS_MAX; count++) {
      const octet = this.octet();
      // Exact below 2^53: from 2^46 on, the product is above every safe integer.
      value = value * 128 + (octet & 0x7f);
      if (value > Number.MAX_SAFE_INTEGER) break;
      if (octet < 0x80) return value;
    }
    this.refuse(SDNV_RANGE);
    return 0;
  }

  /** So many octets, as a view. */
  view(count: number): Uint8Array {
    if (this.fault !== undefined || count > this.left) {
      this.refuse(TRUNCATED);
      return NOTHING;
    }
    const from = this.offset;
    this.offset += count;
    return this.octets.subarray(from, this.offset);
  }
}

/** Of a number of 64 bits. */
const SDNV_OCTETS_MAX = 10;
const NOTHING = new Uint8Array(0);
