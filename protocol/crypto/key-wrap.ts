/**
 * AES key wrap without padding: from @noble/ciphers on every platform, hence no port.
 * Source: RFC 3394 §2.2.
 */
import { aeskw } from '@noble/ciphers/aes.js';
import { assert } from '../assert.ts';
import type { Fault } from '../fault.ts';
import { KEY_WRAP } from './faults.ts';

/**
 * Fresh octets, eight more than `key` has. The key-encryption key has 16, 24 or 32 octets, the key
 * 16 or a greater multiple of eight. One key under one key-encryption key always gives the same.
 */
export function wrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array {
  assert(KEK_OCTETS.includes(kek.length), 'a key-encryption key has 16, 24 or 32 octets');
  assert(key.length >= 16 && key.length % 8 === 0, 'a key to wrap is of 64-bit blocks');
  return aeskw(kek).encrypt(key);
}

/** The key, fresh, or `crypto.key-wrap` when the octets were not made under this key. */
export function unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array | Fault {
  assert(KEK_OCTETS.includes(kek.length), 'a key-encryption key has 16, 24 or 32 octets');
  try {
    return aeskw(kek).decrypt(wrapped);
  } catch {
    return KEY_WRAP;
  }
}

const KEK_OCTETS: readonly number[] = [16, 24, 32];
