import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CborReader } from '#protocol/bytes/cbor-reader.ts';
import { CborWriter } from '#protocol/bytes/cbor-writer.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';

/** RFC 8949 Appendix A, and the borders of every head length. */
test.each<[number | bigint, string]>([
  [0, '00'],
  [23, '17'],
  [24, '1818'],
  [255, '18ff'],
  [256, '190100'],
  [65535, '19ffff'],
  [65536, '1a00010000'],
  [4294967295, '1affffffff'],
  [4294967296, '1b0000000100000000'],
  [1000000000000, '1b000000e8d4a51000'],
  [7n, '07'],
  [18446744073709551615n, '1bffffffffffffffff'],
])('uint writes %s as %s', (value, hex) => {
  expect(toHex(new CborWriter().uint(value).finish())).toBe(hex);
});

test('each verb writes its own kind of item', () => {
  const writer = new CborWriter(0)
    .array(6)
    .int(-1000)
    .bytes(fromHex('01020304'))
    .text('IETF')
    .map(1)
    .boolean(true)
    .boolean(false)
    .tag(32)
    .indefiniteArray()
    .break()
    .raw(fromHex('0102'))
    .octet(0x103);
  expect(writer.length).toBe(24);
  expect(toHex(writer.since(21))).toBe('010203');
  expect(toHex(writer.finish())).toBe('863903e744010203046449455446a1f5f4d8209fff010203');
});

test('finish gives octets that later writes leave alone, whatever room there was', () => {
  for (const capacity of [0, 64, 65, 200, 4_096]) {
    const writer = new CborWriter(capacity).uint(1);
    const first = writer.finish();
    expect(writer.length).toBe(0);
    writer.uint(2);
    expect(toHex(first)).toBe('01');
    first[0] = 9;
    expect(toHex(writer.finish())).toBe('02');
  }
});

test('finish keeps little more than what was written', () => {
  for (const capacity of [0, 64, 65, 200, 4_096]) {
    const { buffer, length } = new CborWriter(capacity).raw(new Uint8Array(60)).finish();
    expect(buffer.byteLength - length).toBeLessThanOrEqual(256);
  }
});

test('numbers that CBOR integers cannot hold stop the run', () => {
  expect(() => new CborWriter().uint(-1)).toThrow('safe integer');
  expect(() => new CborWriter().uint(0.5)).toThrow('safe integer');
  expect(() => new CborWriter().uint(2 ** 53)).toThrow('safe integer');
  expect(() => new CborWriter().uint(-1n)).toThrow('64 bits');
  expect(() => new CborWriter().uint(2n ** 64n)).toThrow('64 bits');
});

test('every 64-bit integer reads back as it was written', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
      const octets = new CborWriter().uint(value).finish();
      expect(BigInt(new CborReader(octets).uint64() as number | bigint)).toBe(value);
    }),
  );
});
