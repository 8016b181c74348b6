/** SHA-2, HMAC and HKDF on raw octets: @noble/hashes on every platform, hence no port. */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256, sha512 as nobleSha512 } from '@noble/hashes/sha2.js';

/** 32 fresh octets. Source: FIPS 180-4 §6.2. */
export function sha256(octets: Uint8Array): Uint8Array {
  return nobleSha256(octets);
}

/** 64 fresh octets. Source: FIPS 180-4 §6.4. */
export function sha512(octets: Uint8Array): Uint8Array {
  return nobleSha512(octets);
}

/** The 64-octet code of the parts, read as one octet string. Source: RFC 2104 §2. */
export function hmacSha512(key: Uint8Array, ...parts: Uint8Array[]): Uint8Array {
  const mac = hmac.create(nobleSha512, key);
  // Bounded by the parts given.
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/**
 * `length` octets (at most 16320) derived from `secret`: extract, then expand.
 * Source: RFC 5869 §2.
 */
export function hkdfSha512(
  salt: Uint8Array,
  secret: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  return hkdf(nobleSha512, secret, salt, info, length);
}
