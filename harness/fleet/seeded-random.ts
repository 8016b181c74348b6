/**
 * A seeded source of octets for runs that must repeat: a counter through SHA-256, one
 * stream per consumer so that adding a node does not reshuffle the others. Never for flight: a
 * node that uses it carries the test-equipment role in its certificate (LS-907).
 */
import { createHash } from 'node:crypto';
import type { Random } from '#protocol/crypto/ports.ts';

/** The stream of `seed` for the consumer named `stream`. */
export class SeededRandom implements Random {
  readonly seeded = true;
  readonly #prefix: string;
  #counter = 0;

  constructor(seed: number, stream: string) {
    this.#prefix = `orbweaver ${seed} ${stream} `;
  }

  octets(count: number): Uint8Array {
    const out = new Uint8Array(count);
    for (let at = 0; at < count; at += 32) {
      const block = createHash('sha256')
        .update(this.#prefix + this.#counter++)
        .digest();
      out.set(block.subarray(0, Math.min(32, count - at)), at);
    }
    return out;
  }

  /** A number in [0, 1), for jitter and phases. */
  fraction(): number {
    return new DataView(this.octets(4).buffer).getUint32(0) / 2 ** 32;
  }
}
