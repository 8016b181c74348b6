import { describe, expect, it } from 'vitest';
import { fromHex } from '#protocol/bytes/octets.ts';
import { CBOR, CERT_FORM } from '#protocol/membership/faults.ts';
import { StrictReader } from '#protocol/membership/strict-reader.ts';

describe('a strict reader', () => {
  it.each([
    ['the end', '8301420000', CBOR, 5],
    ['a key that is another', '830242111100', CERT_FORM, 1],
    ['octets too few', '830141ff00', CERT_FORM, 2],
    ['octets too few, and no third item', '830141ff', CBOR, 2],
    ['a long-form integer', '83180142ffff', CBOR, 1],
    ['an array of another count', '820101', CERT_FORM, 0],
    ['an octet left over', '830142000003ff', CBOR, 6],
  ])('says where it met %s', (_, text, fault, at) => {
    // The structure lies within a larger buffer, as a payload does within its object.
    const buffer = new Uint8Array([0xee, 0xee, 0xee, ...fromHex(text)]);
    const reader = new StrictReader(buffer.subarray(3), 100, CERT_FORM);
    reader.array(3);
    reader.key(1);
    reader.octets(2);
    reader.uint();
    const flaw = { offset: -1 };
    const found = reader.finish(flaw);
    expect([found, flaw.offset]).toEqual([fault, 3 + at]);
  });

  it('leaves the flaw alone while all holds', () => {
    const reader = new StrictReader(fromHex('8101'), 100, CERT_FORM);
    reader.array(1);
    reader.key(1);
    const flaw = { offset: -1 };
    expect(reader.finish(flaw)).toBeUndefined();
    expect(flaw.offset).toBe(-1);
  });

  it('refuses more octets than the structure may have', () => {
    const reader = new StrictReader(new Uint8Array(101), 100, CERT_FORM);
    const flaw = { offset: -1 };
    expect(reader.finish(flaw)).toBe(CBOR);
    expect(flaw.offset).toBe(0);
  });
});
