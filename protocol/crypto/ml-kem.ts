/**
 * ML-KEM-768 from @noble/post-quantum, for every provider: what the platform has of it differs from
 * release to release.
 *
 * Source: FIPS 203.
 */
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { assert } from '../assert.ts';
import { KEM_CIPHERTEXT, KEM_KEY } from './faults.ts';
import type { CryptoProvider, Kem } from './ports.ts';

/** See `Kem`. */
const mlKem768: Kem = {
  keyPair(seed) {
    assert(seed.length === 64, 'a key pair grows from 64 octets');
    const { publicKey, secretKey: privateKey } = ml_kem768.keygen(seed);
    return { publicKey, privateKey };
  },

  encapsulate(publicKey, seed) {
    assert(seed.length === 32, 'a secret grows from 32 octets');
    try {
      const { cipherText, sharedSecret } = ml_kem768.encapsulate(publicKey, seed);
      return { ciphertext: cipherText, shared: sharedSecret };
    } catch {
      return KEM_KEY;
    }
  },

  decapsulate(privateKey, ciphertext) {
    assert(privateKey.length === 2400, 'a private key has 2400 octets');
    if (ciphertext.length !== CIPHERTEXT_OCTETS) return KEM_CIPHERTEXT;
    return ml_kem768.decapsulate(ciphertext, privateKey);
  },
};

/** The provider with what the hybrid suite needs besides. */
export function withKem(provider: CryptoProvider): Required<CryptoProvider> {
  return { ...provider, kem: mlKem768 };
}

const CIPHERTEXT_OCTETS = 1088;
