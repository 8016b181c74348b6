/**
 * The two MACs of the messages. mac1 shows that the sender belongs to the constellation; mac2,
 * under a cookie, that what was sent to it arrived.
 *
 *   K1(scid) = HMAC(admission key, "ISLK1 mac1" ‖ scid), 32 octets
 *   mac1     = HMAC(K1(destination), the octets before it), 16 octets
 *   mac2     = HMAC(cookie, the octets before it), 16 octets                      SHA-512
 *
 * `hmac` is that of the crypto provider, where there is one at hand; it is the same everywhere.
 *
 * Source: link-security §6.8.
 */
import { equalConstantTime, utf8Encode } from '../bytes/octets.ts';
import { hmacSha512 } from '../crypto/hash.ts';
import type { HmacSha512 } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import { MAC1, MAC2 } from './faults.ts';
import { FINISH, HELLO, REKEY } from './message-header.ts';
import { scidOctets } from './prologue.ts';

/** K1: the mac1 key of messages to `destinationScid`, from the 32-octet admission key. */
export function macKeyOf(admissionKey: Uint8Array, destinationScid: number): Uint8Array {
  return hmacSha512(admissionKey, MAC1_LABEL, scidOctets(destinationScid)).slice(0, 32);
}

/** The octets at the end of a message of this type that are MACs: two, one, or none at all. */
export function macOctets(type: number): number {
  if (type === HELLO || type === REKEY) return 2 * MAC_OCTETS;
  return type === FINISH ? 0 : MAC_OCTETS;
}

/** mac1 of a whole message of any type but FINISH: 16 octets, a view. */
export function mac1In(octets: Uint8Array): Uint8Array {
  const at = octets.length - macOctets(octets[0]!);
  return octets.subarray(at, at + MAC_OCTETS);
}

/** Writes mac1 into a message that is complete but for its MACs. FINISH has none. */
export function writeMac1(octets: Uint8Array, macKey: Uint8Array, hmac?: HmacSha512): void {
  const at = octets.length - macOctets(octets[0]!);
  if (at < octets.length) octets.set(macOf(octets.subarray(0, at), macKey, hmac), at);
}

/** Verifies mac1 of a decoded message of any type but FINISH: undefined or `session.mac1`. */
export function checkMac1(
  octets: Uint8Array,
  macKey: Uint8Array,
  hmac?: HmacSha512,
): Fault | undefined {
  const before = octets.subarray(0, octets.length - macOctets(octets[0]!));
  return equalConstantTime(mac1In(octets), macOf(before, macKey, hmac)) ? undefined : MAC1;
}

/** Writes mac2 of a HELLO or REKEY that has its mac1. */
export function writeMac2(octets: Uint8Array, cookie: Uint8Array): void {
  octets.set(macOf(withoutMac2(octets), cookie), octets.length - MAC_OCTETS);
}

/** Verifies mac2 of a decoded HELLO or REKEY: undefined or `session.cookie`. */
export function checkMac2(
  octets: Uint8Array,
  cookie: Uint8Array,
  hmac?: HmacSha512,
): Fault | undefined {
  const mac2 = octets.subarray(octets.length - MAC_OCTETS);
  return equalConstantTime(mac2, macOf(withoutMac2(octets), cookie, hmac)) ? undefined : MAC2;
}

/** Whether a HELLO or REKEY comes without a cookie. */
export function mac2IsZero(octets: Uint8Array): boolean {
  return octets.subarray(octets.length - MAC_OCTETS).every((octet) => octet === 0);
}

/** What identifies a HELLO or REKEY: all of it but mac2, which a cookie may change. A view. */
export function withoutMac2(octets: Uint8Array): Uint8Array {
  return octets.subarray(0, octets.length - MAC_OCTETS);
}

function macOf(octets: Uint8Array, key: Uint8Array, hmac: HmacSha512 = hmacSha512): Uint8Array {
  return hmac(key, octets).subarray(0, MAC_OCTETS);
}

/** The octets of each MAC. */
export const MAC_OCTETS = 16;

const MAC1_LABEL = utf8Encode('ISLK1 mac1');
