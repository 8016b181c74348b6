import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  concat,
  equal,
  equalConstantTime,
  fromHex,
  toHex,
  utf8Decode,
  utf8Encode,
} from '#protocol/bytes/octets.ts';

test('hexadecimal is lower case, two digits an octet, and reads back', () => {
  expect(toHex(Uint8Array.of(0, 9, 0xab, 0xff))).toBe('0009abff');
  expect(fromHex('0009ABff')).toEqual(Uint8Array.of(0, 9, 0xab, 0xff));
  fc.assert(fc.property(fc.uint8Array(), (octets) => equal(fromHex(toHex(octets)), octets)));
});

test('text that is not hexadecimal stops the run', () => {
  expect(() => fromHex('0')).toThrow('even number');
  expect(() => fromHex('0g')).toThrow('hexadecimal digits');
});

test('concat gives fresh octets in order', () => {
  const part = Uint8Array.of(1, 2);
  const whole = concat([part, new Uint8Array(0), Uint8Array.of(3)]);
  part[0] = 9;
  expect(whole).toEqual(Uint8Array.of(1, 2, 3));
  expect(concat([])).toEqual(new Uint8Array(0));
});

test.each([
  ['equal', equal],
  ['equalConstantTime', equalConstantTime],
])('%s holds for the same octets and for no others', (_name, same) => {
  const octets = Uint8Array.of(1, 2, 3);
  expect(same(octets, octets.slice())).toBe(true);
  expect(same(octets, Uint8Array.of(1, 2))).toBe(false);
  expect(same(octets, Uint8Array.of(0, 2, 3))).toBe(false);
  expect(same(octets, Uint8Array.of(1, 2, 0x83))).toBe(false);
});

test('UTF-8 reads back, keeps a byte order mark and refuses what is not UTF-8', () => {
  const text = '\ufeffdtn://véga/';
  expect(utf8Decode(utf8Encode(text))).toBe(text);
  expect(utf8Decode(Uint8Array.of(0xc3, 0x28))).toBeUndefined();
});
