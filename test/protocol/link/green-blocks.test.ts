import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACKET_OCTETS_MAX } from '#protocol/link/contract.ts';
import { GreenBlocks } from '#protocol/link/green-blocks.ts';

describe('green segments', () => {
  it('make a block once the last of them has come, in whatever order', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 300 }),
        fc.array(fc.nat(299), { maxLength: 6 }),
        fc.infiniteStream(fc.nat()),
        (block, cuts, chance) => {
          const green = new GreenBlocks();
          const ends = [
            ...new Set([...cuts.filter((cut) => cut > 0 && cut < block.length), block.length]),
          ];
          const parts = ends
            .sort((a, b) => a - b)
            .map((to, n) => segment(1, block, ends[n - 1] ?? 0, to))
            .map((part) => ({ part, at: chance.next().value as number }))
            .sort((a, b) => a.at - b.at);
          const told = parts.map(({ part }) => green.add(part));
          expect(told.slice(0, -1).every((whole) => whole === undefined)).toBe(true);
          expect(told.at(-1)).toEqual(block);
        },
      ),
    );
  });

  it('of which one is lost give their place to later ones', () => {
    const green = new GreenBlocks();
    const block = new Uint8Array(40).fill(9);
    for (let number = 0; number < 400; number++) green.add(segment(number, block, 0, 20));
    expect(green.add(segment(0, block, 20, 40))).toBeUndefined();
    expect(green.add(segment(399, block, 20, 40))).toEqual(block);
  });

  it('take no more memory than two of the longest packets', () => {
    const green = new GreenBlocks();
    const half = new Uint8Array(PACKET_OCTETS_MAX / 2);
    for (let number = 0; number < 8; number++) green.add(segment(number, half, 0, half.length - 1));
    expect(green.add(segment(0, half, half.length - 1, half.length))).toBeUndefined();
    expect(green.add(segment(7, half, half.length - 1, half.length))).toEqual(half);
    const beyond = { ...segment(9, half, 0, 10), offset: PACKET_OCTETS_MAX };
    expect(green.add(beyond)).toBeUndefined();
  });

  it('are forgotten when the link goes down', () => {
    const green = new GreenBlocks();
    const block = new Uint8Array(10).fill(1);
    green.add(segment(1, block, 0, 5));
    green.clear();
    expect(green.add(segment(1, block, 5, 10))).toBeUndefined();
  });
});

function segment(number: number, block: Uint8Array, from: number, to: number) {
  return {
    kind: 'green',
    session: { originator: 1, number },
    clientService: 1,
    lane: 0,
    offset: from,
    data: block.subarray(from, to),
    endOfBlock: to === block.length,
  } as const;
}
