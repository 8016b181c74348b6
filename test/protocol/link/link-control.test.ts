import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  CONTROL_OCTETS_MAX,
  decodeControl,
  encodeAdvertisement,
  encodeClose,
  encodeStatement,
  KEEPALIVE_MESSAGE,
} from '#protocol/link/link-control.ts';

const key = (hex: string) => (decodeControl(fromHex(hex)) as Fault).key;
const kind = (hex: string) => (decodeControl(fromHex(hex)) as { kind: string }).kind;

describe('link control', () => {
  it('says KEEPALIVE in two octets', () => {
    expect(toHex(KEEPALIVE_MESSAGE)).toBe('8101');
    expect(kind('8101')).toBe('keepalive');
  });

  it('says CLOSE with a word, and understands it with any reason', () => {
    expect(toHex(encodeClose('revoked'))).toBe('8202677265766f6b6564');
    for (const hex of ['8202677265766f6b6564', '820200', '82026162'])
      expect(kind(hex)).toBe('close');
  });

  it('carries a statement whole', () => {
    expect(toHex(encodeStatement(fromHex('a1b2c3')))).toBe('820343a1b2c3');
    const longest = new Uint8Array(16_384).map((_, i) => i);
    const message = encodeStatement(longest);
    expect(message.length).toBeLessThanOrEqual(CONTROL_OCTETS_MAX);
    const read = decodeControl(message) as { kind: string; octets: Uint8Array };
    expect([read.kind, toHex(read.octets)]).toEqual(['statement', toHex(longest)]);
  });

  it('advertises epoch and serial', () => {
    expect(toHex(encodeAdvertisement(7, 300))).toBe('83040719012c');
    const read = decodeControl(fromHex('83040719012c'));
    expect(read).toEqual({ kind: 'advertisement', epoch: 7, serial: 300 });
  });

  it('refuses a statement or an advertisement with other fields than its own', () => {
    for (const hex of ['8103', '83034100 00', '820407', '8404010203']) {
      expect(key(hex.replace(' ', '')), hex).toBe('link.control');
    }
    for (const hex of ['820301', '83044100 01', '8304010c61']) {
      expect(decodeControl(fromHex(hex.replace(' ', ''))), hex).toBeInstanceOf(Fault);
    }
  });

  it('ignores types that it does not know, whatever follows them', () => {
    expect(kind('83182a43010203a10102')).toBe('unknown');
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
    expect(decodeControl(nested(8))).toEqual({ kind: 'unknown' });
    expect((decodeControl(nested(9)) as Fault).key).toBe('cbor.depth');
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
        const message = decodeControl(octets);
        expect(message instanceof Fault || message.kind !== undefined).toBe(true);
      }),
    );
  });
});
