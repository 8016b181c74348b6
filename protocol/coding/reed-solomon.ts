/**
 * The Reed–Solomon codes (255,223) and (255,239), in dual notation, interleaved and shortened.
 *
 *   | data, k symbols × I | parity, 2E symbols × I |      octet i belongs to codeword i mod I
 *
 * A codeword is a polynomial whose highest coefficient travels first; its roots are γ^j for j from
 * 128 − E to 127 + E, with γ = α^11. Virtual fill, symbols of zero in front that are not sent,
 * makes up what a codeword lacks of 255 symbols: it follows from the length of the block.
 *
 * Source: CCSDS 131.0-B-5 §4 and annex F.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { CONVENTIONAL, DUAL, divide, LOGARITHMS, multiply, ORDER, POWERS } from './galois.ts';

/** What both ends agree on. Source: CCSDS 131.0-B-5 §4.3. */
export interface ReedSolomon {
  /** E: symbols that can be corrected in a codeword; 16 is (255,223), 8 is (255,239). */
  readonly correctableMax: 8 | 16;
  /** I: codewords in a block. */
  readonly interleave: 1 | 2 | 3 | 4 | 5 | 8;
}

/** Octets of parity at the end of a block. */
export function parityOctets({ correctableMax, interleave }: ReedSolomon): number {
  return 2 * correctableMax * interleave;
}

/** Whether so many octets of data make a block: as many in each codeword, one at the least. */
export function isDataLength(octets: number, code: ReedSolomon): boolean {
  return (
    octets > 0 &&
    octets % code.interleave === 0 &&
    octets + parityOctets(code) <= SYMBOLS_MAX * code.interleave
  );
}

/** Sets the parity at the end of a block whose data, of a length that suits, are in place. */
export function encodeReedSolomon(block: Uint8Array, code: ReedSolomon): void {
  assert(isDataLength(block.length - parityOctets(code), code), 'each codeword has data');
  const { correctableMax, interleave } = code;
  const parityAt = block.length - parityOctets(code);
  // Bounded by eight and by 32.
  for (let codeword = 0; codeword < interleave; codeword++) {
    divideByGenerator(block, codeword, parityAt, code);
    for (let i = 0; i < 2 * correctableMax; i++) {
      block[parityAt + i * interleave + codeword] = REMAINDER[i]!;
    }
  }
}

/**
 * Corrects a received block, of a length that suits, in place, and says how many symbols were
 * wrong. Fault: `coding.uncorrectable` when a codeword has more wrong symbols than the code
 * corrects; then the block is of no use.
 */
export function decodeReedSolomon(block: Uint8Array, code: ReedSolomon): number | Fault {
  assert(isDataLength(block.length - parityOctets(code), code), 'each codeword has data');
  let corrected = 0;
  // Bounded by eight.
  for (let codeword = 0; codeword < code.interleave; codeword++) {
    if (!findSyndromes(block, codeword, code)) continue;
    const errors = correct(block, codeword, code);
    if (errors === 0) return UNCORRECTABLE;
    corrected += errors;
  }
  return corrected;
}

/**
 * Puts the parity that belongs to the data of a codeword, in dual notation, in REMAINDER. The
 * division is done in dual notation at once, for the change of notation is linear. The shift
 * register of 32 symbols is eight words, and the table holds what each octet fed back adds to it.
 */
function divideByGenerator(
  block: Uint8Array,
  codeword: number,
  parityAt: number,
  { correctableMax, interleave }: ReedSolomon,
): void {
  const table = correctableMax === 16 ? FEEDBACK_16 : FEEDBACK_8;
  let r0 = 0;
  let r1 = 0;
  let r2 = 0;
  let r3 = 0;
  let r4 = 0;
  let r5 = 0;
  let r6 = 0;
  let r7 = 0;
  // Bounded by the block, at most 254 symbols.
  for (let at = codeword; at < parityAt; at += interleave) {
    const row = (block[at]! ^ (r0 >>> 24)) << 3;
    r0 = ((r0 << 8) | (r1 >>> 24)) ^ table[row]!;
    r1 = ((r1 << 8) | (r2 >>> 24)) ^ table[row + 1]!;
    r2 = ((r2 << 8) | (r3 >>> 24)) ^ table[row + 2]!;
    r3 = ((r3 << 8) | (r4 >>> 24)) ^ table[row + 3]!;
    r4 = ((r4 << 8) | (r5 >>> 24)) ^ table[row + 4]!;
    r5 = ((r5 << 8) | (r6 >>> 24)) ^ table[row + 5]!;
    r6 = ((r6 << 8) | (r7 >>> 24)) ^ table[row + 6]!;
    r7 = (r7 << 8) ^ table[row + 7]!;
  }
  putWord(0, r0);
  putWord(4, r1);
  putWord(8, r2);
  putWord(12, r3);
  putWord(16, r4);
  putWord(20, r5);
  putWord(24, r6);
  putWord(28, r7);
}

