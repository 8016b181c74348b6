import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  type ConstructionRule,
  decodeTfdf,
  encodeTfdf,
  POINTER_NONE,
  RULE_CONTINUED,
  RULE_FIRST,
  RULE_LAST,
  RULE_MIDDLE,
  RULE_OCTETS,
  RULE_WHOLE,
  tfdfHeader,
  UPID_MISSION,
  UPID_PACKETS,
} from '#protocol/frame/tfdf.ts';

describe('a transfer frame data field', () => {
  it.each([
    [RULE_OCTETS, 4, 0x64],
    [RULE_FIRST, UPID_PACKETS, 0x80],
    [RULE_MIDDLE, UPID_PACKETS, 0xa0],
    [RULE_LAST, UPID_PACKETS, 0xc0],
    [RULE_WHOLE, UPID_PACKETS, 0xe0],
    [RULE_WHOLE, UPID_MISSION, 0xe5],
  ] as const)('of rule %i and UPID %i begins with the octet %i', (rule, upid, header) => {
    expect(tfdfHeader(rule, upid)).toBe(header);
    const zone = Uint8Array.of(1, 2);
    const pointer = POINTER_NONE;
    expect(decodeTfdf(Uint8Array.of(header, 1, 2))).toEqual({ rule, upid, pointer, zone });
  });

  it('may have an empty zone', () => {
    expect(decodeTfdf(Uint8Array.of(0xe0))).toMatchObject({ zone: new Uint8Array(0) });
  });

  it('comes back as it went, under every rule', () => {
    fc.assert(
      fc.property(anyRule, fc.nat(31), fc.nat(0xffff), anyZone, (rule, upid, at, zone) => {
        const isPointed = rule <= RULE_CONTINUED && zone.length > 0 && at % 5 > 0;
        const pointer = isPointed ? at % zone.length : POINTER_NONE;
        const tfdf = { rule, upid, pointer, zone };
        expect(decodeTfdf(encodeTfdf(tfdf))).toEqual(tfdf);
      }),
    );
  });

  it('is decoded without a throw from any octets, and written back as it came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9 }), (octets) => {
        const tfdf = decodeTfdf(octets);
        if (!(tfdf instanceof Fault)) expect(encodeTfdf(tfdf)).toEqual(octets);
      }),
    );
  });

  it.each([
    ['tfdf-empty', ''],
    ['tfdf-short', '0000'],
    ['tfdf-short', '21'],
    ['tfdf-short', '4500'],
    ['pointer', '000002aabb'],
    ['pointer', '250002aabb'],
    ['pointer', '45fffeaabb'],
    ['pointer', '000001'],
  ])('is refused as %s: %s', (code, octets) => {
    expect((decodeTfdf(fromHex(octets)) as Fault).code).toBe(code);
  });

  it('points at any octet of its zone, at none, or at the start of nothing', () => {
    expect(decodeTfdf(fromHex('000001aabb'))).toMatchObject({ pointer: 1 });
    expect(decodeTfdf(fromHex('00ffffaabb'))).toMatchObject({ pointer: POINTER_NONE });
    expect(decodeTfdf(fromHex('000000'))).toMatchObject({ pointer: 0 });
  });
});

const anyRule = fc.nat(7) as fc.Arbitrary<ConstructionRule>;
const anyZone = fc.uint8Array({ maxLength: 40 });
