import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import {
  type CodingParameters,
  type DecodedBlock,
  decodeBlock,
  encodeBlock,
  fitsBlock,
  overheadOctets,
} from '#protocol/coding/coded-block.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeFrame, encodeFrame } from '#protocol/frame/uslp.ts';
import { LEFT, vectorNamed, vectors, vectorsOf } from './sync-coding-vectors.ts';

describe('the vectors of ccsds-sync-coding.json', () => {
  const cadus = vectorsOf('cadu').filter(({ frame }) => frame !== undefined);

  it('are all run here and beside, or left for a reason', () => {
    const run = ['sync-marker', 'randomizer', 'cadu', 'rs-codeblock', 'dual-basis'].map(
      (kind) => vectorsOf(kind).length,
    );
    expect(run).toEqual([1, 2, 5, 5, 4]);
    expect(run.reduce((sum, count) => sum + count) + Object.keys(LEFT).length).toBe(vectors.length);
  });

  it('asm-32 starts every block', () => {
    for (const parameters of [PLAIN, CODED]) {
      expect(toHex(encodeBlock(Uint8Array.of(7), parameters)).slice(0, 8)).toBe(
        vectorNamed('asm-32').octets,
      );
    }
  });

  it.each(cadus.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const parameters = { ...PLAIN, randomizer: RANDOMIZERS[vector.config.randomizer] };
    expect(toHex(encodeBlock(fromHex(vector.frame), parameters))).toBe(vector.cadu);
    expect(decodeBlock(fromHex(vector.cadu), parameters)).toEqual({
      frame: fromHex(vector.frame),
      correctedSymbols: 0,
    });
  });

  it.each([
    ['cadu-bad-marker', 'coding.sync'],
    ['cadu-short', 'coding.short'],
  ])('%s is refused as %s', (id, key) => {
    expect((decodeBlock(fromHex(vectorNamed(id).cadu), PLAIN) as Fault).key).toBe(key);
  });
});

