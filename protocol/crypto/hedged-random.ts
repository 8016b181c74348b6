/**
 * Randomness that is hedged: even from a generator that gives zeros, or repeats itself, what comes
 * out differs by secret, boot and use.
 *
 * Source: LS-802, after RFC 8937.
 */
import { assert } from '../assert.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { concat } from '../bytes/octets.ts';
import { hmacSha512, sha512 } from './hash.ts';
import type { Random } from './ports.ts';

/** For one purpose, which has a label of its own: what is made for two never is the same. */
export class HedgedRandom implements Random {
  readonly seeded: boolean;
  readonly #random: Random;
  readonly #label: Uint8Array;
  readonly #secret: Uint8Array;
  readonly #boot: number;
  #counter = 0;

  /** `secret` is made of the private key of the node; see `hedgeSecret`. */
  constructor(random: Random, label: Uint8Array, secret: Uint8Array, boot: number) {
    this.seeded = random.seeded === true;
    this.#random = random;
    this.#label = label;
    this.#secret = secret;
    this.#boot = boot;
  }

  /** Up to 64 octets, fresh; the taker erases them when done if they are secret. */
  octets(count: number): Uint8Array {
    assert(count <= OCTETS_MAX, 'a hedged draw is of one hash');
    const use = new CborWriter()
      .uint(this.#boot)
      .uint(this.#counter++)
      .finish();
    const seed = concat([this.#label, this.#random.octets(32), this.#secret, use]);
    const hash = sha512(seed);
    const octets = hash.slice(0, count);
    hash.fill(0);
    seed.fill(0);
    return octets;
  }
}

/** A secret of its own for each label. */
export function hedgeSecret(privateKey: Uint8Array, label: Uint8Array): Uint8Array {
  return hmacSha512(privateKey, label);
}

const OCTETS_MAX = 64;
