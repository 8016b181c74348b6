/**
 * Writes CBOR (RFC 8949) in core deterministic encoding (§4.2.1): every head is the shortest, and
 * only `indefiniteArray` leaves a length open. The order of map keys is the caller's to keep.
 */
import { assert } from '../assert.ts';
import { utf8Encode } from './octets.ts';

/** A buffer that grows; each method appends one head or item and returns the writer. */
export class CborWriter {
  #octets: Uint8Array;
  #length = 0;

  /** `capacity` is the size expected, in octets; a good guess saves copies. */
  constructor(capacity = 64) {
    this.#octets = new Uint8Array(capacity);
  }

  /** Octets written so far. */
  get length(): number {
    return this.#length;
  }

  /** An unsigned integer below 2^64; a number must be a safe integer. */
  uint(value: number | bigint): this {
    return typeof value === 'number' ? this.#head(UNSIGNED, value) : this.#wide(value);
  }

  /** An integer of either sign within ±(2^53 − 1). */
  int(value: number): this {
    return value < 0 ? this.#head(NEGATIVE, -1 - value) : this.#head(UNSIGNED, value);
  }

  /** A byte string; the octets are copied. */
  bytes(octets: Uint8Array): this {
    return this.#head(BYTES, octets.length).raw(octets);
  }

  /** The head of a byte string whose octets, so many, go elsewhere or follow. */
  bytesHead(octets: number): this {
    return this.#head(BYTES, octets);
  }

  /** A text string in UTF-8. */
  text(text: string): this {
    const octets = utf8Encode(text);
    return this.#head(TEXT, octets.length).raw(octets);
  }

  /** The head of an array of `count` items, which follow. */
  array(count: number): this {
    return this.#head(ARRAY, count);
  }

  /** The head of a map of `count` pairs, which follow as key, value, key, value. */
  map(count: number): this {
    return this.#head(MAP, count);
  }

  /** A tag; the tagged item follows. */
  tag(number: number): this {
    return this.#head(TAG, number);
  }

  /** True or false. */
  boolean(value: boolean): this {
    return this.octet(value ? 0xf5 : 0xf4);
  }

  /** The head of an array that runs until `break`. */
  indefiniteArray(): this {
    return this.octet(0x9f);
  }

  /** Ends an indefinite array. */
  break(): this {
    return this.octet(0xff);
  }

  /** Octets as they are: items that are encoded already. They are copied. */
  raw(octets: Uint8Array): this {
    const at = this.#grow(octets.length);
    this.#octets.set(octets, at);
    return this;
  }

  /** One octet as it is: the low eight bits. */
  octet(value: number): this {
    const at = this.#grow(1);
    this.#octets[at] = value;
    return this;
  }

  /** A view of what was written from `start` on; valid until the next write. */
  since(start: number): Uint8Array {
    return this.#octets.subarray(start, this.#length);
  }

  /** Everything written, for the caller to keep; the writer is empty again. */
  finish(): Uint8Array {
    const octets = this.#octets;
    const length = this.#length;
    this.#octets = NOTHING;
    this.#length = 0;
    const copies = octets.length <= SMALL_OCTETS || octets.length - length > SPARE_OCTETS_MAX;
    return copies ? octets.slice(0, length) : octets.subarray(0, length);
  }

  #head(major: number, argument: number): this {
    assert(Number.isSafeInteger(argument) && argument >= 0, 'a CBOR argument is a safe integer');
    const kind = major << 5;
    if (argument < 24) return this.octet(kind | argument);
    if (argument < 0x100) return this.octet(kind | 24).octet(argument);
    if (argument < 0x10000)
      return this.octet(kind | 25)
        .octet(argument >> 8)
        .octet(argument);
    if (argument < 0x100000000) return this.octet(kind | 26).#word(argument);
    return this.octet(kind | 27)
      .#word(Math.floor(argument / 0x100000000))
      .#word(argument % 0x100000000);
  }

  #wide(value: bigint): this {
    assert(value >= 0n && value < 1n << 64n, 'a CBOR integer has 64 bits');
    if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return this.#head(UNSIGNED, Number(value));
    return this.octet(27)
      .#word(Number(value >> 32n))
      .#word(Number(value & 0xffffffffn));
  }

  #word(value: number): this {
    return this.octet(value >>> 24)
      .octet(value >>> 16)
      .octet(value >>> 8)
      .octet(value);
  }

  /** Makes room for `count` octets more and returns where they go. */
  #grow(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#octets.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#octets.length));
      larger.set(this.#octets.subarray(0, at));
      this.#octets = larger;
    }
    this.#length = needed;
    return at;
  }
}

const NOTHING = new Uint8Array(0);
/** In V8 an array of so many holds them itself: it is cheap to copy, and dear to make a view of. */
const SMALL_OCTETS = 64;
/** Octets that may lie idle behind what was written, as long as it is kept. */
const SPARE_OCTETS_MAX = 256;

/** Major types (RFC 8949 §3.1). */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
