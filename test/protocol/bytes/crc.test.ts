import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

describe.each([
  { name: 'crc16Ccitt', crc: crc16Ccitt, width: 16, polynomial: 0x1021, reflected: false, xor: 0 },
  { name: 'crc16X25', crc: crc16X25, width: 16, polynomial: 0x1021, reflected: true, xor: 0xffff },
  {
    name: 'crc32c',
    crc: crc32c,
    width: 32,
    polynomial: 0x1edc6f41,
    reflected: true,
    xor: 2 ** 32 - 1,
  },
])('$name, bit by bit', ({ crc, ...definition }) => {
  test('is the same for any octets, wherever they lie in memory', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 700 }),
        fc.nat(8),
        fc.nat(40),
        fc.nat(40),
        (memory, offset, start, less) => {
          const octets = memory.subarray(Math.min(offset, memory.length));
          const end = Math.max(0, octets.length - less);
          const from = Math.min(start, end);
          const bits = bitwise(octets.subarray(from, end), definition);
          expect(crc(octets, from, end)).toBe(bits);
        },
      ),
    );
  });

  test.each([
    [0, 200],
    [4_090, 4_170],
    [8_190, 8_200],
  ])('is the same for every length from %i to %i', (least, most) => {
    const octets = Uint8Array.from({ length: most }, (_, i) => i * 73 + (i >> 8));
    for (let length = least; length <= most; length++) {
      const bits = bitwise(octets.subarray(0, length), definition);
      expect(crc(octets, 0, length), `${length} octets`).toBe(bits);
    }
  });
});

test.each([
  ['crc16X25', crc16X25],
  ['crc32c', crc32c],
])('%s counts zeros after the octets as if they were there', (_name, crc) => {
  const octets = Uint8Array.from({ length: 150 }, (_, i) => i * 31 + 1);
  expect(crc(octets, 0, 150, 4)).toBe(crc(concat([octets, new Uint8Array(4)])));
});

/** A check as the books define it: one bit at a time through the register. */
function bitwise(octets: Uint8Array, { width, polynomial, reflected, xor }: Definition): number {
  const top = 2 ** (width - 1);
  let register = 2 * top - 1;
  for (const octet of octets) {
    for (let bit = 0; bit < 8; bit++) {
      const next = (octet >> (reflected ? bit : 7 - bit)) & 1;
      const carry = (register >= top ? 1 : 0) !== next;
      register = (register % top) * 2;
      if (carry) register = (register ^ polynomial) >>> 0;
    }
  }
  const bits = register.toString(2).padStart(width, '0');
  const out = reflected ? [...bits].reverse().join('') : bits;
  return (Number.parseInt(out, 2) ^ xor) >>> 0;
}

interface Definition {
  readonly width: number;
  readonly polynomial: number;
  readonly reflected: boolean;
  readonly xor: number;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
