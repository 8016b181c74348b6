import { describe, expect, it } from 'vitest';
import { CONVENTIONAL, DUAL, divide, multiply, POWERS } from '#protocol/coding/galois.ts';
import { vectorsOf } from './sync-coding-vectors.ts';

const elements = Array.from({ length: 256 }, (_, element) => element);
const pairs = elements.flatMap((a) => elements.map((b) => [a, b] as const));

describe('the field', () => {
  it.each(vectorsOf('dual-basis').map((vector) => [vector.id, vector] as const))(
    '%s is the published change of notation',
    (_, { conventional, dual }) => {
      expect(DUAL[Number.parseInt(conventional, 16)]).toBe(Number.parseInt(dual, 16));
      expect(CONVENTIONAL[Number.parseInt(dual, 16)]).toBe(Number.parseInt(conventional, 16));
    },
  );

  it('has four vectors of its notations', () => {
    expect(vectorsOf('dual-basis')).toHaveLength(4);
  });

  it('has one dual notation for each element', () => {
    expect(elements.map((element) => CONVENTIONAL[DUAL[element]!])).toEqual(elements);
  });

  it('multiplies as the polynomial 187 says', () => {
    const wrong = pairs.filter(([a, b]) => multiply(a, b) !== longProduct(a, b));
    expect(wrong).toEqual([]);
  });

  it('divides as it multiplies', () => {
    const wrong = pairs.filter(([a, b]) => b !== 0 && multiply(divide(a, b), b) !== a);
    expect(wrong).toEqual([]);
  });

  it('has every element but zero among the powers of the base', () => {
    expect(new Set(POWERS).size).toBe(255);
    expect(POWERS[1]).toBe(elements.slice(0, 11).reduce((power) => longProduct(power, 2), 1));
  });
});

/** Shift and add, one bit at a time. */
function longProduct(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product <<= 1;
    if (product & 0x100) product ^= 0x187;
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}
