import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { CLOSE, decodeControl, KEEPALIVE, KEEPALIVE_MESSAGE } from '#protocol/link/link-control.ts';

const key = (hex: string) => (decodeControl(fromHex(hex)) as Fault).key;

describe('link control', () => {
  it('says KEEPALIVE in two octets', () => {
    expect(toHex(KEEPALIVE_MESSAGE)).toBe('8101');
    expect(decodeControl(KEEPALIVE_MESSAGE)).toBe(KEEPALIVE);
  });

  it('understands CLOSE with any reason', () => {
    expect(decodeControl(fromHex('820200'))).toBe(CLOSE);
    expect(decodeControl(fromHex('82026162'))).toBe(CLOSE);
  });

  it('names types that it does not know, whatever follows them', () => {
    expect(decodeControl(fromHex('83182a43010203a10102'))).toBe(42);
  });

  it('refuses an empty array, octets left over and arrays cut short', () => {
    expect(key('80')).toBe('link.control');
    expect(key('810100')).toBe('link.control');
    expect(key('8302')).toMatch(/^cbor\./);
    expect(key('9b001fffffffffffff01')).toMatch(/^cbor\./);
    expect(key('')).toMatch(/^cbor\./);
  });

  it('refuses nesting deeper than eight (LS-501)', () => {
    const nested = (depth: number) => fromHex(`82182a${'81'.repeat(depth - 2)}80`);
    expect(decodeControl(nested(8))).toBe(42);
    expect((decodeControl(nested(9)) as Fault).key).toBe('cbor.depth');
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const type = decodeControl(octets);
        expect(type instanceof Fault || type >= 0).toBe(true);
      }),
    );
  });
});
