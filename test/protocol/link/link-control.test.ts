import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  CLOSE,
  decodeControlType,
  encodeClose,
  encodeKeepalive,
  KEEPALIVE,
} from '#protocol/link/link-control.ts';

const key = (hex: string) => (decodeControlType(fromHex(hex)) as Fault).key;

describe('link control', () => {
  it('writes KEEPALIVE and CLOSE as the specification draws them', () => {
    expect(toHex(encodeKeepalive())).toBe('8101');
    expect(toHex(encodeClose())).toBe('820200');
    expect(decodeControlType(encodeKeepalive())).toBe(KEEPALIVE);
    expect(decodeControlType(encodeClose())).toBe(CLOSE);
  });

  it('names types that it does not know, whatever follows them', () => {
    expect(decodeControlType(fromHex('83182a43010203a10102'))).toBe(42);
  });

  it('refuses an empty array, octets left over and arrays that end early', () => {
    expect(key('80')).toBe('link.control');
    expect(key('810100')).toBe('link.control');
    expect(key('8302')).toMatch(/^cbor\./);
    expect(key('9b001fffffffffffff01')).toMatch(/^cbor\./);
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const type = decodeControlType(octets);
        expect(type instanceof Fault || type >= 0).toBe(true);
      }),
    );
  });
});
