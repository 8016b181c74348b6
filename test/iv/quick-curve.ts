/**
 * The curves of the platform, five times as fast and with no regard for secrets: keys go in as
 * text, and signatures seen before are not looked at again. For runs of very many handshakes.
 */
import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
} from 'node:crypto';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat } from '#protocol/bytes/octets.ts';
import { DH_ZERO, KEY_ERASED } from '#protocol/crypto/faults.ts';
import type { Curve } from '#protocol/crypto/ports.ts';

const { curve } = nativeProvider;
/** By public key, signature and message. Bounded by VERDICTS_MAX. */
const verdicts = new Map<string, boolean>();
const VERDICTS_MAX = 100_000;

export const quickCurve: Curve = {
  x25519Key(privateKey) {
    let ours: KeyObject | undefined = privateKeyOf('X25519', privateKey);
    return {
      publicKey: publicOf(ours),
      shared(remotePublicKey) {
        if (ours === undefined) return KEY_ERASED;
        const x = base64(remotePublicKey);
        const theirs = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x }, format: 'jwk' });
        try {
          return new Uint8Array(diffieHellman({ privateKey: ours, publicKey: theirs }));
        } catch {
          return DH_ZERO;
        }
      },
      erase() {
        ours = undefined;
      },
    };
  },

  ed25519Key(seed) {
    const key = privateKeyOf('Ed25519', seed);
    return {
      publicKey: publicOf(key),
      sign: (message) => new Uint8Array(sign(null, message, key)),
    };
  },

  ed25519Verify(publicKey, message, signature) {
    const name = base64(concat([publicKey, signature, message]));
    let verdict = verdicts.get(name);
    if (verdict === undefined) {
      verdict = curve.ed25519Verify(publicKey, message, signature);
      if (verdicts.size === VERDICTS_MAX) verdicts.clear();
      verdicts.set(name, verdict);
    }
    return verdict;
  },
};

/** The public part is asked for and not looked at. */
function privateKeyOf(crv: string, octets: Uint8Array): KeyObject {
  const d = base64(octets);
  return createPrivateKey({ key: { kty: 'OKP', crv, d, x: d }, format: 'jwk' });
}

function publicOf(privateKey: KeyObject): Uint8Array {
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return new Uint8Array(Buffer.from(x as string, 'base64url'));
}

function base64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('base64url');
}