describe('a coded block', () => {
  it('gives its frame back, and leaves frame and datagram as they were', () => {
    fc.assert(
      fc.property(anyParameters, fc.uint8Array({ maxLength: 1800 }), (parameters, octets) => {
        const interleave = parameters.reedSolomon?.interleave ?? 1;
        const frame = octets.slice(0, octets.length - (octets.length % interleave));
        fc.pre(fitsBlock(frame.length, parameters));
        const kept = frame.slice();
        const datagram = encodeBlock(frame, parameters);
        const sent = datagram.slice();
        expect(datagram).toHaveLength(frame.length + overheadOctets(parameters));
        expect(decodeBlock(datagram, parameters)).toEqual({ frame, correctedSymbols: 0 });
        expect([frame, datagram]).toEqual([kept, sent]);
      }),
    );
  });

  it('never gives a wrong frame past the FECF, however many symbols are wrong', () => {
    const managed = { scid: 257, frameOctetsMax: 100, vcfCountOctets: 3, fecf: true };
    const tfdf = new Uint8Array(84).fill(0xe0);
    const frame = encodeFrame(HEADER, tfdf, managed);
    const datagram = encodeBlock(frame, CODED);
    const verdicts = { right: 0, refused: 0 };
    fc.assert(
      fc.property(anyErrors(datagram.length), (errors) => {
        const damaged = datagram.slice();
        for (const { at, by } of errors) damaged[at]! ^= by;
        const block = decodeBlock(damaged, CODED);
        const received = block instanceof Fault ? block : decodeFrame(block.frame, managed);
        if (received instanceof Fault) {
          verdicts.refused += 1;
          expect(errors.length).toBeGreaterThan(16);
        } else {
          verdicts.right += 1;
          expect(received.data).toEqual(tfdf);
          expect((block as DecodedBlock).correctedSymbols).toBe(errors.length);
        }
      }),
      { numRuns: 1000 },
    );
    expect(verdicts.right).toBeGreaterThan(100);
    expect(verdicts.refused).toBeGreaterThan(100);
  });

  it('puts up with as many wrong bits in its marker as agreed', () => {
    const datagram = encodeBlock(Uint8Array.of(1, 2, 3), PLAIN);
    for (const [bits, marker] of [
      [0, '1acffc1d'],
      [1, '1acffc1c'],
      [2, '9acffc1c'],
      [3, '9acefc1c'],
    ] as const) {
      const damaged = datagram.slice();
      damaged.set(fromHex(marker));
      for (const markerBitErrorsMax of [0, 1, 2, 3]) {
        const block = decodeBlock(damaged, { ...PLAIN, markerBitErrorsMax });
        expect(block instanceof Fault, `${bits} bits, ${markerBitErrorsMax} allowed`).toBe(
          bits > markerBitErrorsMax,
        );
      }
    }
  });

  it.each<[string, number, CodingParameters]>([
    ['short', 4, PLAIN],
    ['length', 65541, PLAIN],
    ['length', 4 + 32, CODED],
    ['length', 4 + 256, CODED],
    ['length', 4 + 5 * 40 + 1, FIVE],
  ])('is refused as %s at %i octets', (code, length, parameters) => {
    const datagram = new Uint8Array(length);
    datagram.set(fromHex('1acffc1d'));
    expect((decodeBlock(datagram, parameters) as Fault).code).toBe(code);
  });

  it('is refused as uncorrectable when it has more wrong symbols than can be corrected', () => {
    const datagram = encodeBlock(Uint8Array.of(1, 2, 3), CODED);
    for (let i = 0; i < 17; i++) datagram[8 + i]! ^= 0x55;
    expect((decodeBlock(datagram, CODED) as Fault).key).toBe('coding.uncorrectable');
  });

  it('is decoded without a throw from any octets', () => {
    const marked = fc
      .uint8Array({ maxLength: 300 })
      .map((octets) => Uint8Array.of(0x1a, 0xcf, 0xfc, 0x1d, ...octets));
    fc.assert(
      fc.property(anyParameters, fc.oneof(marked, fc.uint8Array()), (parameters, octets) => {
        const block = decodeBlock(octets, parameters);
        if (!(block instanceof Fault)) expect(block.frame.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not made of a frame that does not suit the code', () => {
    for (const [length, parameters] of [
      [0, PLAIN],
      [65537, PLAIN],
      [224, CODED],
      [6, FIVE],
    ] as const) {
      expect(() => encodeBlock(new Uint8Array(length), parameters)).toThrow('suits the code');
    }
  });
});

const PLAIN: CodingParameters = {
  reedSolomon: undefined,
  randomizer: undefined,
  markerBitErrorsMax: 0,
};
const CODED: CodingParameters = {
  reedSolomon: { correctableMax: 16, interleave: 1 },
  randomizer: 'long',
  markerBitErrorsMax: 0,
};
const FIVE: CodingParameters = { ...CODED, reedSolomon: { correctableMax: 16, interleave: 5 } };

const RANDOMIZERS: Record<string, 'long' | 'short' | undefined> = {
  none: undefined,
  tm255: 'short',
  '131071': 'long',
};

const HEADER = {
  scid: 257,
  sourceOrDestination: 0,
  vcid: 1,
  mapId: 0,
  bypass: true,
  controlCommand: false,
  ocf: false,
  vcfCountOctets: 3,
  vcfCount: 7,
} as const;

const anyParameters: fc.Arbitrary<CodingParameters> = fc.record({
  reedSolomon: fc.option(
    fc.record({
      correctableMax: fc.constantFrom(8 as const, 16 as const),
      interleave: fc.constantFrom(
        1 as const,
        2 as const,
        3 as const,
        4 as const,
        5 as const,
        8 as const,
      ),
    }),
    { nil: undefined },
  ),
  randomizer: fc.constantFrom('long' as const, 'short' as const, undefined),
  markerBitErrorsMax: fc.nat(3),
});

/** Up to 40 wrong symbols behind the marker. */
function anyErrors(length: number): fc.Arbitrary<{ at: number; by: number }[]> {
  return fc.uniqueArray(
    fc.record({
      at: fc.integer({ min: 4, max: length - 1 }),
      by: fc.integer({ min: 1, max: 255 }),
    }),
    { selector: ({ at }) => at, maxLength: 40, size: 'max' },
  );
}
