/**
 * The fast provider: the cryptography built into the platform (node:crypto, which is OpenSSL).
 *
 * What it returns is a plain Uint8Array, never a Buffer: `slice` of a Buffer is a view, and the
 * protocol relies on `slice` being a copy.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { assert } from '#protocol/assert.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { DH_ZERO, KEY_ERASED, TAG_FAULT } from '#protocol/crypto/faults.ts';
import type {
  Aead,
  AeadKey,
  CryptoProvider,
  Curve,
  Ed25519Key,
  X25519Key,
} from '#protocol/crypto/ports.ts';
import type { Fault } from '#protocol/fault.ts';
import { nativeCmac } from './native-cmac.ts';
import { nativeUnwrapKey, nativeWrapKey } from './native-key-wrap.ts';

class NativeAeadKey implements AeadKey {
  readonly #cipher: 'aes-256-gcm' | 'aes-128-gcm';
  #key: KeyObject | undefined;

  constructor(octets: Uint8Array) {
    assert(octets.length === 32 || octets.length === 16, 'an AES key has 32 or 16 octets');
    this.#cipher = octets.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm';
    this.#key = createSecretKey(octets);
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
    const cipher = createCipheriv(this.#cipher, this.#key, iv, TAG);
    cipher.setAAD(aad);
    out.set(cipher.update(plaintext), offset);
    cipher.final();
    out.set(cipher.getAuthTag(), offset + plaintext.length);
  }

  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault {
    assert(iv.length >= 8 && iv.length <= 16, 'an IV has 8 to 16 octets');
    assert(this.#key !== undefined, 'an erased key opens nothing');
    const tagAt = sealed.length - TAG.authTagLength;
    if (tagAt < 0) return TAG_FAULT;
    const decipher = createDecipheriv(this.#cipher, this.#key, iv, TAG);
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(tagAt));
    const plaintext = decipher.update(sealed.subarray(0, tagAt));
    try {
      decipher.final();
    } catch {
      return TAG_FAULT;
    }
    return plain(plaintext);
  }

  /** The platform keeps the octets of a key object and frees them with it; nobody can sooner. */
  erase(): void {
    this.#key = undefined;
  }
}

const aead: Aead = {
  key: (octets) => new NativeAeadKey(octets),

  cmac: nativeCmac,

  decryptCbc(key, iv, blocks) {
    const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return plain(Buffer.concat([decipher.update(blocks), decipher.final()]));
  },

  wrapKey: nativeWrapKey,

  unwrapKey: nativeUnwrapKey,
};

class NativeX25519Key implements X25519Key {
  readonly publicKey: Uint8Array;
  #privateKey: KeyObject | undefined;

  constructor(privateKey: Uint8Array) {
    this.#privateKey = privateKeyOf(X25519, privateKey);
    this.publicKey = publicOctets(this.#privateKey);
  }

  shared(remotePublicKey: Uint8Array): Uint8Array | Fault {
    const publicKey = publicKeyOf('X25519', remotePublicKey);
    if (this.#privateKey === undefined) return KEY_ERASED;
    try {
      return plain(diffieHellman({ privateKey: this.#privateKey, publicKey }));
    } catch {
      return DH_ZERO;
    }
  }

  /** As with an AEAD key, the platform frees the octets with their object. */
  erase(): void {
    this.#privateKey = undefined;
  }
}

class NativeEd25519Key implements Ed25519Key {
  readonly publicKey: Uint8Array;
  readonly #seed: KeyObject;

  constructor(seed: Uint8Array) {
    this.#seed = privateKeyOf(ED25519, seed);
    this.publicKey = publicOctets(this.#seed);
  }

  sign(message: Uint8Array): Uint8Array {
    return plain(sign(null, message, this.#seed));
  }
}

const curve: Curve = {
  x25519Key: (privateKey) => new NativeX25519Key(privateKey),

  ed25519Key: (seed) => new NativeEd25519Key(seed),

  ed25519Verify(publicKey, message, signature) {
    if (publicKey.length !== 32 || signature.length !== 64) return false;
    if (!isStrict(publicKey)) return false;
    return verify(null, message, publicKeyOf('Ed25519', publicKey), signature);
  },
};

/** AES, X25519, Ed25519 and HMAC from node:crypto. */
export const nativeProvider: CryptoProvider = {
  name: 'native',
  aead,
  curve,
  hmacSha512: (key, octets) => plain(createHmac('sha512', key).update(octets).digest()),
};

/**
 * Whether an Ed25519 public key is canonical and not of small order. OpenSSL checks neither, and
 * under a key of small order one signature fits many messages. Source: RFC 8032 §5.1.3.
 */
function isStrict(publicKey: Uint8Array): boolean {
  // Not `slice`, by which a Buffer shares its octets.
  const y = Uint8Array.from(publicKey);
  y[31]! &= 0x7f;
  const hex = toHex(y);
  return !NOT_BELOW_THE_PRIME.test(hex) && !SMALL_ORDER_Y.includes(hex);
}

/**
 * A secret never becomes text, which could not be erased (LS-1503). The platform takes longer over
 * this form than over an agreement or a signature, so a key is read once.
 */
function privateKeyOf(algorithm: AlgorithmId, octets: Uint8Array): KeyObject {
  assert(octets.length === 32, 'a private key has 32 octets');
  const header = Buffer.from(`302e020100300506032b65${algorithm}04220420`, 'hex');
  const key = Buffer.concat([header, octets]);
  const object = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  key.fill(0);
  return object;
}

/** As a JSON Web Key (RFC 8037 §2), which the platform reads ten times faster than its DER form. */
function publicKeyOf(curveName: 'X25519' | 'Ed25519', octets: Uint8Array): KeyObject {
  assert(octets.length === 32, 'a public key has 32 octets');
  const x = Buffer.from(octets).toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: curveName, x }, format: 'jwk' });
}

function publicOctets(privateKey: KeyObject): Uint8Array {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  assert(x !== undefined, 'the platform writes the public key of a curve');
  return new Uint8Array(Buffer.from(x, 'base64url'));
}

/** The same octets, seen as what the protocol knows. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

const TAG = { authTagLength: 16 };

/** The last octet of the object identifier 1.3.101.x. Source: RFC 8410 §3. */
type AlgorithmId = '6e' | '70';
const X25519 = '6e';
const ED25519 = '70';

/** 2^255 − 19 and the eighteen numbers above it that still fit 255 bits, little-endian. */
const NOT_BELOW_THE_PRIME = /^(e[def]|f.)(ff){30}7f$/;

/** The y coordinates of the eight points whose order divides 8: 0, 1, −1 and the two of order 8. */
const SMALL_ORDER_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
];
