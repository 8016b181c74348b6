import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { CLOSE, decodeControl, KEEPALIVE, KEEPALIVE_TFDF } from '#protocol/link/link-control.ts';

const key = (hex: string) => (decodeControl(fromHex(hex)) as Fault).key;

describe('link control', () => {
  it('says KEEPALIVE as one whole mission-specific SDU', () => {
    expect(toHex(KEEPALIVE_TFDF)).toBe('e58101');
    expect(decodeControl(KEEPALIVE_TFDF)).toBe(KEEPALIVE);
  });

  it('understands CLOSE with any reason', () => {
    expect(decodeControl(fromHex('e5820200'))).toBe(CLOSE);
    expect(decodeControl(fromHex('e582026162'))).toBe(CLOSE);
  });

  it('names types that it does not know, whatever follows them', () => {
    expect(decodeControl(fromHex('e583182a43010203a10102'))).toBe(42);
  });

  it('refuses segments, other UPIDs, an empty array, octets left over and arrays cut short', () => {
    expect(key('858101')).toBe('link.control');
    expect(key('e08101')).toBe('link.control');
    expect(key('e580')).toBe('link.control');
    expect(key('e5810100')).toBe('link.control');
    expect(key('e58302')).toMatch(/^cbor\./);
    expect(key('e59b001fffffffffffff01')).toMatch(/^cbor\./);
    expect(key('058101')).toMatch(/^frame\./);
  });

  it('refuses nesting deeper than eight (LS-501)', () => {
    const nested = (depth: number) => fromHex(`e582182a${'81'.repeat(depth - 2)}80`);
    expect(decodeControl(nested(8))).toBe(42);
    expect((decodeControl(nested(9)) as Fault).key).toBe('cbor.depth');
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        octets[0] = 0xe5;
        const type = decodeControl(octets);
        expect(type instanceof Fault || type >= 0).toBe(true);
      }),
    );
  });
});
