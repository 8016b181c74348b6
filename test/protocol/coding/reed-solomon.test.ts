import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import {
  decodeReedSolomon,
  encodeReedSolomon,
  isDataLength,
  parityOctets,
  type ReedSolomon,
} from '#protocol/coding/reed-solomon.ts';
import { Fault } from '#protocol/fault.ts';
import { type Vector, vectorNamed, vectorsOf } from './sync-coding-vectors.ts';

const codeblocks = vectorsOf('rs-codeblock').filter(({ same_as }) => same_as === undefined);

describe('the vectors of Reed–Solomon', () => {
  it('are four blocks and one with an error', () => {
    expect(codeblocks).toHaveLength(4);
    expect(vectorsOf('rs-codeblock')).toHaveLength(5);
  });

  it.each(codeblocks.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const block = blockOf(fromHex(vector.data), codeOf(vector));
    expect(toHex(block)).toBe(vector.data + vector.parity);
    expect(decodeReedSolomon(block, codeOf(vector))).toBe(0);
    expect(toHex(block)).toBe(vector.data + vector.parity);
  });

  it('rs-255-223-i5-parity-error is corrected', () => {
    const { same_as, change } = vectorNamed('rs-255-223-i5-parity-error');
    const good = vectorNamed(same_as!);
    const block = fromHex(good.data + good.parity);
    block[change!.offset] = Number.parseInt(change!.value, 16);
    expect(decodeReedSolomon(block, codeOf(good))).toBe(1);
    expect(toHex(block)).toBe(good.data + good.parity);
  });
});

describe('a block', () => {
  it('comes back with up to E wrong symbols in every codeword, and their number', () => {
    fc.assert(
      fc.property(anyDamage(0), ({ code, data, wrong }) => {
        const block = blockOf(data, code);
        const damaged = withErrors(block, wrong);
        expect(decodeReedSolomon(damaged, code)).toBe(wrong.length);
        expect(damaged).toEqual(block);
      }),
      { numRuns: 400 },
    );
  });

  it('with more than E wrong symbols in a codeword is refused, or another codeword is found', () => {
    fc.assert(
      fc.property(anyDamage(1), ({ code, data, wrong }) => {
        const block = blockOf(data, code);
        const damaged = withErrors(block, wrong);
        const verdict = decodeReedSolomon(damaged, code);
        if (verdict instanceof Fault) {
          expect(verdict.key).toBe('coding.uncorrectable');
          return;
        }
        // What is found is a codeword, as far from the right one as codewords are.
        expect(decodeReedSolomon(damaged.slice(), code)).toBe(0);
        const differing = damaged.filter((octet, i) => octet !== block[i]).length;
        expect(differing).toBeGreaterThan(2 * code.correctableMax);
      }),
      { numRuns: 400 },
    );
  });

  it.each<[8 | 16, number, number]>([
    [16, 5_000, 0],
    [8, 20_000, 3],
  ])(
    'with E = %i, made of noise, is taken for a codeword about once in E! times',
    (correctableMax, runs, most) => {
      const code: ReedSolomon = { correctableMax, interleave: 1 };
      const block = blockOf(new Uint8Array(255 - 2 * correctableMax), code);
      let mistaken = 0;
      let state = 1;
      for (let run = 0; run < runs; run++) {
        const damaged = block.slice();
        for (let i = 0; i < 255; i++) {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          damaged[i] = state >>> 24;
        }
        if (!(decodeReedSolomon(damaged, code) instanceof Fault)) mistaken += 1;
      }
      expect(mistaken).toBeLessThanOrEqual(most);
    },
  );

  it('is not corrected in the fill, which nobody sent', () => {
    const code: ReedSolomon = { correctableMax: 16, interleave: 1 };
    const whole = new Uint8Array(223);
    whole[0] = 1;
    // A codeword but for its first symbol, which a shortened block does not have.
    const shortened = blockOf(whole, code).slice(1);
    expect(decodeReedSolomon(shortened, code)).toBeInstanceOf(Fault);
  });

  it.each([1, 2, 3, 4, 5, 8] as const)(
    'of %i codewords has data in each, in equal numbers',
    (interleave) => {
      const code: ReedSolomon = { correctableMax: 16, interleave };
      expect(parityOctets(code)).toBe(32 * interleave);
      for (const symbols of [1, 2, 222, 223]) {
        expect(isDataLength(symbols * interleave, code)).toBe(true);
        expect(isDataLength(symbols * interleave - 1, code)).toBe(interleave === 1 && symbols > 1);
      }
      expect(isDataLength(224 * interleave, code)).toBe(false);
      expect(isDataLength(-interleave, code)).toBe(false);
      expect(() => encodeReedSolomon(new Uint8Array(256 * interleave), code)).toThrow('has data');
      expect(() => decodeReedSolomon(new Uint8Array(32 * interleave), code)).toThrow('has data');
    },
  );
});

interface Damage {
  readonly code: ReedSolomon;
  readonly data: Uint8Array;
  /** Distinct places and what is added to them. */
  readonly wrong: readonly { readonly at: number; readonly by: number }[];
}

function codeOf({ config }: Vector): ReedSolomon {
  return { correctableMax: config.code === '(255,223)' ? 16 : 8, interleave: config.interleave };
}

function blockOf(data: Uint8Array, code: ReedSolomon): Uint8Array {
  const block = new Uint8Array(data.length + parityOctets(code));
  block.set(data);
  encodeReedSolomon(block, code);
  return block;
}

function withErrors(block: Uint8Array, wrong: Damage['wrong']): Uint8Array {
  const damaged = block.slice();
  for (const { at, by } of wrong) damaged[at]! ^= by;
  return damaged;
}

const anyCode: fc.Arbitrary<ReedSolomon> = fc.record({
  correctableMax: fc.constantFrom(8 as const, 16 as const),
  interleave: fc.constantFrom(
    1 as const,
    2 as const,
    3 as const,
    4 as const,
    5 as const,
    8 as const,
  ),
});

/** Up to E wrong symbols in each codeword; with an excess, more than that in the first one. */
function anyDamage(excess: 0 | 1): fc.Arbitrary<Damage> {
  return anyCode.chain((code) =>
    fc.integer({ min: 1, max: 255 - 2 * code.correctableMax }).chain((symbols) => {
      const { correctableMax, interleave } = code;
      const sent = symbols + 2 * correctableMax;
      const errorsIn = (codeword: number) => {
        const beyond = excess > 0 && codeword === 0;
        return fc
          .uniqueArray(fc.record({ at: fc.nat(sent - 1), by: fc.integer({ min: 1, max: 255 }) }), {
            selector: ({ at }) => at,
            minLength: beyond ? correctableMax + 1 : 0,
            maxLength: beyond ? 2 * correctableMax : correctableMax,
          })
          .map((errors) => errors.map(({ at, by }) => ({ at: at * interleave + codeword, by })));
      };
      return fc.record({
        code: fc.constant(code),
        data: fc.uint8Array({ minLength: symbols * interleave, maxLength: symbols * interleave }),
        wrong: fc
          .tuple(...Array.from({ length: interleave }, (_, i) => errorsIn(i)))
          .map((w) => w.flat()),
      });
    }),
  );
}
