/**
 * The reference provider: @noble/ciphers and @noble/curves, the same on every platform.
 *
 * Ed25519 verifies by the equation without the cofactor, as OpenSSL does, because RFC 8032 §5.1.7
 * leaves the choice open and both providers must give one verdict on every input.
 */
import { aeskw, cbc, cmac, gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { assert } from '../assert.ts';
import { concat, equal } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { DH_ZERO, KEY_ERASED, KEY_WRAP, TAG_FAULT } from './faults.ts';
import { hmacSha512, sha512 } from './hash.ts';
import { assertWraps } from './key-wrap.ts';
import type { Aead, AeadKey, CryptoProvider, Curve, Ed25519Key, X25519Key } from './ports.ts';

class NobleAeadKey implements AeadKey {
  #key: Uint8Array | undefined;

  constructor(octets: Uint8Array) {
    assert(octets.length === 32 || octets.length === 16, 'an AES key has 32 or 16 octets');
    this.#key = octets.slice();
  }

  seal(
    iv: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
    out: Uint8Array,
    offset: number,
  ): void {
    assert(iv.length >= 8 && iv.length <= 16, 'an IV has 8 to 16 octets');
    assert(this.#key !== undefined, 'an erased key seals nothing');
    out.set(gcm(this.#key, iv, aad).encrypt(plaintext), offset);
  }

  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    assert(iv.length >= 8 && iv.length <= 16, 'an IV has 8 to 16 octets');
    assert(this.#key !== undefined, 'an erased key opens nothing');
    try {
      return gcm(this.#key, iv, aad).decrypt(sealed);
    } catch {
      return TAG_FAULT;
    }
  }

  erase(): void {
    this.#key?.fill(0);
    this.#key = undefined;
  }
}

const aead: Aead = {
  key: (octets) => new NobleAeadKey(octets),

  cmac: (key, parts) => cmac(concat(parts), key),

  decryptCbc: (key, iv, blocks) => cbc(key, iv, { disablePadding: true }).decrypt(blocks),

  wrapKey(kek, key) {
    assertWraps(kek, key);
    return aeskw(kek).encrypt(key);
  },

  unwrapKey(kek, wrapped) {
    assertWraps(kek);
    try {
      return aeskw(kek).decrypt(wrapped);
    } catch {
      return KEY_WRAP;
    }
  },
};

class NobleX25519Key implements X25519Key {
  readonly publicKey: Uint8Array;
  #privateKey: Uint8Array | undefined;

  constructor(privateKey: Uint8Array) {
    assert(privateKey.length === 32, 'a private key has 32 octets');
    this.#privateKey = privateKey.slice();
    this.publicKey = x25519.getPublicKey(privateKey);
  }

  shared(remotePublicKey: Uint8Array): Uint8Array | Fault {
    assert(remotePublicKey.length === 32, 'a public key has 32 octets');
    if (this.#privateKey === undefined) return KEY_ERASED;
    try {
      return x25519.getSharedSecret(this.#privateKey, remotePublicKey);
    } catch {
      return DH_ZERO;
    }
  }

  erase(): void {
    this.#privateKey?.fill(0);
    this.#privateKey = undefined;
  }
}

class NobleEd25519Key implements Ed25519Key {
  readonly publicKey: Uint8Array;
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    assert(seed.length === 32, 'a private key has 32 octets');
    this.#seed = seed.slice();
    this.publicKey = ed25519.getPublicKey(seed);
  }

  sign(message: Uint8Array): Uint8Array {
    return ed25519.sign(message, this.#seed);
  }
}

const curve: Curve = {
  x25519Key: (privateKey) => new NobleX25519Key(privateKey),

  ed25519Key: (seed) => new NobleEd25519Key(seed),

  ed25519Verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    const { Point } = ed25519;
    const r = signature.subarray(0, 32);
    const s = bytesToNumberLE(signature.subarray(32));
    if (s >= Point.Fn.ORDER) return false;
    try {
      const a = Point.fromBytes(publicKey);
      if (a.isSmallOrder()) return false;
      const k = bytesToNumberLE(sha512(concat([r, publicKey, message]))) % Point.Fn.ORDER;
      const expected = Point.BASE.multiplyUnsafe(s).subtract(a.multiplyUnsafe(k));
      return equal(expected.toBytes(), r);
    } catch {
      return false;
    }
  },
};

/** Pure AES, X25519, Ed25519 and HMAC. */
export const nobleProvider: CryptoProvider = {
  name: 'noble',
  aead,
  curve,
  hmacSha512,
};
