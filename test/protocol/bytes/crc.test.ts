import { expect, test } from 'vitest';
import { crc16Ccitt, crc16X25, crc32c } from '#protocol/bytes/crc.ts';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import ccsdsFile from '../../vectors/ccsds-crc.json' with { type: 'json' };
import crcFile from '../../vectors/crc.json' with { type: 'json' };

const inputs = crcFile.vectors.filter((vector) => vector.inputHex !== undefined);
const blocks = crcFile.vectors.filter((vector) => vector.blockHex !== undefined);
const frames = ccsdsFile.vectors.filter((vector) => vector.algorithm === 'crc16');

test('every vector of both files is one this test reads, but for the Proximity-1 CRC', () => {
  expect(inputs.length + blocks.length).toBe(crcFile.vectors.length);
  const others = ccsdsFile.vectors.filter((vector) => !frames.includes(vector));
  expect(new Set(others.map((vector) => vector.algorithm))).toEqual(new Set(['crc32-proximity1']));
});

test.each(inputs)('the checks of $id are $crc16x25 and $crc32c', (vector) => {
  const octets = fromHex(vector.inputHex!);
  expect(hex(crc16X25(octets), 4)).toBe(vector.crc16x25);
  expect(hex(crc32c(octets), 8)).toBe(vector.crc32c);
});

test.each(blocks)('the CRC field of $id sums with itself cleared', (vector) => {
  const block = fromHex(vector.blockHex!);
  expect(toHex(block).endsWith(vector.crc!)).toBe(true);
  if (vector.crcType === 0) expect(vector.crc).toBe('');
  if (vector.crcType === 1) {
    expect(hex(crc16X25(block, 0, block.length - 2, 2), 4)).toBe(vector.crc);
  }
  if (vector.crcType === 2) {
    expect(hex(crc32c(block, 0, block.length - 4, 4), 8)).toBe(vector.crc);
  }
});

test.each(frames)('the frame check of $id is $crc', (vector) => {
  expect(hex(crc16Ccitt(fromHex(vector.data)), 4)).toBe(vector.crc);
});

test('a frame with its check behind it sums to nothing', () => {
  const frame = fromHex('00112233');
  const crc = crc16Ccitt(frame);
  expect(crc16Ccitt(concat([frame, Uint8Array.of(crc >> 8, crc)]))).toBe(0);
});

test.each([
  ['crc16Ccitt', crc16Ccitt],
  ['crc16X25', crc16X25],
  ['crc32c', crc32c],
])('%s sums a range as it sums those octets alone', (_name, crc) => {
  const octets = fromHex('ff313233343536373839ff');
  expect(crc(octets, 1, 10)).toBe(crc(fromHex('313233343536373839')));
});

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
