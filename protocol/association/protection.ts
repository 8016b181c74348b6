/**
 * What one key does to the data of one frame: encrypts, authenticates, or both. It knows no
 * counters and no windows; those are the keys' (static-keys.ts).
 *
 * - authenticated encryption: AES-256-GCM with its whole tag;
 * - encryption alone: AES-256-GCM whose tag is not sent; AES-256-CBC is opened, never sealed;
 * - authentication alone: CMAC or HMAC, leftmost octets where the code is cut.
 *
 * Source: CCSDS 355.0-B-2 §4.2.3.2, 4.2.4.2, table 6-1 and annex E.
 */
import { assert, unreachable } from '../assert.ts';
import { equalConstantTime } from '../bytes/octets.ts';
import { hmacOf } from '../crypto/hmac.ts';
import type { Aead, AeadKey } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { FRAME_AUTH } from './faults.ts';

/** The algorithms, by what they do; `ctr` is AES-256-GCM of which no tag is sent. */
export type Suite = 'aes-256-gcm' | 'aes-256-ctr' | 'aes-256-cbc' | MacName;

/** The codes that SDLS names. */
export type MacName = 'aes-256-cmac' | 'hmac-sha256' | 'hmac-sha512';

/** One key at work. All octets given are views, not kept. */
export interface Protection {
  /** Octets of the IV that the algorithm takes; 0 for authentication alone. */
  readonly ivOctets: number;
  /** Octets that `seal` adds. */
  readonly macOctets: number;
  /** Whether its IV or sequence number counts, so that a receiver can tell old from new. */
  readonly counts: boolean;
  /** Writes the protected `data` and their MAC from `out[at]`. */
  seal(iv: Uint8Array, aad: Uint8Array, data: Uint8Array, out: Uint8Array, at: number): void;
  /** The clear data, a fresh array; or `session.frame-auth`, with nothing exposed. */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault;
  /** Overwrites or lets go of the key, as far as the platform allows; not used after that. */
  erase(): void;
}

/** The suite at work under `key` (32 octets, copied), with a MAC of `macOctets`, or 0. */
export function createProtection(
  suite: Suite,
  key: Uint8Array,
  macOctets: number,
  aead: Aead,
): Protection {
  assert(key.length === KEY_OCTETS, 'keys of every suite have 32 octets');
  assert(suiteFits(suite, macOctets), 'the suite has a MAC of this length');
  switch (suite) {
    case 'aes-256-gcm':
      return new Gcm(aead.key(key));
    case 'aes-256-ctr':
      return new GcmWithoutTag(aead.key(key));
    case 'aes-256-cbc':
      return new Cbc(key.slice(), aead);
    default:
      return new Authentication(suite, key.slice(), macOctets, aead);
  }
}

/** Whether a suite can have a MAC so long: tags are sent whole (LS-905), codes may be cut. */
export function suiteFits(suite: Suite, macOctets: number): boolean {
  const whole = WHOLE_MAC_OCTETS[suite];
  if (suite === 'aes-256-gcm') return macOctets === whole;
  return whole === 0 ? macOctets === 0 : macOctets >= MAC_OCTETS_MIN && macOctets <= whole;
}

class Gcm implements Protection {
  readonly ivOctets = GCM_IV_OCTETS;
  readonly macOctets = TAG_OCTETS;
  readonly counts = true;
  readonly #key: AeadKey;

  constructor(key: AeadKey) {
    this.#key = key;
  }

  seal(iv: Uint8Array, aad: Uint8Array, data: Uint8Array, out: Uint8Array, at: number): void {
    this.#key.seal(iv, aad, data, out, at);
  }

  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    if (sealed.length < TAG_OCTETS) return FRAME_AUTH;
    const data = this.#key.open(iv, aad, sealed);
    return data instanceof Fault ? FRAME_AUTH : data;
  }

  erase(): void {
    this.#key.erase();
  }
}

