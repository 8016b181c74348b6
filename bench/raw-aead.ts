/**
 * AES-256-GCM as bare as each library lets it be called: the limit that sealed frames are measured
 * against. Nothing is copied, and where the result goes is nobody's concern.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { gcm } from '@noble/ciphers/aes.js';
import type { CryptoProviderName } from '#protocol/crypto/ports.ts';

/** A message apart: views that nobody has to make while the clock runs. */
export interface RawSealed {
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
  /** Ciphertext and tag in one, which is how noble wants them. */
  readonly sealed: Uint8Array;
}

/** One key. */
export interface RawAead {
  seal(iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): void;
  /** Throws when the message is not authentic. */
  open(message: RawSealed): void;
}

/** The bare calls of one provider with a 32-octet key. */
export const RAW_AEAD: Readonly<Record<CryptoProviderName, (key: Uint8Array) => RawAead>> = {
  native(octets) {
    const key = createSecretKey(octets);
    return {
      seal: (iv, aad, plaintext) => void sealNative(key, iv, aad, plaintext),
      open({ iv, aad, ciphertext, tag }) {
        const decipher = createDecipheriv('aes-256-gcm', key, iv);
        decipher.setAAD(aad);
        decipher.setAuthTag(tag);
        decipher.update(ciphertext);
        decipher.final();
      },
    };
  },
  noble: (key) => ({
    seal: (iv, aad, plaintext) => void gcm(key, iv, aad).encrypt(plaintext),
    open: ({ iv, aad, sealed }) => void gcm(key, iv, aad).decrypt(sealed),
  }),
};

/** The message of the platform's own AES-256-GCM, in two fresh parts. */
export function sealNative(key: KeyObject, iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array) {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(aad);
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return { ciphertext, tag: cipher.getAuthTag() };
}

/** Sets the counter of a 12-octet IV. */
export function setCounter(iv: Uint8Array, counter: number): void {
  iv[8] = counter >> 24;
  iv[9] = counter >> 16;
  iv[10] = counter >> 8;
  iv[11] = counter;
}
