/** AES key wrap of the platform, whose cipher takes the initial value of RFC 3394 as its IV. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { KEY_WRAP } from '#protocol/crypto/faults.ts';
import { assertWraps } from '#protocol/crypto/key-wrap.ts';
import type { Fault } from '#protocol/fault.ts';

/** See `Aead.wrapKey`. */
export function nativeWrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array {
  assertWraps(kek, key);
  const cipher = createCipheriv(nameOf(kek), kek, INITIAL_VALUE);
  return Uint8Array.from(Buffer.concat([cipher.update(key), cipher.final()]));
}

/** See `Aead.unwrapKey`. */
export function nativeUnwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array | Fault {
  assertWraps(kek);
  if (wrapped.length < WRAPPED_OCTETS_MIN || wrapped.length % 8 !== 0) return KEY_WRAP;
  const decipher = createDecipheriv(nameOf(kek), kek, INITIAL_VALUE);
  try {
    return Uint8Array.from(Buffer.concat([decipher.update(wrapped), decipher.final()]));
  } catch {
    return KEY_WRAP;
  }
}

function nameOf({ length }: Uint8Array): string {
  return `id-aes${length * 8}-wrap`;
}

/** RFC 3394 §2.2.3.1. */
const INITIAL_VALUE = new Uint8Array(8).fill(0xa6);
/** A key of 128 bits and the initial value. */
const WRAPPED_OCTETS_MIN = 24;
