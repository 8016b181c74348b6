/**
 * The keys that the operator has given for bundles, by name. They live in memory only, and no
 * message shows one.
 */
import { assert } from '../assert.ts';
import { KEK_OCTETS } from '../crypto/key-wrap.ts';
import type { Aead, AeadKey, Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { IvSource } from './iv-source.ts';

/** What a key may do; it does nothing else (NIST SP 800-57 Part 1 §5.2). */
export type KeyUse = 'hmac' | 'aes-gcm' | 'key-wrap';

/** What a source encrypts with. */
export interface SealingKey {
  readonly key: AeadKey;
  readonly iv: Uint8Array;
  /** The key as the peer gets it, if it does not know it. */
  readonly wrapped: Uint8Array | undefined;
}

/** Keys by name. Bounded by what the operator adds. */
export class KeyRing {
  readonly #aead: Aead;
  readonly #random: Random;
  readonly #keys = new Map<string, Key>();

  constructor(aead: Aead, random: Random) {
    this.#aead = aead;
    this.#random = random;
  }

  /** Adds a key under a name that is not taken; the octets are copied. */
  add(name: string, use: KeyUse, octets: Uint8Array): void {
    assert(!this.#keys.has(name), 'a key has a name of its own');
    assert(isKeyLength(use, octets.length), 'a key has a length that its use allows');
    const aead = use === 'aes-gcm' ? this.#aead.key(octets) : undefined;
    const ivs = use === 'aes-gcm' ? new IvSource(this.#random) : undefined;
    this.#keys.set(name, { use, octets: octets.slice(), aead, ivs });
  }

  /**
   * Calls `work` with the octets of the named HMAC key, or of the one that the named key-encryption
   * key unwraps; they are its own only until it returns. Faults: `bpsec.key` when no key of that
   * name is for this, or what is wrapped is longer than a key; `crypto.key-wrap`.
   */
  withMacKey<T>(
    name: string,
    wrapped: Uint8Array | undefined,
    work: (key: Uint8Array) => T,
  ): T | Fault {
    if (wrapped === undefined) {
      const key = this.#named(name, 'hmac');
      return key === undefined ? KEY : work(key.octets);
    }
    const octets = this.#unwrapped(name, wrapped);
    if (octets instanceof Fault) return octets;
    const result = work(octets);
    octets.fill(0);
    return result;
  }

  /**
   * The same with an AES-GCM key, which has `octets` octets; `bpsec.key` when it has not, and for a
   * wrapped key of another length.
   */
  withAeadKey<T>(
    name: string,
    wrapped: Uint8Array | undefined,
    octets: 16 | 32,
    work: (key: AeadKey) => T,
  ): T | Fault {
    if (wrapped === undefined) {
      const key = this.#named(name, 'aes-gcm');
      return key?.aead === undefined || key.octets.length !== octets ? KEY : work(key.aead);
    }
    const unwrapped = this.#unwrapped(name, wrapped);
    if (unwrapped instanceof Fault) return unwrapped;
    if (unwrapped.length !== octets) return KEY;
    const aead = this.#aead.key(unwrapped);
    unwrapped.fill(0);
    const result = work(aead);
    aead.erase();
    return result;
  }

  /**
   * Calls `work` with what a source signs with: the named HMAC key, or, under a key-encryption key,
   * a new one of `octets` octets and what it is wrapped. Fault `bpsec.key` when there is neither.
   */
  withSigningKey<T>(
    name: string,
    octets: number,
    work: (key: Uint8Array, wrapped: Uint8Array | undefined) => T,
  ): T | Fault {
    const direct = this.#named(name, 'hmac');
    if (direct !== undefined) return work(direct.octets, undefined);
    const kek = this.#named(name, 'key-wrap');
    if (kek === undefined) return KEY;
    const fresh = this.#random.octets(octets);
    const result = work(fresh, this.#aead.wrapKey(kek.octets, fresh));
    fresh.fill(0);
    return result;
  }

  /**
   * The same for one encryption: the named AES-GCM key with its next IV, or a new key of `octets`
   * octets and any IV. Fault `bpsec.key` when there is neither, or the key has another length.
   */
  withSealingKey<T>(name: string, octets: 16 | 32, work: (key: SealingKey) => T): T | Fault {
    const direct = this.#named(name, 'aes-gcm');
    if (direct?.aead !== undefined && direct.ivs !== undefined) {
      if (direct.octets.length !== octets) return KEY;
      return work({ key: direct.aead, iv: direct.ivs.next(), wrapped: undefined });
    }
    const kek = this.#named(name, 'key-wrap');
    if (kek === undefined) return KEY;
    const fresh = this.#random.octets(octets);
    const key = this.#aead.key(fresh);
    const wrapped = this.#aead.wrapKey(kek.octets, fresh);
    fresh.fill(0);
    const result = work({ key, iv: this.#random.octets(IV_OCTETS), wrapped });
    key.erase();
    return result;
  }

  /** Overwrites every key, as far as the platform allows, and forgets them. */
  erase(): void {
    for (const { octets, aead } of this.#keys.values()) {
      octets.fill(0);
      aead?.erase();
    }
    this.#keys.clear();
  }

  #named(name: string, use: KeyUse): Key | undefined {
    const key = this.#keys.get(name);
    return key?.use === use ? key : undefined;
  }

  #unwrapped(name: string, wrapped: Uint8Array): Uint8Array | Fault {
    const kek = this.#named(name, 'key-wrap');
    // Every operation of a bundle has its key unwrapped, which takes as long as that is.
    if (kek === undefined || wrapped.length > WRAPPED_OCTETS_MAX) return KEY;
    return this.#aead.unwrapKey(kek.octets, wrapped);
  }
}

/** What checking needs of a ring. */
export type CheckingKeys = Pick<KeyRing, 'withMacKey' | 'withAeadKey'>;

/** Whether a key of so many octets can be of that use: HMAC 1 to 128, GCM 16 or 32, wrap 24 too. */
export function isKeyLength(use: KeyUse, octets: number): boolean {
  if (use === 'hmac') return octets >= 1 && octets <= HMAC_OCTETS_MAX;
  return use === 'key-wrap' ? KEK_OCTETS.includes(octets) : octets === 16 || octets === 32;
}

interface Key {
  readonly use: KeyUse;
  readonly octets: Uint8Array;
  readonly aead: AeadKey | undefined;
  readonly ivs: IvSource | undefined;
}

const KEY = new Fault('bpsec', 'key', 'RFC 9173 3.8.2, 4.8.2');

/** Of a node that has none. */
export const NO_KEYS: CheckingKeys = { withMacKey: () => KEY, withAeadKey: () => KEY };

const IV_OCTETS = 12;
/** A block of SHA-512; HMAC hashes longer keys down (RFC 2104 §2). */
const HMAC_OCTETS_MAX = 128;
/** Of the longest key; its wrapping adds eight octets (RFC 3394 §2.2.1). */
const WRAPPED_OCTETS_MAX = HMAC_OCTETS_MAX + 8;
