/**
 * Ed25519 signatures on which lenient and strict verifiers part: the signer adds points of small
 * order to its public key and to R. With the cofactor every one of them holds; without it, few.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { concat } from '#protocol/bytes/octets.ts';
import { sha512 } from '#protocol/crypto/hash.ts';

export interface Forgery {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/** Every pair of the given small-order points that decode, under three messages each. */
export function forgeries(smallOrder: readonly Uint8Array[]): Forgery[] {
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const torsion = smallOrder.flatMap((octets) => {
    try {
      return [Point.fromBytes(octets)];
    } catch {
      return [];
    }
  });
  const [secret, nonce] = [123456789n, 987654321n];
  const made: Forgery[] = [];
  for (const inKey of torsion) {
    for (const inR of torsion) {
      for (const octet of [1, 2, 3]) {
        const publicKey = Point.BASE.multiply(secret).add(inKey).toBytes();
        const r = Point.BASE.multiply(nonce).add(inR).toBytes();
        const message = Uint8Array.of(octet);
        const k = bytesToNumberLE(sha512(concat([r, publicKey, message]))) % order;
        const s = numberToBytesLE((nonce + k * secret) % order, 32);
        made.push({ publicKey, message, signature: concat([r, s]) });
      }
    }
  }
  return made;
}
