import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Extents } from '#protocol/agent/extents.ts';

test('extents know each octet that was added, and no other', () => {
  const span = fc.tuple(fc.nat(40), fc.nat(12));
  fc.assert(
    fc.property(fc.array(span), span, (spans, [from, width]) => {
      const extents = new Extents();
      const there = new Set<number>();
      for (const [start, length] of spans) {
        extents.add(start, start + length);
        for (let at = start; at < start + length; at++) there.add(at);
      }
      const parts = extents.within(from, from + width);
      const known = parts.flatMap(([start, end]) => range(start, end));
      expect(known).toEqual(range(from, from + width).filter((at) => there.has(at)));
      for (const [start, end] of parts) expect(start).toBeLessThan(end);
      expect(extents.cover(width)).toBe(range(0, width).every((at) => there.has(at)));
    }),
  );
});

test('nothing covers an application data unit without octets', () => {
  expect(new Extents().cover(0)).toBe(true);
  expect(new Extents().cover(1)).toBe(false);
});

function range(start: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - start) }, (_, at) => start + at);
}
