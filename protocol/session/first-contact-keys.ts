/**
 * The keys that one first contact uses up, made from the hedged seeds of the boot.
 *
 * Source: LS-802, link-security §17.
 */
import { assert } from '../assert.ts';
import type { Kem } from '../crypto/ports.ts';
import type { EphemeralKeys } from '../membership/boot-identity.ts';
import { SUITE_HYBRID, type Suite } from './message-header.ts';
import type { NoiseOptions } from './noise.ts';

/** Fresh, and their holder's to erase. Only the hybrid suite has any of the KEM. */
export type FirstContactKeys = Pick<NoiseOptions, 'ephemeralKey' | 'kemKey' | 'kemSeed'>;

/** e, and e1 in the hybrid suite. */
export function initiatorKeys(
  suite: Suite,
  source: EphemeralKeys,
  kem: Kem | undefined,
): FirstContactKeys {
  const ephemeralKey = source.next();
  if (suite !== SUITE_HYBRID) return { ephemeralKey };
  assert(kem !== undefined, 'who speaks the hybrid suite has a KEM');
  const seed = source.seed(KEY_SEED_OCTETS);
  const kemKey = kem.keyPair(seed);
  seed.fill(0);
  return { ephemeralKey, kemKey };
}

/** e, and what ekem1 grows from in the hybrid suite. */
export function responderKeys(suite: Suite, source: EphemeralKeys): FirstContactKeys {
  const ephemeralKey = source.next();
  return suite === SUITE_HYBRID
    ? { ephemeralKey, kemSeed: source.seed(SECRET_SEED_OCTETS) }
    : { ephemeralKey };
}

/** Overwrites what is secret in them. */
export function eraseKeys({ ephemeralKey, kemKey, kemSeed }: FirstContactKeys): void {
  ephemeralKey.erase();
  kemKey?.privateKey.fill(0);
  kemSeed?.fill(0);
}

/** d ‖ z of FIPS 203 §7.1. */
const KEY_SEED_OCTETS = 64;
/** m of FIPS 203 §7.2. */
const SECRET_SEED_OCTETS = 32;
