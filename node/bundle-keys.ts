/** The keys for the security of bundles, as a configuration, a file or credentials hold them. */
import { isKeyLength, KeyRing, type KeyUse } from '#protocol/bpsec/key-ring.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import type { Aead, Random } from '#protocol/crypto/ports.ts';
import { ConfigError } from './config-error.ts';
import type { JsonCursor } from './json-cursor.ts';

/** One key; its octets are hexadecimal. Secret: never logged, never in a notice. */
export interface BundleKey {
  readonly name: string;
  readonly use: KeyUse;
  readonly octets: string;
}

/** Checks a list of keys, each with a name of its own; no message shows what is written there. */
export function readBundleKeys(cursor: JsonCursor): BundleKey[] {
  const names = new Set<string>();
  return cursor.secret.list(KEYS_MAX, (item) => {
    const key = readKey(item);
    if (names.has(key.name)) throw item.at('name').mistake('a name that no other key has');
    names.add(key.name);
    return key;
  });
}

/** Both lists as one; throws ConfigError for a name that is in both and means two keys. */
export function joinBundleKeys(
  keys: readonly BundleKey[],
  granted: readonly BundleKey[],
): readonly BundleKey[] {
  const others = granted.filter(({ name, use, octets }) => {
    const same = keys.find((key) => key.name === name);
    if (same === undefined) return true;
    if (same.use === use && same.octets === octets) return false;
    throw new ConfigError(`bundleSecurity.keys and the credentials have a key ${name} each`, {
      remedy: 'Give one of the two another name, or remove it',
    });
  });
  return [...keys, ...others];
}

/** A ring of the keys. */
export function keyRingOf(keys: readonly BundleKey[], aead: Aead, random: Random): KeyRing {
  const ring = new KeyRing(aead, random);
  for (const { name, use, octets } of keys) ring.add(name, use, fromHex(octets));
  return ring;
}

function readKey(cursor: JsonCursor): BundleKey {
  cursor.object(['name', 'use', 'octets']);
  const name = cursor.at('name').text();
  const use = cursor.at('use').oneOf(['hmac', 'aes-gcm', 'key-wrap']);
  const place = cursor.at('octets');
  const octets = place.hex(1, KEY_OCTETS_MAX);
  if (!isKeyLength(use, octets.length / 2)) {
    const lengths = use === 'key-wrap' ? '16, 24 or 32' : '16 or 32';
    throw place.mistake(`${lengths} octets in hexadecimal`);
  }
  return { name, use, octets };
}

const KEYS_MAX = 256;
/** What HMAC takes at the most. */
const KEY_OCTETS_MAX = 128;