/** The cipher of GCM is its own inverse, so both directions seal and leave the tag behind. */
class GcmWithoutTag implements Protection {
  readonly ivOctets = GCM_IV_OCTETS;
  readonly macOctets = 0;
  readonly counts = true;
  readonly #key: AeadKey;

  constructor(key: AeadKey) {
    this.#key = key;
  }

  seal(iv: Uint8Array, _aad: Uint8Array, data: Uint8Array, out: Uint8Array, at: number): void {
    out.set(this.#applied(iv, data), at);
  }

  open(iv: Uint8Array, _aad: Uint8Array, sealed: Uint8Array): Uint8Array {
    return this.#applied(iv, sealed).slice();
  }

  erase(): void {
    this.#key.erase();
  }

  #applied(iv: Uint8Array, data: Uint8Array): Uint8Array {
    const whole = new Uint8Array(data.length + TAG_OCTETS);
    this.#key.seal(iv, NOTHING, data, whole, 0);
    return whole.subarray(0, data.length);
  }
}

/**
 * Who sends fills the last block; the pad length field of SDLS tells how much of it to take off.
 * This end only opens: an IV that counts is one that can be foretold, which CBC must not have.
 */
class Cbc implements Protection {
  readonly ivOctets = BLOCK_OCTETS;
  readonly macOctets = 0;
  readonly counts = false;
  readonly #key: Uint8Array;
  readonly #aead: Aead;

  constructor(key: Uint8Array, aead: Aead) {
    this.#key = key;
    this.#aead = aead;
  }

  seal(): void {
    unreachable('this end seals nothing by CBC');
  }

  open(iv: Uint8Array, _aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    if (sealed.length === 0 || sealed.length % BLOCK_OCTETS !== 0) return FRAME_AUTH;
    return this.#aead.decryptCbc(this.#key, iv, sealed);
  }

  erase(): void {
    this.#key.fill(0);
  }
}

class Authentication implements Protection {
  readonly ivOctets = 0;
  readonly macOctets: number;
  readonly counts = true;
  readonly #name: MacName;
  readonly #key: Uint8Array;
  readonly #aead: Aead;

  constructor(name: MacName, key: Uint8Array, macOctets: number, aead: Aead) {
    this.#name = name;
    this.#key = key;
    this.macOctets = macOctets;
    this.#aead = aead;
  }

  seal(_iv: Uint8Array, aad: Uint8Array, data: Uint8Array, out: Uint8Array, at: number): void {
    out.set(data, at);
    out.set(this.#mac(aad, data), at + data.length);
  }

  open(_iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    const macAt = sealed.length - this.macOctets;
    if (macAt < 0) return FRAME_AUTH;
    const data = sealed.subarray(0, macAt);
    const holds = equalConstantTime(this.#mac(aad, data), sealed.subarray(macAt));
    return holds ? data.slice() : FRAME_AUTH;
  }

  erase(): void {
    this.#key.fill(0);
  }

  #mac(aad: Uint8Array, data: Uint8Array): Uint8Array {
    const parts = [aad, data];
    const mac =
      this.#name === 'aes-256-cmac'
        ? this.#aead.cmac(this.#key, parts)
        : hmacOf(this.#name, this.#key, parts);
    return mac.subarray(0, this.macOctets);
  }
}

const KEY_OCTETS = 32;
const GCM_IV_OCTETS = 12;
const TAG_OCTETS = 16;
const BLOCK_OCTETS = 16;
/** CCSDS 355.0-B-2 table 6-1. */
const MAC_OCTETS_MIN = 8;
const NOTHING = new Uint8Array(0);

const WHOLE_MAC_OCTETS: Record<Suite, number> = {
  'aes-256-gcm': TAG_OCTETS,
  'aes-256-ctr': 0,
  'aes-256-cbc': 0,
  'aes-256-cmac': 16,
  'hmac-sha256': 32,
  'hmac-sha512': 64,
};
