/**
 * HMAC for bundles, and for links that do not encrypt: from @noble on every platform, hence no
 * port. Source: RFC 2104 §2.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';

/** By the hash that it is made of. */
export type HmacName = 'hmac-sha256' | 'hmac-sha384' | 'hmac-sha512';

/** The whole code, fresh: 32, 48 or 64 octets over the parts, read as one octet string. */
export function hmacOf(name: HmacName, key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const mac = BEGIN[name](key);
  // Bounded by the parts given.
  for (const part of parts) mac.update(part);
  return mac.digest();
}

const BEGIN = {
  'hmac-sha256': (key: Uint8Array) => hmac.create(sha256, key),
  'hmac-sha384': (key: Uint8Array) => hmac.create(sha384, key),
  'hmac-sha512': (key: Uint8Array) => hmac.create(sha512, key),
} as const;
