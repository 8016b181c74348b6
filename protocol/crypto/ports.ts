/**
 * The cryptographic ports: what the protocol needs from a provider. Two providers exist, `noble`
 * (pure, here) and `native` (node:crypto, an adapter of the node floor), which share one KEM; one
 * contract suite runs over both. Hashing is not a port: it comes from @noble/hashes everywhere.
 */
import type { Fault } from '../fault.ts';

/**
 * The 64-octet code of `octets` under a key, both views: fresh octets. It has a port because it is
 * all that a stranger's message costs a node. Source: RFC 2104 §2.
 */
export type HmacSha512 = (key: Uint8Array, octets: Uint8Array) => Uint8Array;

/** The providers that a configuration may name; `auto` takes native where it passes self-test. */
export type CryptoProviderName = 'noble' | 'native';

/** A source of unpredictable octets (seeded in simulations, the operating system's in flight). */
export interface Random {
  /** A fresh array of `count` octets, owned by the caller. */
  octets(count: number): Uint8Array;
  /** Whether the same octets come in every run, so that nothing made of them is secret (LS-907). */
  readonly seeded?: boolean;
}

/** One AES-GCM key, expanded once. Holds no counter: nonces are the owner's duty. */
export interface AeadKey {
  /**
   * Encrypts `plaintext` into `out` at `offset`: ciphertext, then the 16-octet tag.
   * `iv` 12 octets on links, or 16 where a static peer has it so; 8 to 16 in bundles (RFC 9173
   * §4.3.1). `out` must have `plaintext.length + 16` octets of room from `offset`.
   * The three inputs are views that are not kept.
   */
  seal(
    iv: Uint8Array,
    aad: Uint8Array,
    plaintext: Uint8Array,
    out: Uint8Array,
    offset: number,
  ): void;
  /**
   * Decrypts `sealed` (ciphertext, then 16-octet tag). A fresh array with the plaintext, or the
   * fault `crypto.tag` with nothing exposed. Source: NIST SP 800-38D §7.2.
   */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault;
  /** Overwrites or lets go of the key, as far as the platform allows; not used after that. */
  erase(): void;
}

/** AES-GCM under keys of 256 and 128 bits; and the other modes that SDLS and bundles have. */
export interface Aead {
  /** Expands a key of 32 or 16 octets; the provider copies what it needs. */
  key(octets: Uint8Array): AeadKey;
  /**
   * AES-256-CMAC: 16 octets, fresh, over the parts read as one octet string, under a key of 32.
   * Nothing is kept. Source: NIST SP 800-38B §6.2.
   */
  cmac(key: Uint8Array, parts: readonly Uint8Array[]): Uint8Array;
  /**
   * AES-256-CBC without padding: the plaintext, fresh, of whole blocks of 16 octets. `key` has 32
   * octets, `iv` 16; nothing is kept. Source: NIST SP 800-38A §6.2.
   */
  decryptCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Uint8Array;
  /**
   * AES key wrap without padding: fresh octets, eight more than `key` has. The key-encryption key
   * has 16, 24 or 32 octets, the key 16 or a greater multiple of eight. One key under one
   * key-encryption key always gives the same. Source: RFC 3394 §2.2.1.
   */
  wrapKey(kek: Uint8Array, key: Uint8Array): Uint8Array;
  /**
   * The key, fresh, or `crypto.key-wrap` when the octets were not made under this key.
   * Source: RFC 3394 §2.2.2.
   */
  unwrapKey(kek: Uint8Array, wrapped: Uint8Array): Uint8Array | Fault;
}

/** One X25519 private key, expanded once, with its public key. */
export interface X25519Key {
  /** 32 octets, not to be changed. */
  readonly publicKey: Uint8Array;
  /**
   * The shared secret, 32 fresh octets; or the fault `crypto.dh-zero` when it is all zero (LS-703),
   * `crypto.key-erased` after `erase`. `remotePublicKey` is 32 octets, a view that is not kept.
   */
  shared(remotePublicKey: Uint8Array): Uint8Array | Fault;
  /** Overwrites or lets go of the private key, as far as the platform allows. */
  erase(): void;
}

/** One Ed25519 private key, expanded once, with its public key. */
export interface Ed25519Key {
  /** 32 octets, not to be changed. */
  readonly publicKey: Uint8Array;
  /** The 64-octet signature, fresh. `message` is a view that is not kept. */
  sign(message: Uint8Array): Uint8Array;
}

/** X25519 (RFC 7748) and Ed25519 (RFC 8032, strict verification). */
export interface Curve {
  /** Expands a private key of 32 octets; the provider copies what it needs. */
  x25519Key(privateKey: Uint8Array): X25519Key;
  /** Expands a seed of 32 octets; the provider copies what it needs. */
  ed25519Key(seed: Uint8Array): Ed25519Key;
  /** True only for a canonical, valid signature (no ZIP-215 leniency). Never throws. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** A key pair of a KEM; raw octets. */
export interface KemKeyPair {
  readonly publicKey: Uint8Array;
  /** Secret; its owner erases it when done. */
  readonly privateKey: Uint8Array;
}

/** ML-KEM-768 (FIPS 203). Randomness is an argument; every result is fresh octets. */
export interface Kem {
  /** From 64 octets, d ‖ z: a public key of 1184 octets and a private one of 2400. */
  keyPair(seed: Uint8Array): KemKeyPair;
  /**
   * From 32 octets, m: a ciphertext of 1088 octets and the shared secret of 32. Fault
   * `crypto.kem-key` when the public key fails the check of FIPS 203 §7.2.
   */
  encapsulate(
    publicKey: Uint8Array,
    seed: Uint8Array,
  ): { readonly ciphertext: Uint8Array; readonly shared: Uint8Array } | Fault;
  /**
   * The shared secret, 32 octets; a ciphertext that was not made for this key gives another one,
   * without a word (FIPS 203 §6.3). Fault `crypto.kem-ciphertext` for a wrong length.
   */
  decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Uint8Array | Fault;
}

/** A provider: all ports under one name. */
export interface CryptoProvider {
  readonly name: CryptoProviderName;
  readonly aead: Aead;
  readonly curve: Curve;
  /** Only where the hybrid suite is spoken: other nodes do without its tables. */
  readonly kem?: Kem;
  readonly hmacSha512: HmacSha512;
}