function putWord(at: number, word: number): void {
  REMAINDER[at] = word >>> 24;
  REMAINDER[at + 1] = word >>> 16;
  REMAINDER[at + 2] = word >>> 8;
  REMAINDER[at + 3] = word;
}

/**
 * Whether a codeword has errors; if so SYNDROMES holds its values at the roots of the code. A
 * codeword and its remainder by the generator have the same ones, and the remainder is short.
 */
function findSyndromes(block: Uint8Array, codeword: number, code: ReedSolomon): boolean {
  const { correctableMax, interleave } = code;
  const parityAt = block.length - parityOctets(code);
  divideByGenerator(block, codeword, parityAt, code);
  let anyError = 0;
  // All loops here are bounded by 32.
  for (let i = 0; i < 2 * correctableMax; i++) {
    const difference = REMAINDER[i]! ^ block[parityAt + i * interleave + codeword]!;
    REMAINDER[i] = CONVENTIONAL[difference]!;
    anyError |= difference;
  }
  if (anyError === 0) return false;
  for (let m = 0; m < 2 * correctableMax; m++) {
    const root = POWERS[FIRST_ROOT_AFTER - correctableMax + m]!;
    let value = 0;
    for (let i = 0; i < 2 * correctableMax; i++) value = multiply(value, root) ^ REMAINDER[i]!;
    SYNDROMES[m] = value;
  }
  return true;
}

/** Corrects the codeword that SYNDROMES is of: how many symbols were wrong, or 0 if too many. */
function correct(block: Uint8Array, codeword: number, code: ReedSolomon): number {
  const { correctableMax, interleave } = code;
  const errors = findLocator(2 * correctableMax);
  if (errors > correctableMax) return 0;
  const symbols = block.length / interleave;
  if (!findPositions(errors, symbols)) return 0;
  // The evaluator: syndromes × locator, modulo x^errors. Bounded by 16 twice.
  for (let i = 0; i < errors; i++) {
    let sum = 0;
    for (let k = 0; k <= i; k++) sum ^= multiply(LOCATOR[k]!, SYNDROMES[i - k]!);
    EVALUATOR[i] = sum;
  }
  // Bounded by 16.
  for (let i = 0; i < errors; i++) {
    const position = POSITIONS[i]!;
    const at = (symbols - 1 - position) * interleave + codeword;
    block[at] = block[at]! ^ DUAL[errorValue(position, errors, correctableMax)]!;
  }
  return errors;
}

/**
 * Berlekamp–Massey: puts in LOCATOR the shortest polynomial whose recurrence gives the syndromes,
 * and returns its length. Its roots are the inverses of the places of the errors.
 */
function findLocator(syndromes: number): number {
  LOCATOR.fill(0);
  EARLIER.fill(0);
  LOCATOR[0] = 1;
  EARLIER[0] = 1;
  let length = 0;
  let earlierDiscrepancy = 1;
  let shift = 1;
  // All loops here are bounded by 32 and one.
  for (let n = 0; n < syndromes; n++, shift++) {
    let discrepancy = 0;
    for (let i = 0; i <= length; i++) discrepancy ^= multiply(LOCATOR[i]!, SYNDROMES[n - i]!);
    if (discrepancy === 0) continue;
    const factor = divide(discrepancy, earlierDiscrepancy);
    const grows = 2 * length <= n;
    if (grows) KEPT.set(LOCATOR);
    for (let i = shift; i <= syndromes; i++) {
      LOCATOR[i] = LOCATOR[i]! ^ multiply(factor, EARLIER[i - shift]!);
    }
    if (!grows) continue;
    EARLIER.set(KEPT);
    earlierDiscrepancy = discrepancy;
    length = n + 1 - length;
    shift = 0;
  }
  return length;
}

