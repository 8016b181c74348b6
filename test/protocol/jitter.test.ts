import { expect, it } from 'vitest';
import { jittered } from '#protocol/jitter.ts';

const randomOf = (octet: number) => ({
  octets: (count: number) => new Uint8Array(count).fill(octet),
});

it('strays from an interval by its share at most, either way', () => {
  expect(jittered(1_000_000, 0.2, randomOf(0))).toBe(800_000);
  expect(jittered(1_000_000, 0.2, randomOf(255))).toBe(1_200_000);
  expect(jittered(3, 0, randomOf(77))).toBe(3);
});
