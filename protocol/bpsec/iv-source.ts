/**
 * Initialization vectors of 12 octets for one AES-GCM key, none of them twice.
 *
 *   |0                7|8      11|
 *   | drawn at random  | counter |
 *
 * Within one source they differ by the counter. Two sources of one key, in two lives of a node or
 * in two nodes that share the key, differ by the drawn octets: of a million sources, two have the
 * same with a probability below 3 in 10^8, however much each encrypts. The owner hedges the draw,
 * so that this holds even where a generator repeats itself. See docs/decisions/0017 and 0024.
 *
 * Source: RFC 9173 §4.3.1, NIST SP 800-38D §8.2.1.
 */
import type { Random } from '../crypto/ports.ts';

/** Owns the counter of one key; nobody else makes IVs for that key in this process. */
export class IvSource {
  readonly #random: Random;
  #fixed: Uint8Array;
  #counter: number;

  /** `counter` is where it begins; only who wants to see it end begins elsewhere. */
  constructor(random: Random, counter = 0) {
    this.#random = random;
    this.#counter = counter;
    this.#fixed = random.octets(FIXED_OCTETS);
  }

  /** A fresh array that no call has given before. */
  next(): Uint8Array {
    if (this.#counter > COUNTER_MAX) {
      this.#fixed = this.#random.octets(FIXED_OCTETS);
      this.#counter = 0;
    }
    const iv = new Uint8Array(FIXED_OCTETS + 4);
    iv.set(this.#fixed);
    new DataView(iv.buffer).setUint32(FIXED_OCTETS, this.#counter);
    this.#counter++;
    return iv;
  }
}

const FIXED_OCTETS = 8;
const COUNTER_MAX = 0xffffffff;
