import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { type Clcw, decodeClcw, encodeClcw } from '#protocol/cop1/clcw.ts';
import { Fault } from '#protocol/fault.ts';
import { vectorsOf } from './cop1-vectors.ts';

describe('a control word', () => {
  it('has thirteen vectors', () => {
    expect(vectorsOf('clcw')).toHaveLength(13);
  });

  it.each(vectorsOf('clcw'))('%s', (_, { octets, fields }) => {
    const clcw: Clcw = {
      status: fields.status!,
      vcid: fields.vcid!,
      noRfAvailable: fields.no_rf_available === 1,
      noBitLock: fields.no_bit_lock === 1,
      lockout: fields.lockout === 1,
      wait: fields.wait === 1,
      retransmit: fields.retransmit === 1,
      farmBCount: fields.farm_b_counter!,
      report: fields.report_value!,
    };
    expect(decodeClcw(fromHex(octets))).toEqual(clcw);
    expect(toHex(encodeClcw(clcw))).toBe(octets);
  });

  it('is encoded to the octets it was decoded from, or refused', () => {
    let good = 0;
    fc.assert(
      fc.property(anyWord, (octets) => {
        const clcw = decodeClcw(octets);
        if (clcw instanceof Fault) return;
        good += 1;
        expect(encodeClcw(clcw)).toEqual(octets);
      }),
      { numRuns: 1000 },
    );
    expect(good).toBeGreaterThan(100);
  });

  it.each([
    ['status', 8],
    ['vcid', 64],
    ['farmBCount', 4],
  ])('is never made with a field that would run into the next: %s %i', (field, value) => {
    const clcw = decodeClcw(fromHex('01000000')) as Clcw;
    expect(() => encodeClcw({ ...clcw, [field]: value })).toThrow();
  });

  it.each([
    ['clcw-length', '010000'],
    ['clcw-length', '0100000000'],
    ['clcw-type', '81000000'],
    ['clcw-version', '21000000'],
    ['clcw-version', '41000000'],
    ['clcw-cop', '00000000'],
    ['clcw-cop', '03000000'],
    ['clcw-reserved', '01010000'],
    ['clcw-reserved', '01020000'],
    ['clcw-reserved', '01000100'],
  ])('is refused as %s: %s', (code, octets) => {
    expect((decodeClcw(fromHex(octets)) as Fault).code).toBe(code);
  });
});

const anyWord = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc
    .tuple(fc.nat(7), fc.nat(63), fc.nat(127), fc.nat(255))
    .map(([status, vcid, flags, report]) =>
      Uint8Array.of((status << 2) | 1, vcid << 2, flags << 1, report),
    ),
);
