/**
 * Quantities as people write them: a number and a unit, `780 km`, `60s`, `100 Mbit/s`. A unit is
 * never guessed, so a value of the wrong kind is refused instead of misread.
 */

/** What can be measured, the units it may be written in, and their ratios to each other. */
export const DIMENSIONS = {
  length: { article: 'a length', example: '780 km', units: { m: 1, km: 1e3 } },
  angle: { article: 'an angle', example: '86.4 deg', units: { deg: 1 } },
  duration: {
    article: 'a duration',
    example: '60 s',
    units: { us: 1, ms: 1e3, s: 1e6, min: 6e7, h: 3.6e9 },
  },
  rate: {
    article: 'a data rate',
    example: '100 Mbit/s',
    units: { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 },
  },
  size: {
    article: 'a size',
    example: '256 B',
    units: { B: 1, kB: 1e3, KiB: 2 ** 10, MB: 1e6, MiB: 2 ** 20, GiB: 2 ** 30 },
  },
} as const satisfies Record<
  string,
  { article: string; example: string; units: Readonly<Record<string, number>> }
>;

/** The name of a dimension. */
export type Dimension = keyof typeof DIMENSIONS;

/** The units a dimension may be written in. */
export type UnitOf<D extends Dimension> = keyof (typeof DIMENSIONS)[D]['units'] & string;

/**
 * The value of `text` in `unit`, or undefined when it is not a number with a unit of `dimension`.
 * The space between number and unit is optional; units are case-sensitive (`Mbit/s`, not `mbit/s`).
 */
export function parseQuantity<D extends Dimension>(
  text: string,
  dimension: D,
  unit: UnitOf<D>,
): number | undefined {
  const match = QUANTITY.exec(text);
  if (match === null) return undefined;
  const units: Readonly<Record<string, number>> = DIMENSIONS[dimension].units;
  const [, number = '', written = ''] = match;
  const factor = Object.hasOwn(units, written) ? units[written] : undefined;
  return factor === undefined ? undefined : (Number(number) * factor) / (units[unit] as number);
}

/** The regular expression, as text, that the quantities of a dimension match. */
export function quantityPattern(dimension: Dimension): string {
  const units = Object.keys(DIMENSIONS[dimension].units).join('|');
  return `^[+-]?\\d+(\\.\\d+)? ?(${units})$`;
}

const QUANTITY = /^([+-]?\d+(?:\.\d+)?) ?(\S+)$/;
