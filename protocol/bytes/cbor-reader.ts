/**
 * A strict cursor over CBOR (RFC 8949). It takes only what core deterministic encoding (§4.2.1)
 * writes: shortest heads, definite lengths, no floats; an indefinite array, or heads that are too
 * long, only where the caller asks. It copies nothing, allocates nothing that the input merely
 * declares. After a Fault it stands at or right behind the head at fault, and reads no further.
 */
import { Fault } from '../fault.ts';
import { utf8Decode } from './octets.ts';

/** What `arrayHead(true)` gives for an array that ends with a break (RFC 8949 §3.2.2). */
export const INDEFINITE = -1;

/** Reads items one after another from octets[offset, end). The octets stay the caller's. */
export class CborReader {
  readonly octets: Uint8Array;
  readonly end: number;
  /** Where the next item starts; counted from the start of `octets`. */
  offset: number;
  /** Whether a head was longer than it needs to be; such a one is read only if asked for. */
  longHeads = false;
  readonly #takesLongHeads: boolean;

  constructor(octets: Uint8Array, offset = 0, end = octets.length, takesLongHeads = false) {
    this.octets = octets;
    this.offset = offset;
    this.end = end;
    this.#takesLongHeads = takesLongHeads;
  }

  /** Whether every octet has been read. */
  get atEnd(): boolean {
    return this.offset === this.end;
  }

  /** An unsigned integer up to 2^53 − 1; beyond it `cbor.integer-range`. */
  uint(): number | Fault {
    return this.#argument(UNSIGNED);
  }

  /** An unsigned integer of the full 64 bits: a bigint only above 2^53 − 1. */
  uint64(): number | bigint | Fault {
    const { octets, offset } = this;
    const value = this.#argument(UNSIGNED);
    if (value !== INTEGER_RANGE) return value;
    this.offset = offset + 9;
    const high = word(octets, offset + 1);
    const low = word(octets, offset + 5);
    return (BigInt(high) << 32n) | BigInt(low);
  }

