/** Which keys AES key wrap takes, whoever provides it. Source: RFC 3394 §2. */
import { assert } from '../assert.ts';

/** Asserts that `kek` is a key-encryption key, and `key`, where given, one that can be wrapped. */
export function assertWraps(kek: Uint8Array, key?: Uint8Array): void {
  assert(KEK_OCTETS.includes(kek.length), 'a key-encryption key has 16, 24 or 32 octets');
  if (key === undefined) return;
  assert(key.length >= 16 && key.length % 8 === 0, 'a key to wrap is of 64-bit blocks');
}

/** The lengths of AES keys. */
export const KEK_OCTETS: readonly number[] = [16, 24, 32];
