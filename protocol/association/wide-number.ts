/**
 * Unsigned numbers as wide as the field that carries them: big-endian octets, for sequence numbers
 * and IVs of up to 32 octets, which no JavaScript number holds.
 */

/** Adds one in place; false, with nothing changed, when the number is the largest of its width. */
export function increment(number: Uint8Array): boolean {
  let at = number.length - 1;
  // Both loops are bounded by the width.
  while (at >= 0 && number[at] === 0xff) at--;
  if (at < 0) return false;
  number[at]!++;
  number.fill(0, at + 1);
  return true;
}

/** A fresh number, `amount` (a safe integer) above this one, or the largest of the width. */
export function raised(number: Uint8Array, amount: number): Uint8Array {
  const sum = number.slice();
  let carry = amount;
  // Bounded by the width.
  for (let i = sum.length - 1; i >= 0 && carry > 0; i--) {
    const octet = sum[i]! + (carry % 256);
    sum[i] = octet;
    carry = Math.floor(carry / 256) + (octet > 0xff ? 1 : 0);
  }
  return carry > 0 ? sum.fill(0xff) : sum;
}

/**
 * `a − b` for numbers of one width: exact when it is a safe integer, else of the right sign and
 * larger than any safe integer. A leading digit of one is either paid back by the digits below or
 * only grows, so rounding begins where the answer is out of reach anyway.
 */
export function difference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  // Bounded by the width.
  for (let i = 0; i < a.length; i++) sum = sum * 256 + a[i]! - b[i]!;
  return sum;
}

/** The number in so many octets: leading zeros come or go. Undefined when it does not fit. */
export function resized(number: Uint8Array, octets: number): Uint8Array | undefined {
  const excess = number.length - octets;
  // Bounded by the width.
  for (let i = 0; i < excess; i++) if (number[i] !== 0) return undefined;
  const fitted = new Uint8Array(octets);
  fitted.set(number.subarray(Math.max(0, excess)), Math.max(0, -excess));
  return fitted;
}
