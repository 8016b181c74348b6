import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { SDNV_RANGE, SdnvReader, sdnvOctets, TRUNCATED, writeSdnv } from '#protocol/ltp/sdnv.ts';
import { vectorsOf } from './ltp-vectors.ts';

describe('an SDNV', () => {
  it('has sixteen vectors', () => {
    expect([...vectorsOf('sdnv'), ...vectorsOf('sdnv-bad')]).toHaveLength(16);
  });

  it.each(vectorsOf('sdnv'))('%s', (_, { hex, value }) => {
    const reader = new SdnvReader(fromHex(hex));
    const read = reader.sdnv();
    if (BigInt(value) > BigInt(Number.MAX_SAFE_INTEGER)) {
      expect(reader.fault).toBe(SDNV_RANGE);
      return;
    }
    expect([read, reader.left, reader.fault]).toEqual([Number(value), 0, undefined]);
    expect(toHex(written(Number(value)))).toBe(hex);
  });

  it.each(vectorsOf('sdnv-bad'))('%s', (_, { hex, expect: expected }) => {
    const reader = new SdnvReader(fromHex(hex));
    const value = reader.sdnv();
    if (expected.startsWith('accept')) expect([value, reader.fault]).toEqual([0, undefined]);
    else expect([TRUNCATED, SDNV_RANGE]).toContain(reader.fault);
  });

  it('is read as it was written, up to 2^53 - 1', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const reader = new SdnvReader(written(value));
        expect(reader.sdnv()).toBe(value);
        expect(reader.offset).toBe(sdnvOctets(value));
      }),
    );
    expect(toHex(written(Number.MAX_SAFE_INTEGER))).toBe('8fffffffffffff7f');
  });

  it.each([
    ['2^53', '9080808080808000', SDNV_RANGE],
    ['eleven octets of zero', '8080808080808080808000', SDNV_RANGE],
    ['nothing', '', TRUNCATED],
  ])('is refused: %s', (_, hex, fault) => {
    const reader = new SdnvReader(fromHex(hex));
    expect(reader.sdnv()).toBe(0);
    expect(reader.fault).toBe(fault);
  });

  it('leaves a reader that has stumbled where it was', () => {
    const reader = new SdnvReader(fromHex('800102'));
    expect(reader.view(4)).toHaveLength(0);
    expect([reader.octet(), reader.sdnv(), reader.view(1).length]).toEqual([0, 0, 0]);
    expect([reader.offset, reader.fault]).toEqual([0, TRUNCATED]);
  });
});

function written(value: number): Uint8Array {
  const out = new Uint8Array(sdnvOctets(value));
  expect(writeSdnv(value, out, 0)).toBe(out.length);
  return out;
}
