import fc from 'fast-check';
import { expect, test } from 'vitest';
import { briefOctets } from '#protocol/bytes/slab.ts';

test('pieces have the size asked for, are all zero, and share no octet', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 40 }), (sizes) => {
      const pieces = sizes.map((size) => {
        const piece = briefOctets(size);
        expect(piece.length).toBe(size);
        expect(piece.every((octet) => octet === 0)).toBe(true);
        return piece;
      });
      pieces.forEach((piece, index) => {
        piece.fill(index + 1);
      });
      pieces.forEach((piece, index) => {
        expect(piece.every((octet) => octet === index + 1)).toBe(true);
      });
    }),
  );
});

test('a small piece is cut from a larger array, and a large one is not', () => {
  expect(briefOctets(100).buffer.byteLength).toBeGreaterThan(100);
  expect(briefOctets(60_000).buffer.byteLength).toBe(60_000);
});
