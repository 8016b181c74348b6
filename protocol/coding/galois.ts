/**
 * The field of 256 elements over which the Reed–Solomon code is defined, in its two notations:
 *
 * - conventional: x^8 + x^7 + x^2 + x + 1, bit k is the coefficient of α^k;
 * - dual: what is sent, the other one through a matrix of bits (Berlekamp).
 *
 * Logarithms are to the base γ = α^11, whose powers are the roots of the code and the locators of
 * its symbols. Source: CCSDS 131.0-B-5 §4.3, annex F.
 */

/** γ^k for k from 0 to 509, so that a sum of two logarithms needs no reduction. */
export const POWERS: Uint8Array = new Uint8Array(510);
/** The logarithm to the base γ, 0 to 254; the entry of 0, which has none, is 0. */
export const LOGARITHMS: Uint8Array = new Uint8Array(256);
/** The dual notation of each element in conventional notation. */
export const DUAL: Uint8Array = new Uint8Array(256);
/** The conventional notation of each element in dual notation. */
export const CONVENTIONAL: Uint8Array = new Uint8Array(256);
/** Nonzero elements of the field: γ^255 = 1. */
export const ORDER = 255;

/** The product of two elements in conventional notation. */
export function multiply(a: number, b: number): number {
  return a === 0 || b === 0 ? 0 : POWERS[LOGARITHMS[a]! + LOGARITHMS[b]!]!;
}

/** The quotient of two elements in conventional notation; `b` is not 0. */
export function divide(a: number, b: number): number {
  return a === 0 ? 0 : POWERS[LOGARITHMS[a]! + ORDER - LOGARITHMS[b]!]!;
}

const FIELD_POLYNOMIAL = 0x187;
const ALPHAS_IN_GAMMA = 11;
/** The dual notations of α^7 down to α^0. */
const DUAL_ROWS = [0x8d, 0xef, 0xec, 0x86, 0xfa, 0x99, 0xaf, 0x7b];

for (let k = 0, element = 1; k < 2 * ORDER; k++) {
  POWERS[k] = element;
  if (k < ORDER) LOGARITHMS[element] = k;
  for (let i = 0; i < ALPHAS_IN_GAMMA; i++) {
    element = element & 0x80 ? (element << 1) ^ FIELD_POLYNOMIAL : element << 1;
  }
}
for (let element = 0; element < 256; element++) {
  const dual = DUAL_ROWS.reduce((sum, row, i) => (element & (0x80 >> i) ? sum ^ row : sum), 0);
  DUAL[element] = dual;
  CONVENTIONAL[dual] = element;
}
