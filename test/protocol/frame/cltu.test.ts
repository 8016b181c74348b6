import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCltu, encodeCltu, randomizeTc } from '#protocol/frame/cltu.ts';

describe('the CLTUs of ccsds-tc-cltu.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-tc-cltu.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const cltus = vectors.filter(({ kind }) => kind === 'cltu-bch');

  it('are five; frames are run in tc.test.ts; LDPC codes are not built', () => {
    expect(cltus).toHaveLength(5);
    const others = vectors.filter(({ kind }) => kind !== 'cltu-bch' && kind !== 'frame');
    expect(others.map(({ id }) => id)).toEqual(['ldpc-128-64', 'ldpc-512-256']);
  });

  it.each(cltus.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const { randomized } = vector.config;
    const data = fromHex(vector.data);
    expect(toHex(encodeCltu(data, randomized))).toBe(vector.cltu);
    const decoded = decodeCltu(fromHex(vector.cltu), randomized) as Uint8Array;
    expect(decoded.subarray(0, data.length)).toEqual(data);
    if (randomized) expect(toHex(randomizeTc(data))).toBe(vector.randomized);
  });
});

describe('a CLTU', () => {
  it('comes back as it went, with less than a block of fill', () => {
    fc.assert(
      fc.property(anyFrames, fc.boolean(), (frames, randomized) => {
        const decoded = decodeCltu(encodeCltu(frames, randomized), randomized) as Uint8Array;
        expect(decoded).toHaveLength(7 * Math.ceil(frames.length / 7));
        expect(decoded.subarray(0, frames.length)).toEqual(frames);
      }),
    );
  });

  it('is read up to the block with up to three wrong bits', () => {
    const anyBits = fc.uniqueArray(fc.nat(62), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(anyFrames, anyBits, (frames, bits) => {
        const cltu = encodeCltu(frames, false);
        const last = Math.ceil(frames.length / 7) - 1;
        for (const bit of bits) cltu[2 + 8 * last + (bit >> 3)]! ^= 0x80 >> (bit & 7);
        const decoded = decodeCltu(cltu, false);
        if (last === 0) expect((decoded as Fault).code).toBe('no-data');
        else expect(decoded).toEqual(frames.slice(0, 7 * last));
      }),
    );
  });

  it('is decoded without a throw from any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (octets, started) => {
        if (started && octets.length > 1) octets.set([0xeb, 0x90]);
        const decoded = decodeCltu(octets, started);
        if (!(decoded instanceof Fault)) expect(decoded.length % 7).toBe(0);
      }),
    );
  });

  it.each([
    ['start-sequence', ''],
    ['start-sequence', 'eb9100000000000000fe'],
    ['start-sequence', 'ea9000000000000000fe'],
    ['no-data', 'eb90'],
    ['no-data', 'eb90c5c5c5c5c5c5c579'],
    ['no-data', 'eb9000000000000000'],
  ])('is refused as %s: %s', (code, octets) => {
    expect((decodeCltu(fromHex(octets), false) as Fault).code).toBe(code);
  });
});

describe('the telecommand randomizer', () => {
  it('gives the published octets', () => {
    expect(toHex(randomizeTc(new Uint8Array(12)))).toBe('ff399e5a68e906f56c892fa1');
  });
});

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly config: { readonly randomized: boolean };
  readonly data: string;
  readonly cltu: string;
  readonly randomized?: string;
}

const anyFrames = fc.uint8Array({ minLength: 1, maxLength: 60 });
