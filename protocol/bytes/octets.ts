/** Small tools on octet strings. Every function leaves its arguments as they were. */
import { assert } from '../assert.ts';

/** Lower-case hexadecimal, two digits an octet. */
export function toHex(octets: Uint8Array): string {
  let text = '';
  // Bounded by the octets given.
  for (let i = 0; i < octets.length; i++) text += HEX_PAIRS[octets[i]!]!;
  return text;
}

/** Fresh octets from hexadecimal of either case; asserts, so for trusted text only. */
export function fromHex(text: string): Uint8Array {
  assert(/^([0-9a-f]{2})*$/i.test(text), 'hexadecimal has an even number of hexadecimal digits');
  const octets = new Uint8Array(text.length / 2);
  for (let i = 0; i < octets.length; i++) {
    octets[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  }
  return octets;
}

/** One fresh octet string holding the parts in order. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  // Both loops are bounded by the parts given.
  for (let i = 0; i < parts.length; i++) length += parts[i]!.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    whole.set(parts[i]!, at);
    at += parts[i]!.length;
  }
  return whole;
}

/** Whether both hold the same octets. It stops at the first difference: not for secrets. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // Bounded by the octets given.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Below zero, zero or above, as the first is less than, equal to or greater than the second, both
 * big-endian numbers of one length. It stops at the first difference: not for secrets.
 */
export function compare(a: Uint8Array, b: Uint8Array): number {
  assert(a.length === b.length, 'numbers of one length are compared');
  // Bounded by the octets given.
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return 0;
}

/** Whether both hold the same octets, in a time that depends on the lengths alone. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  // Bounded by the octets given.
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** The UTF-8 octets of a text (RFC 3629). */
export function utf8Encode(text: string): Uint8Array {
  return UTF8_ENCODER.encode(text);
}

/** The text in UTF-8 octets, or undefined when they are not UTF-8 (RFC 3629 §4). */
export function utf8Decode(octets: Uint8Array): string | undefined {
  try {
    return UTF8_DECODER.decode(octets);
  } catch {
    return undefined;
  }
}

const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, '0'),
);
const UTF8_ENCODER = new TextEncoder();
const UTF8_DECODER = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
