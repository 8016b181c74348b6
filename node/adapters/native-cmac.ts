/**
 * AES-256-CMAC out of the AES-CBC of the platform, which offers no CMAC: CBC of the message from a
 * zero IV, its last block changed by a subkey; the last block is the code.
 *
 * Source: NIST SP 800-38B §6.1 and 6.2.
 */
import { createCipheriv } from 'node:crypto';

/** See `Aead.cmac`. */
export function nativeCmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const message = Buffer.concat(parts);
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK_OCTETS));
  const padded = new Uint8Array(blocks * BLOCK_OCTETS);
  padded.set(message);
  let subkey = doubled(encrypted(key, ZEROS));
  if (message.length < padded.length) {
    padded[message.length] = 0x80;
    subkey = doubled(subkey);
  }
  const lastAt = padded.length - BLOCK_OCTETS;
  for (let i = 0; i < BLOCK_OCTETS; i++) padded[lastAt + i]! ^= subkey[i]!;
  return encrypted(key, padded).slice(lastAt);
}

/** AES-256-CBC of whole blocks from a zero IV. */
function encrypted(key: Uint8Array, blocks: Uint8Array): Uint8Array {
  const cipher = createCipheriv('aes-256-cbc', key, ZEROS).setAutoPadding(false);
  return Uint8Array.from(cipher.update(blocks));
}

/** Times x in the field of 2^128 elements. */
function doubled(block: Uint8Array): Uint8Array {
  const out = new Uint8Array(BLOCK_OCTETS);
  for (let i = 0; i < BLOCK_OCTETS; i++) out[i] = (block[i]! << 1) | ((block[i + 1] ?? 0) >> 7);
  if (block[0]! >> 7 === 1) out[BLOCK_OCTETS - 1]! ^= 0x87;
  return out;
}

const BLOCK_OCTETS = 16;
const ZEROS = new Uint8Array(BLOCK_OCTETS);
