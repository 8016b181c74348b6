import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, toHex } from '#protocol/bytes/octets.ts';
import { decodeEncapsulation } from '#protocol/frame/encapsulation.ts';
import { type SduSegmenter, segmentPacket, segmentSdu } from '#protocol/frame/sdu-segmenter.ts';

describe('the segments of an SDU', () => {
  it('are one whole TFDF where it fits', () => {
    expect(hexes(segmentPacket(4, Uint8Array.of(0x9f, 0x88, 7), 10))).toEqual(['e0f1059f8807']);
    expect(hexes(segmentSdu(Uint8Array.of(1, 2, 3), 4))).toEqual(['e5010203']);
  });

  it('are first, middle and last where it does not', () => {
    const octets = Uint8Array.of(1, 2, 3, 4, 5);
    expect(hexes(segmentSdu(octets, 3))).toEqual(['850102', 'a50304', 'c505']);
    expect(hexes(segmentSdu(octets, 2))).toEqual(['8501', 'a502', 'a503', 'a504', 'c505']);
    expect(hexes(segmentPacket(4, octets, 5))).toEqual(['80f1070102', 'c0030405']);
  });

  it('are done exactly when the last has been taken', () => {
    const segmenter = segmentSdu(Uint8Array.of(1, 2), 2);
    expect([segmenter.done, segmenter.next()?.length]).toEqual([false, 2]);
    expect([segmenter.done, segmenter.next()?.length]).toEqual([false, 2]);
    expect([segmenter.done, segmenter.next()]).toEqual([true, undefined]);
  });

  it('join to the packet, none longer than allowed and all but the last of full length', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        fc.integer({ min: 2, max: 700 }),
        (data, max) => {
          const segments = take(segmentPacket(4, data, max));
          expect(segments.slice(0, -1).every(({ length }) => length === max)).toBe(true);
          expect(segments.at(-1)!.length).toBeLessThanOrEqual(max);
          const zones = segments.map((segment) => segment.subarray(1));
          const packet = concat(zones);
          expect(decodeEncapsulation(packet, 0)).toMatchObject({ data, end: packet.length });
        },
      ),
    );
  });

  it('leave the data given as they were', () => {
    const data = new Uint8Array(20).fill(0xaa);
    take(segmentSdu(data, 3));
    take(segmentPacket(4, data, 3));
    expect(data).toEqual(new Uint8Array(20).fill(0xaa));
  });

  it('cannot be asked of nothing, or without room for an octet', () => {
    expect(() => segmentSdu(new Uint8Array(0), 10)).toThrow();
    expect(() => segmentSdu(Uint8Array.of(1), 1)).toThrow();
  });
});

function take(segmenter: SduSegmenter): Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let tfdf = segmenter.next(); tfdf !== undefined; tfdf = segmenter.next()) {
    segments.push(tfdf.slice());
  }
  return segments;
}

function hexes(segmenter: SduSegmenter): string[] {
  return take(segmenter).map(toHex);
}
