import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DIMENSIONS,
  type Dimension,
  parseQuantity,
  quantityPattern,
} from '#harness/scenario/quantity.ts';

describe('a quantity', () => {
  it.each([
    ['780 km', 'length', 'km', 780],
    ['780 km', 'length', 'm', 780_000],
    ['450 m', 'length', 'km', 0.45],
    ['-0.13 deg', 'angle', 'deg', -0.13],
    ['60s', 'duration', 'ms', 60_000],
    ['0.5 ms', 'duration', 'ms', 0.5],
    ['5 min', 'duration', 'ms', 300_000],
    ['250 us', 'duration', 'ms', 0.25],
    ['100 Mbit/s', 'rate', 'bit/s', 100_000_000],
    ['64 MiB', 'size', 'B', 67_108_864],
    ['4 kB', 'size', 'B', 4_000],
  ] as const)('reads %s as a %s in %s', (text, dimension, unit, value) => {
    expect(parseQuantity(text, dimension, unit as never)).toBe(value);
  });

  it.each([
    ['780', 'length'],
    ['780 s', 'length'],
    ['780 Km', 'length'],
    ['km', 'length'],
    ['', 'length'],
    ['7 80 km', 'length'],
    ['1e3 km', 'length'],
    ['100 mbit/s', 'rate'],
    ['1 toString', 'size'],
    ['5. s', 'duration'],
  ] as const)('refuses %j as a %s', (text, dimension) => {
    const [unit] = Object.keys(DIMENSIONS[dimension].units);
    expect(parseQuantity(text, dimension, unit as never)).toBeUndefined();
  });

  it('is read exactly where the published pattern matches', () => {
    const dimension = fc.constantFrom<Dimension[]>('length', 'angle', 'duration', 'rate', 'size');
    const text = fc
      .tuple(
        fc.constantFrom('', '-', '+', '.'),
        fc.constantFrom('1', '12.5', '.5', '3.', 'x', ''),
        fc.constantFrom('', ' ', '  '),
        fc.constantFrom('m', 'km', 'deg', 's', 'ms', 'bit/s', 'MiB', 'B', 'k', ''),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(dimension, text, (kind, written) => {
        const [unit] = Object.keys(DIMENSIONS[kind].units);
        const read = parseQuantity(written, kind, unit as never) !== undefined;
        expect(read).toBe(new RegExp(quantityPattern(kind)).test(written));
      }),
    );
  });
});
