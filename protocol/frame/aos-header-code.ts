/**
 * Frame header error control of AOS: a Reed–Solomon code (10,6) over GF(16) that corrects any two
 * of its ten nibbles.
 *
 *   | octet 0 | octet 1 | octet 5 | check, octets 6 and 7 |
 *   | 9    8  | 7    6  | 5    4  | 3     2     1      0  |   power of x in the codeword
 *
 * Field: a^4 = a + 1. Generator: x^4 + a^3 x^3 + a x^2 + a^3 x + 1, whose roots are a^6 to a^9.
 * Source: CCSDS 732.0-B-4 §4.1.2.6.
 */

/** The 16 check bits over the header octets 0, 1 and 5. */
export function aosHeaderCheck(octet0: number, octet1: number, octet5: number): number {
  const message = (octet0 << 16) | (octet1 << 8) | octet5;
  let check = 0;
  // Division by the generator, one nibble of the message at a time. Bounded by six.
  for (let shift = 20; shift >= 0; shift -= 4) {
    const feedback = ((message >> shift) & 15) ^ (check >> 12);
    check =
      ((check << 4) & 0xffff) ^
      (multiply(feedback, A3) << 12) ^
      (multiply(feedback, A1) << 8) ^
      (multiply(feedback, A3) << 4) ^
      feedback;
  }
  return check;
}

/**
 * The header's first eight octets with up to two wrong nibbles set right: the same array where
 * nothing was wrong, a fresh one of eight octets where something was, undefined where more was
 * wrong than the code can tell. Octets 2, 3 and 4 are not covered.
 */
export function correctAosHeader(header: Uint8Array): Uint8Array | undefined {
  const syndromes = [0, 0, 0, 0];
  // Both loops are bounded by the code: ten nibbles, four roots.
  for (let power = 9; power >= 0; power--) {
    const nibble = (header[OCTETS[power]!]! >> (4 * (power & 1))) & 15;
    for (let j = 0; j < 4; j++) {
      syndromes[j] = syndromes[j]! ^ multiply(nibble, exp((FIRST_ROOT + j) * power));
    }
  }
  if (syndromes.every((syndrome) => syndrome === 0)) return header;
  const errors = errorsOf(syndromes);
  if (errors === undefined) return undefined;
  const corrected = header.slice(0, HEADER_OCTETS);
  // Bounded by two.
  for (const { power, value } of errors) {
    const at = OCTETS[power]!;
    corrected[at] = corrected[at]! ^ (value << (4 * (power & 1)));
  }
  return corrected;
}

interface NibbleError {
  readonly power: number;
  readonly value: number;
}

/** Peterson's direct solution for one or two errors. */
function errorsOf(syndromes: readonly number[]): NibbleError[] | undefined {
  const [s0, s1, s2, s3] = syndromes as [number, number, number, number];
  const determinant = multiply(s1, s1) ^ multiply(s0, s2);
  if (determinant === 0) {
    if (s0 === 0) return undefined;
    const ratio = divide(s1, s0);
    if (ratio === 0 || multiply(s2, ratio) !== s3 || multiply(s1, ratio) !== s2) return undefined;
    const power = LOG[ratio]!;
    return power > 9 ? undefined : [{ power, value: divide(s0, exp(FIRST_ROOT * power)) }];
  }
  const sum = divide(multiply(s1, s2) ^ multiply(s0, s3), determinant);
  const product = divide(multiply(s1, s3) ^ multiply(s2, s2), determinant);
  const powers: number[] = [];
  // The locators are the roots of x^2 + sum x + product. Bounded by ten.
  for (let power = 0; power < 10; power++) {
    const x = exp(power);
    if ((multiply(x, x) ^ multiply(sum, x) ^ product) === 0) powers.push(power);
  }
  if (powers.length !== 2) return undefined;
  const [first, second] = powers as [number, number];
  const scaled = divide(s1 ^ multiply(s0, exp(second)), exp(first) ^ exp(second));
  return [
    { power: first, value: divide(scaled, exp(FIRST_ROOT * first)) },
    { power: second, value: divide(s0 ^ scaled, exp(FIRST_ROOT * second)) },
  ];
}

function exp(power: number): number {
  return EXP[power % 15]!;
}

function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : exp(LOG[a]! + LOG[b]!);
}

function divide(a: number, b: number): number {
  return a === 0 ? 0 : exp(LOG[a]! + 15 - LOG[b]!);
}

/** The powers of a, and their logarithms. */
const EXP: readonly number[] = [1, 2, 4, 8, 3, 6, 12, 11, 5, 10, 7, 14, 15, 13, 9];
const LOG: readonly number[] = Array.from({ length: 16 }, (_, value) => EXP.indexOf(value));

const A1 = EXP[1]!;
const A3 = EXP[3]!;
const FIRST_ROOT = 6;
const HEADER_OCTETS = 8;
/** The octet of the header that holds each nibble, by its power; odd powers are high nibbles. */
const OCTETS: readonly number[] = [7, 7, 6, 6, 5, 5, 1, 1, 0, 0];
