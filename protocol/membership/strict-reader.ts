/**
 * Reads the CBOR structures of this layer. The first thing that goes wrong is remembered and every
 * later read gives a harmless value, so a decoder lists its fields in order and asks once, at the
 * end, whether all of them held.
 *
 * Source: link-security §5.1.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { Fault } from '../fault.ts';
import { CBOR } from './faults.ts';

/** Where a decoder stumbled, filled in for whoever has to mend a file. */
export interface Flaw {
  /** Of the item that is wrong, from the start of the buffer that the octets are a view of. */
  offset: number;
}

/** A reader of one structure of at most `octetsMax` octets; views point into what was given. */
export class StrictReader {
  readonly #reader: CborReader;
  readonly #form: Fault;
  #fault: Fault | undefined;
  /** Where the item read last begins, and the next one. */
  #itemAt = 0;
  #nextAt = 0;

  /** `form` is the fault for CBOR that is well-formed but not what the structure asks for. */
  constructor(octets: Uint8Array, octetsMax: number, form: Fault) {
    this.#reader = new CborReader(octets);
    this.#form = form;
    this.#fault = octets.length > octetsMax ? CBOR : undefined;
  }

  /** An unsigned integer within bounds. */
  uint(min = 0, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.#take(this.#reader.uint(), min);
    this.expect(value >= min && value <= max);
    return value;
  }

  /** An integer of either sign. */
  int(): number {
    return this.#take(this.#reader.int(), 0);
  }

  /** Consumes exactly this integer, such as a map key. */
  key(expected: number): void {
    this.expect(this.int() === expected);
  }

  /** A byte string of exactly `count` octets, as a view. */
  octets(count: number): Uint8Array {
    const value = this.#take(this.#reader.bytes(), NOTHING);
    this.expect(value.length === count);
    return value;
  }

  /** A byte string of any length, as a view. */
  anyOctets(): Uint8Array {
    return this.#take(this.#reader.bytes(), NOTHING);
  }

  /** A text of at most `octetsMax` octets. */
  text(octetsMax: number): string {
    const from = this.#reader.offset;
    const value = this.#take(this.#reader.text(), '');
    this.expect(this.#reader.offset - from <= octetsMax + TEXT_HEAD_OCTETS);
    return value;
  }

  /** The count of an array, within bounds; `min` after a fault, so that a loop over it ends. */
  array(min: number, max = min): number {
    return this.#within(this.#reader.arrayHead(), min, max);
  }

  /** A map of exactly `count` pairs. */
  map(count: number): void {
    this.#within(this.#reader.mapHead(), count, count);
  }

  /** Exactly this tag. */
  tag(expected: number): void {
    this.expect(this.#take(this.#reader.tag(), expected) === expected);
  }

  /** Records the structure's own fault unless the condition holds of the item read last. */
  expect(condition: boolean): void {
    if (!condition) this.#fault ??= this.#form;
  }

  /**
   * The first fault, an octet left over counting as one; or undefined when all reads held. A fault
   * leaves its place in `flaw`.
   */
  finish(flaw?: Flaw): Fault | undefined {
    const held = this.#fault === undefined;
    if (held && this.#reader.atEnd) return undefined;
    const { octets } = this.#reader;
    if (flaw !== undefined) flaw.offset = octets.byteOffset + (held ? this.#nextAt : this.#itemAt);
    return this.#fault === this.#form && this.#isDeterministic() ? this.#form : CBOR;
  }

  /**
   * Whether all of it keeps to §5.1, which only matters when it is not what was asked for: a map
   * with its keys out of order is no map with other keys.
   */
  #isDeterministic(): boolean {
    const reader = new CborReader(this.#reader.octets);
    return reader.skip(DEPTH_MAX) === undefined && reader.atEnd;
  }

  #within(count: number | Fault, min: number, max: number): number {
    const value = this.#take(count, min);
    const inside = value >= min && value <= max;
    this.expect(inside);
    return inside ? value : min;
  }

  #take<T>(value: T | Fault, otherwise: T): T {
    if (this.#fault !== undefined) return otherwise;
    this.#itemAt = this.#nextAt;
    this.#nextAt = this.#reader.offset;
    if (!(value instanceof Fault)) return value;
    this.#fault = CBOR;
    return otherwise;
  }
}

/** LS-501. */
const DEPTH_MAX = 8;
const NOTHING = new Uint8Array(0);
/** Head of a text of 24–255 octets; texts here are shorter. */
const TEXT_HEAD_OCTETS = 2;