  /** An integer of either sign within ±(2^53 − 1); beyond it `cbor.integer-range`. */
  int(): number | Fault {
    if (this.#peek() >> 5 !== NEGATIVE) return this.#argument(UNSIGNED);
    const value = this.#argument(NEGATIVE);
    if (value instanceof Fault) return value;
    return value === Number.MAX_SAFE_INTEGER ? INTEGER_RANGE : -1 - value;
  }

  /** A definite byte string, as a view of the input. */
  bytes(): Uint8Array | Fault {
    return this.#string(BYTES);
  }

  /** A definite text string; octets that are not UTF-8 give `cbor.utf8`. */
  text(): string | Fault {
    const octets = this.#string(TEXT);
    return octets instanceof Fault ? octets : (utf8Decode(octets) ?? NOT_UTF8);
  }

  /** True or false. */
  boolean(): boolean | Fault {
    const initial = this.#peek();
    if (initial !== TRUE && initial !== FALSE) return initial < 0 ? TRUNCATED : UNEXPECTED_TYPE;
    this.offset++;
    return initial === TRUE;
  }

  /**
   * The item count of an array, never more than the octets left could hold. With `indefinite`, an
   * indefinite array gives INDEFINITE and its items run to `takeBreak`.
   */
  arrayHead(indefinite = false): number | Fault {
    if (indefinite && this.#peek() === INDEFINITE_ARRAY) {
      this.offset++;
      return INDEFINITE;
    }
    return this.#count(ARRAY, 1);
  }

  /** The pair count of a definite map, never more than the octets left could hold. */
  mapHead(): number | Fault {
    return this.#count(MAP, 2);
  }

  /** The number of a tag; the tagged item follows. */
  tag(): number | Fault {
    return this.#argument(TAG);
  }

  /** Whether the array that `arrayHead(true)` gave as `head` ends here, behind `count` items. */
  endsArray(head: number, count: number): boolean {
    return head === INDEFINITE ? this.takeBreak() : head === count;
  }

  /** Whether the next octet is a break; if so, it is read. */
  takeBreak(): boolean {
    if (this.#peek() !== BREAK) return false;
    this.offset++;
    return true;
  }

  /**
   * Passes one item with all inside it, tags, null and undefined included. Nesting deeper than
   * `depthMax` gives `cbor.depth`, map keys that do not rise `cbor.key-order`.
   */
  skip(depthMax = NESTING_MAX): Fault | undefined {
    if (depthMax === 0) return TOO_DEEP;
    const initial = this.#peek();
    if (initial < 0) return TRUNCATED;
    const major = initial >> 5;
    if (major === BYTES || major === TEXT) return faultOf(this.#string(major));
    if (major === SIMPLE) {
      if (initial < FALSE || initial > UNDEFINED) return UNEXPECTED_TYPE;
      this.offset++;
      return undefined;
    }
    if (major < BYTES) return faultOf(this.#argument(major));
    if (major === MAP) return this.#skipMap(depthMax - 1);
    const inside = major === ARRAY ? this.arrayHead() : (faultOf(this.tag()) ?? 1);
    if (inside instanceof Fault) return inside;
    // Bounded by the octets left, which `#count` has compared.
    for (let i = 0; i < inside; i++) {
      const fault = this.skip(depthMax - 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Keys rise, octet by octet, so none comes twice (§4.2.1). */
  #skipMap(depthMax: number): Fault | undefined {
    const pairs = this.mapHead();
    if (pairs instanceof Fault) return pairs;
    let last: Uint8Array | undefined;
    // Bounded by the octets left, which `#count` has compared.
    for (let i = 0; i < pairs; i++) {
      const start = this.offset;
      const keyFault = this.skip(depthMax);
      if (keyFault !== undefined) return keyFault;
      const key = this.octets.subarray(start, this.offset);
      if (last !== undefined && !precedes(last, key)) return KEY_ORDER;
      last = key;
      const fault = this.skip(depthMax);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** The next octet, or −1 at the end. */
  #peek(): number {
    return this.offset < this.end ? this.octets[this.offset]! : -1;
  }

  #count(major: number, itemsEach: number): number | Fault {
    const count = this.#argument(major);
    if (count instanceof Fault) return count;
    return count * itemsEach > this.end - this.offset ? TRUNCATED : count;
  }

  #string(major: number): Uint8Array | Fault {
    const length = this.#argument(major);
    if (length instanceof Fault) return length;
    const start = this.offset;
    if (length > this.end - start) return TRUNCATED;
    this.offset = start + length;
    return this.octets.subarray(start, start + length);
  }

  /** The argument of a head of this major type (RFC 8949 §3). */
  #argument(major: number): number | Fault {
    const { octets, offset, end } = this;
    if (offset >= end) return TRUNCATED;
    const initial = octets[offset]!;
    if (initial >> 5 !== major) return UNEXPECTED_TYPE;
    const info = initial & 0x1f;
    if (info < 24) {
      this.offset = offset + 1;
      return info;
    }
    if (info > 27) return info === 31 ? INDEFINITE_LENGTH : RESERVED;
    const next = offset + 1 + (1 << (info - 24));
    if (next > end) return TRUNCATED;
    let value = 0;
    // Bounded by the eight octets of the longest head. Rounding above 2^53 never falls below it.
    for (let i = offset + 1; i < next; i++) value = value * 256 + octets[i]!;
    if (value < ARGUMENT_MIN[info - 24]!) {
      if (!this.#takesLongHeads) return NOT_SHORTEST;
      this.longHeads = true;
    }
    if (value > Number.MAX_SAFE_INTEGER) return INTEGER_RANGE;
    this.offset = next;
    return value;
  }
}

function word(octets: Uint8Array, at: number): number {
  const high = (octets[at]! << 8) | octets[at + 1]!;
  const low = (octets[at + 2]! << 8) | octets[at + 3]!;
  return high * 0x10000 + low;
}

/** Whether one key sorts before another; neither can begin with the whole of the other. */
function precedes(a: Uint8Array, b: Uint8Array): boolean {
  let at = 0;
  // Bounded by the shorter key.
  while (at < a.length && a[at] === b[at]) at++;
  return at < a.length && a[at]! < b[at]!;
}

function faultOf(value: unknown): Fault | undefined {
  return value instanceof Fault ? value : undefined;
}

const TRUNCATED = new Fault('cbor', 'truncated', 'RFC 8949 Appendix C');
const UNEXPECTED_TYPE = new Fault('cbor', 'unexpected-type', 'RFC 8949 3.1');
const RESERVED = new Fault('cbor', 'reserved', 'RFC 8949 3');
const NOT_SHORTEST = new Fault('cbor', 'not-shortest', 'RFC 8949 4.2.1');
const INDEFINITE_LENGTH = new Fault('cbor', 'indefinite-length', 'RFC 8949 4.2.1');
const INTEGER_RANGE = new Fault('cbor', 'integer-range', 'RFC 8949 3.1');
const NOT_UTF8 = new Fault('cbor', 'utf8', 'RFC 8949 3.1');
const KEY_ORDER = new Fault('cbor', 'key-order', 'RFC 8949 4.2.1');
const TOO_DEEP = new Fault('cbor', 'depth', 'RFC 8949 10');

/** Enough for every structure of the stack; a deeper one is an attack on the call stack. */
const NESTING_MAX = 16;

/** Major types (RFC 8949 §3.1). */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;

/** Whole initial octets. */
const INDEFINITE_ARRAY = 0x9f;
const FALSE = 0xf4;
const TRUE = 0xf5;
const UNDEFINED = 0xf7;
const BREAK = 0xff;

/** The least argument that needs 1, 2, 4 and 8 octets after the initial one. */
const ARGUMENT_MIN: readonly number[] = [24, 0x100, 0x10000, 0x100000000];
