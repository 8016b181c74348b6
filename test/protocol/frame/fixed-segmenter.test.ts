import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { FixedSegmenter } from '#protocol/frame/fixed-segmenter.ts';
import { SduReassembler } from '#protocol/frame/sdu-reassembler.ts';

describe('the segmenter for zones of fixed length', () => {
  it('writes start and continuation, with the place of the last octet', () => {
    expect(cut('0102030405', 5)).toEqual(['25ffff0102', '45ffff0304', '4500000500']);
    expect(cut('0102', 5)).toEqual(['2500010102']);
    expect(cut('01', 5)).toEqual(['2500000100']);
  });

  it('gives what the reassembler joins again, whatever the sizes', () => {
    const sdu = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(fc.array(sdu), fc.integer({ min: 4, max: 100 }), (sdus, tfdfOctets) => {
        const reassembler = new SduReassembler({ upid: 5, sduOctetsMax: 300, fixedLength: true });
        const joined: unknown[] = [];
        for (const octets of sdus) {
          const segmenter = new FixedSegmenter(octets, 5, tfdfOctets);
          while (!segmenter.done) {
            reassembler.push(segmenter.next()!.slice());
            const output = reassembler.next();
            if (output !== undefined) joined.push(output);
          }
          expect(segmenter.next()).toBeUndefined();
        }
        expect(joined).toEqual(sdus);
      }),
    );
  });

  it('asserts that there is something to cut, and room for it', () => {
    expect(() => new FixedSegmenter(new Uint8Array(0), 5, 10)).toThrow();
    expect(() => new FixedSegmenter(new Uint8Array(1), 5, 3)).toThrow();
  });
});

function cut(sdu: string, tfdfOctets: number): string[] {
  const segmenter = new FixedSegmenter(fromHex(sdu), 5, tfdfOctets);
  const segments: string[] = [];
  while (!segmenter.done) segments.push(toHex(segmenter.next()!));
  return segments;
}
