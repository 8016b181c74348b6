import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '#protocol/bytes/octets.ts';
import { type Randomizer, randomize } from '#protocol/coding/randomizer.ts';
import { vectorNamed, vectorsOf } from './sync-coding-vectors.ts';

describe('the randomizer', () => {
  it('has two vectors', () => {
    expect(vectorsOf('randomizer').map(({ id }) => id)).toEqual(['pn-131071', 'pn-tm255']);
  });

  it.each<[Randomizer, string]>([
    ['long', 'pn-131071'],
    ['short', 'pn-tm255'],
  ])('%s adds the published sequence %s', (randomizer, id) => {
    const { octets } = vectorNamed(id);
    expect(toHex(sequence(randomizer, octets.length / 2))).toBe(octets);
  });

  it.each<[Randomizer, number]>([
    ['long', 131071],
    ['short', 255],
  ])('%s repeats after %i bits, and not after a part of that', (randomizer, period) => {
    const octets = sequence(randomizer, 65536);
    const bits = Array.from({ length: 524288 }, (_, n) => (octets[n >> 3]! >> (7 - (n & 7))) & 1);
    expect(bits.slice(period).every((bit, n) => bit === bits[n])).toBe(true);
    // 131071 is prime; 255 is 3 × 5 × 17.
    for (const part of period === 255 ? [15, 51, 85] : [1]) {
      expect(bits.slice(part, part + 255)).not.toEqual(bits.slice(0, 255));
    }
  });

  it.each<[Randomizer]>([['long'], ['short']])('%s undoes itself', (randomizer) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (octets) => {
        const twice = octets.slice();
        randomize(twice, randomizer);
        randomize(twice, randomizer);
        expect(twice).toEqual(octets);
      }),
    );
  });

  it('refuses more than the longest frame', () => {
    expect(() => sequence('long', 65537)).toThrow('no longer than');
  });
});

/** What the randomizer makes of so many zeros. */
function sequence(randomizer: Randomizer, length: number): Uint8Array {
  const octets = new Uint8Array(length);
  randomize(octets, randomizer);
  return octets;
}
