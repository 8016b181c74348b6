import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { IvSource } from '#protocol/bpsec/iv-source.ts';
import { toHex, utf8Encode } from '#protocol/bytes/octets.ts';
import { HedgedRandom, hedgeSecret } from '#protocol/crypto/hedged-random.ts';
import type { Random } from '#protocol/crypto/ports.ts';

describe('hedged randomness', () => {
  it('gives other octets for each node, boot, purpose and draw, though the generator is dead', () => {
    const drawn: string[] = [];
    for (const node of [1, 2]) {
      for (const boot of [1, 2]) {
        for (const label of ['a', 'b']) {
          const random = hedged(ZEROS, node, boot, label);
          drawn.push(toHex(random.octets(8)), toHex(random.octets(8)));
        }
      }
    }
    expect(new Set(drawn).size).toBe(16);
  });

  it('gives other octets when the generator lives', () => {
    let draws = 0;
    const counting: Random = { octets: (count) => new Uint8Array(count).fill(++draws) };
    expect(hedged(counting, 1, 1, 'a').octets(32)).not.toEqual(hedged(ZEROS, 1, 1, 'a').octets(32));
  });

  it('keeps the IVs of two boots apart, though the generator is dead', () => {
    const [one, other] = [1, 2].map((boot) => new IvSource(hedged(ZEROS, 1, boot, 'bundles')));
    const ivs = [one, other].flatMap((source) => [1, 2, 3].map(() => toHex(source!.next())));
    expect(new Set(ivs).size).toBe(6);
  });

  it('tells whether nothing of it is secret, and draws at most one hash', () => {
    expect(hedged(ZEROS, 1, 1, 'a').seeded).toBe(false);
    expect(hedged({ ...ZEROS, seeded: true }, 1, 1, 'a').seeded).toBe(true);
    expect(() => hedged(ZEROS, 1, 1, 'a').octets(65)).toThrow(InvariantError);
  });
});

const ZEROS: Random = { octets: (count) => new Uint8Array(count) };

function hedged(random: Random, node: number, boot: number, purpose: string): HedgedRandom {
  const label = utf8Encode(purpose);
  const secret = hedgeSecret(new Uint8Array(32).fill(node), label);
  return new HedgedRandom(random, label, secret, boot);
}
