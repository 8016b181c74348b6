/**
 * The two inner objects of Noise, with AESGCM and SHA512: a cipher that counts, and the running key
 * and hash of a conversation. noise.ts drives them.
 *
 * Source: The Noise Protocol Framework, revision 34; § numbers below are of that document.
 */
import { assert } from '../assert.ts';
import { concat, utf8Encode } from '../bytes/octets.ts';
import { hkdfSha512, sha512 } from '../crypto/hash.ts';
import type { Aead, AeadKey } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { LENGTH, NOISE_AUTH } from './faults.ts';

/** Encrypts with one key under nonces that count up from zero (§5.1). */
export class CipherState {
  readonly #aead: Aead;
  #key: AeadKey | undefined;
  #nonce = 0;

  constructor(aead: Aead) {
    this.#aead = aead;
  }

  /** A state with the same key and nonce that goes its own way from here. */
  clone(): CipherState {
    const copy = new CipherState(this.#aead);
    copy.#key = this.#key;
    copy.#nonce = this.#nonce;
    return copy;
  }

  /** Takes a 32-octet key and starts again at nonce zero. */
  initializeKey(key: Uint8Array): void {
    this.#key = this.#aead.key(key);
    this.#nonce = 0;
  }

  /** Whether what is encrypted from here on is secret. */
  hasKey(): boolean {
    return this.#key !== undefined;
  }

  /** Ciphertext and 16-octet tag; the plaintext itself while there is no key. */
  encryptWithAd(ad: Uint8Array, plaintext: Uint8Array): Uint8Array {
    if (this.#key === undefined) return plaintext;
    const sealed = new Uint8Array(plaintext.length + TAG_OCTETS);
    this.#key.seal(this.#takeNonce(), ad, plaintext, sealed, 0);
    return sealed;
  }

  /** The plaintext, or `session.noise-auth`; what was given itself while there is no key. */
  decryptWithAd(ad: Uint8Array, ciphertext: Uint8Array): Uint8Array | Fault {
    if (this.#key === undefined) return ciphertext;
    if (ciphertext.length < TAG_OCTETS) return LENGTH;
    const plaintext = this.#key.open(this.#takeNonce(), ad, ciphertext);
    return plaintext instanceof Fault ? NOISE_AUTH : plaintext;
  }

  /** Four zero octets and the nonce as eight, big-endian (§12.3). */
  #takeNonce(): Uint8Array {
    const nonce = new Uint8Array(12);
    new DataView(nonce.buffer).setUint32(8, this.#nonce++);
    return nonce;
  }
}

/** The chaining key and the hash of everything said so far (§5.2). */
export class SymmetricState {
  readonly #cipher: CipherState;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;

  private constructor(cipher: CipherState, chainingKey: Uint8Array, hash: Uint8Array) {
    this.#cipher = cipher;
    this.#chainingKey = chainingKey;
    this.#hash = hash;
  }

  /** InitializeSymmetric: a protocol name within 64 octets is padded, a longer one hashed. */
  static initialize(protocolName: string, aead: Aead): SymmetricState {
    const name = utf8Encode(protocolName);
    assert(name.length <= HASH_OCTETS, 'the protocol name fits the hash');
    const hash = new Uint8Array(HASH_OCTETS);
    hash.set(name);
    return new SymmetricState(new CipherState(aead), hash, hash);
  }

  /** A state equal to this one that goes its own way from here. */
  clone(): SymmetricState {
    return new SymmetricState(this.#cipher.clone(), this.#chainingKey, this.#hash);
  }

  /** Mixes 32 octets of DH output, or none, into the chaining key and the cipher key. */
  mixKey(keyMaterial: Uint8Array): void {
    const [chainingKey, key] = this.#hkdf(keyMaterial, 2);
    this.#chainingKey = chainingKey!;
    this.#cipher.initializeKey(key!.subarray(0, KEY_OCTETS));
  }

  /** Mixes octets into the hash. */
  mixHash(data: Uint8Array): void {
    this.#hash = sha512(concat([this.#hash, data]));
  }

  /** Mixes a pre-shared key into chaining key, hash and cipher key (§9.1). */
  mixKeyAndHash(keyMaterial: Uint8Array): void {
    const [chainingKey, hash, key] = this.#hkdf(keyMaterial, 3);
    this.#chainingKey = chainingKey!;
    this.mixHash(hash!);
    this.#cipher.initializeKey(key!.subarray(0, KEY_OCTETS));
  }

  /** The hash of the whole conversation: 64 octets, fixed once the handshake is complete. */
  handshakeHash(): Uint8Array {
    return this.#hash;
  }

  /** Octets a field of `count` octets takes on the wire from here on. */
  sealedOctets(count: number): number {
    return this.#cipher.hasKey() ? count + TAG_OCTETS : count;
  }

  /** Encrypts under the hash and mixes the result into it. */
  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipher.encryptWithAd(this.#hash, plaintext);
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** Undoes `encryptAndHash`, or gives the fault of `CipherState.decryptWithAd`. */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array | Fault {
    const plaintext = this.#cipher.decryptWithAd(this.#hash, ciphertext);
    if (!(plaintext instanceof Fault)) this.mixHash(ciphertext);
    return plaintext;
  }

  /** The two 32-octet transport keys: initiator to responder, then back. Fresh arrays. */
  split(): readonly [Uint8Array, Uint8Array] {
    const [first, second] = this.#hkdf(NOTHING, 2);
    return [first!.slice(0, KEY_OCTETS), second!.slice(0, KEY_OCTETS)];
  }

  /** HKDF of §4.3, which is RFC 5869 with the chaining key as salt and no info. */
  #hkdf(keyMaterial: Uint8Array, outputs: 2 | 3): Uint8Array[] {
    const joined = hkdfSha512(this.#chainingKey, keyMaterial, NOTHING, outputs * HASH_OCTETS);
    return Array.from({ length: outputs }, (_, i) =>
      joined.subarray(i * HASH_OCTETS, (i + 1) * HASH_OCTETS),
    );
  }
}

const HASH_OCTETS = 64;
const KEY_OCTETS = 32;
const TAG_OCTETS = 16;
const NOTHING = new Uint8Array(0);