/**
 * Chien search: puts the exponents of the places of the errors in POSITIONS, and says whether there
 * are as many as the locator is long, all in symbols that were sent.
 */
function findPositions(errors: number, symbols: number): boolean {
  let found = 0;
  // Bounded by 255 and 17. The terms are kept as logarithms; each step divides term k by γ^k.
  for (let k = 1; k <= errors; k++) TERMS[k] = LOGARITHMS[LOCATOR[k]!]!;
  for (let position = 0; position < symbols && found < errors; position++) {
    let value = 1;
    for (let k = 1; k <= errors; k++) {
      if (LOCATOR[k] === 0) continue;
      const term = TERMS[k]!;
      value ^= POWERS[term]!;
      TERMS[k] = term < k ? term + ORDER - k : term - k;
    }
    if (value === 0) POSITIONS[found++] = position;
  }
  return found === errors;
}

/** Forney: the error, in conventional notation, of the symbol with exponent `position`. */
function errorValue(position: number, errors: number, correctableMax: number): number {
  const inverse = POWERS[ORDER - position]!;
  const inverseSquare = multiply(inverse, inverse);
  let evaluator = 0;
  let derivative = 0;
  // Both loops are bounded by 16.
  for (let i = errors - 1; i >= 0; i--) evaluator = multiply(evaluator, inverse) ^ EVALUATOR[i]!;
  for (let i = (errors - 1) | 1; i >= 1; i -= 2) {
    derivative = multiply(derivative, inverseSquare) ^ LOCATOR[i]!;
  }
  const exponent = position * (ORDER + 1 - (FIRST_ROOT_AFTER - correctableMax));
  return multiply(divide(evaluator, derivative), POWERS[exponent % ORDER]!);
}

/** Row `octet`: what the symbols of the register gain when `octet`, in dual notation, leaves it. */
function feedbackOf(correctableMax: number): Int32Array {
  const generator = [1];
  for (let j = 0; j < 2 * correctableMax; j++) {
    const root = POWERS[FIRST_ROOT_AFTER - correctableMax + j]!;
    generator.push(0);
    for (let i = j + 1; i > 0; i--) generator[i]! ^= multiply(generator[i - 1]!, root);
  }
  const table = new Int32Array(256 * REGISTER_WORDS);
  for (let octet = 0; octet < 256; octet++) {
    for (let i = 0; i < 2 * correctableMax; i++) {
      const gain = DUAL[multiply(CONVENTIONAL[octet]!, generator[i + 1]!)]!;
      table[octet * REGISTER_WORDS + (i >> 2)]! |= gain << (24 - 8 * (i & 3));
    }
  }
  return table;
}

const SYMBOLS_MAX = 255;
/** The exponent of the first root is this minus E. */
const FIRST_ROOT_AFTER = 128;
const PARITY_MAX = 32;
const REGISTER_WORDS = PARITY_MAX / 4;
const FEEDBACK_16 = feedbackOf(16);
const FEEDBACK_8 = feedbackOf(8);

/** Scratch for one codeword; nothing in it outlives a call. */
const REMAINDER = new Uint8Array(PARITY_MAX);
const SYNDROMES = new Uint8Array(PARITY_MAX);
const LOCATOR = new Uint8Array(PARITY_MAX + 1);
const EARLIER = new Uint8Array(PARITY_MAX + 1);
const KEPT = new Uint8Array(PARITY_MAX + 1);
const TERMS = new Uint8Array(PARITY_MAX + 1);
const EVALUATOR = new Uint8Array(PARITY_MAX);
const POSITIONS = new Uint8Array(PARITY_MAX);

const UNCORRECTABLE = new Fault('coding', 'uncorrectable', 'CCSDS 131.0-B-5 4.3');
