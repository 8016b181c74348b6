/** What a peer can do wrong in cryptography; every provider returns these same values. */
import { Fault } from '../fault.ts';

/** The tag does not authenticate the octets under this key, IV and associated data. */
export const TAG_FAULT = new Fault('crypto', 'tag', 'NIST SP 800-38D 7.2');

/** What is wrapped does not unwrap under this key-encryption key. */
export const KEY_WRAP = new Fault('crypto', 'key-wrap', 'RFC 3394 2.2.3');

/** The peer's public key is of small order: the shared secret would be all zero. */
export const DH_ZERO = new Fault('crypto', 'dh-zero', 'RFC 7748 6.1');

/** A private key that was erased before the answer of the peer came. */
export const KEY_ERASED = new Fault('crypto', 'key-erased', 'LS-1503');

/** An encapsulation key of the wrong length, or with a coefficient that is not reduced. */
export const KEM_KEY = new Fault('crypto', 'kem-key', 'FIPS 203 7.2');

/** A KEM ciphertext of the wrong length. */
export const KEM_CIPHERTEXT = new Fault('crypto', 'kem-ciphertext', 'FIPS 203 7.3');
