import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bytesItem,
  bytesOf,
  decodeSecurityBlock,
  encodeSecurityBlock,
  type SecurityBlock,
  uintItem,
  uintOf,
} from '#protocol/bpsec/security-block.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { bpsecVectors, success } from './bpsec.ts';

describe('an abstract security block', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(securityBlocks, (block) => {
        const octets = encodeSecurityBlock(block);
        const decoded = success(decodeSecurityBlock(octets));
        expect(decoded).toEqual(block);
        expect(toHex(encodeSecurityBlock(decoded))).toBe(toHex(octets));
      }),
    );
  });

  it('is read from any octets, or a fault is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        const block = decodeSecurityBlock(octets);
        return block instanceof Fault || encodeSecurityBlock(block).length > 0;
      }),
    );
  });

  it('is written as RFC 9173 A.1 and A.2 print it', () => {
    for (const { asb } of bpsecVectors('bpsec-rfc9173').filter(({ asb }) => asb !== undefined)) {
      expect(toHex(encodeSecurityBlock(success(decodeSecurityBlock(fromHex(asb!)))))).toBe(asb);
    }
  });

  it.each([
    ['80 01 00 820100 80', 'bpsec.targets'],
    ['820101 01 00 820100 828080', 'bpsec.targets'],
    ['8101 01 00 820100 80', 'bpsec.results'],
    ['8101 01 00 820100 828080', 'bpsec.results'],
    ['8101 01 00 820100 8180 00', 'bpsec.structure'],
    ['8101 01 01 820100 81820105', 'cbor.truncated'],
    ['8101 01 01 820100 8183010500 8180', 'bpsec.structure'],
    ['8101 01 01 820100 818101 8180', 'bpsec.structure'],
    ['8101 01 01 820100 91 8180', 'cbor.truncated'],
    ['8101 01 00 820100 9f80ff', 'cbor.indefinite-length'],
    ['8101 41 00 820100 8180', 'cbor.unexpected-type'],
    ['8101 1801 00 820100 8180', 'cbor.not-shortest'],
    ['8101 01 01 820100 91 '.concat('820100'.repeat(17), ' 8180'), 'bpsec.too-many'],
    ['9821'.concat('00'.repeat(33)), 'bpsec.too-many'],
  ])('%s is refused with %s', (hex, key) => {
    expect(decodeSecurityBlock(fromHex(hex.replaceAll(' ', '')))).toMatchObject({ key });
  });

  it('may have a context for private use, and one with values that nobody here knows', () => {
    const hex = '8101 20 00 820100 8181820aa10182f6f5'.replaceAll(' ', '');
    const block = success(decodeSecurityBlock(fromHex(hex)));
    expect(block.contextId).toBe(-1);
    expect(toHex(encodeSecurityBlock(block))).toBe(hex);
  });

  it('has values of a kind and once, or they are refused', () => {
    const items = [uintItem(1, 7), bytesItem(2, fromHex('abcd')), uintItem(3, 1), uintItem(3, 1)];
    expect(uintOf(items, 1, 6)).toBe(7);
    expect(uintOf(items, 9, 6)).toBe(6);
    expect(bytesOf(items, 2, undefined)).toEqual(fromHex('abcd'));
    expect(uintOf(items, 2, 6)).toMatchObject({ key: 'bpsec.item' });
    expect(bytesOf(items, 1, undefined)).toMatchObject({ key: 'bpsec.item' });
    expect(uintOf(items, 3, 6)).toMatchObject({ key: 'bpsec.item' });
    expect(uintOf([{ id: 1, value: fromHex('0707') }], 1, 6)).toMatchObject({ key: 'bpsec.item' });
  });
});

const itemLists = fc.array(
  fc.oneof(
    fc.tuple(fc.nat(), fc.nat()).map(([id, value]) => uintItem(id, value)),
    fc.tuple(fc.nat(), fc.uint8Array()).map(([id, octets]) => bytesItem(id, octets)),
  ),
  { maxLength: 16 },
);

const securityBlocks: fc.Arbitrary<SecurityBlock> = fc
  .uniqueArray(fc.nat(), { minLength: 1, maxLength: 32 })
  .chain((targets) =>
    fc.record({
      targets: fc.constant(targets),
      contextId: fc.integer(),
      source: fc.nat().map((node) => ipnEid(node, 1)),
      parameters: fc.option(itemLists, { nil: undefined }),
      results: fc.array(itemLists, { minLength: targets.length, maxLength: targets.length }),
    }),
  );
