/**
 * Two-line element sets. A file holds, for each satellite, an optional name line and its two lines;
 * lines that begin with `#` are comments. Source: CelesTrak, NORAD Two-Line Element Set Format.
 */
import { ConfigError } from '#node/config-error.ts';
import { ALTITUDE_KM_MIN, type MeanElements, perigeeKm } from './elements.ts';
import { yearAndDay } from './epoch.ts';

/** One satellite of a TLE file, both lines checked. */
export interface TleEntry {
  /** From the name line; without one `sat-` and the catalogue number. */
  readonly name: string;
  readonly line1: string;
  readonly line2: string;
}

/** The name line and the two lines of a satellite without drag, each ended by a newline. */
export function formatTle(elements: MeanElements, catalogNumber: number): string {
  const { year, day } = yearAndDay(elements.epochUnixMs);
  const catalog = String(catalogNumber).padStart(5, '0');
  const epoch = String(year % 100).padStart(2, '0') + fixed(day, 12, 8, '0');
  const line1 = `1 ${catalog}U          ${epoch}  .00000000  00000-0  00000-0 0  999`;
  const line2 = [
    `2 ${catalog}`,
    fixed(elements.inclinationDeg, 8, 4),
    fixed(elements.raanDeg, 8, 4),
    elements.eccentricity.toFixed(7).slice(2),
    fixed(elements.perigeeArgumentDeg, 8, 4),
    fixed(elements.meanAnomalyDeg, 8, 4),
    `${fixed(elements.meanMotionRevPerDay, 11, 8)}    0`,
  ].join(' ');
  return `${elements.name}\n${line1}${checksum(line1)}\n${line2}${checksum(line2)}\n`;
}

/**
 * Reads the text of a TLE file. Throws ConfigError, with `file`, line and column, for a line that
 * is missing, short, damaged or impossible, and for a file without satellites.
 */
export function parseTleFile(text: string, file: string): TleEntry[] {
  const entries: TleEntry[] = []; // Bounded by the lines of the file.
  let name: string | undefined;
  let line1: string | undefined;
  const lines = text.split('\n').map((line) => line.trimEnd());
  lines.forEach((content, index) => {
    const place: Place = { file, line: index + 1 };
    if (content === '' || content.startsWith('#')) return;
    if (line1 !== undefined) {
      checkLine(content, '2', LINE_2_FIELDS, place);
      if (content.slice(2, 7) !== line1.slice(2, 7)) {
        fail('the two lines belong to different satellites', 3, line1.slice(2, 7), place);
      }
      checkPerigee(content, place);
      entries.push({ name: name ?? `sat-${content.slice(2, 7).trim()}`, line1, line2: content });
      name = undefined;
      line1 = undefined;
    } else if (content.startsWith('1 ')) {
      checkLine(content, '1', LINE_1_FIELDS, place);
      line1 = content;
    } else if (name === undefined) {
      name = content.replace(/^0 /, '').trim();
    } else {
      fail(`a second name follows the name ${name}`, 1, 'the first line of elements', place);
    }
  });
  if (line1 !== undefined || name !== undefined) {
    fail('the file ends inside a satellite', 1, 'its two lines of elements', {
      file,
      line: lines.length,
    });
  }
  if (entries.length === 0) {
    fail('the file holds no satellite', 1, 'two lines of elements', { file, line: 1 });
  }
  return entries;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

/** A field of digits: first column (from 1), last column, name, least and greatest value. */
type Field = readonly [from: number, to: number, name: string, min: number, max: number];

function checkLine(line: string, first: string, fields: readonly Field[], place: Place): void {
  if (!line.startsWith(`${first} `)) {
    fail(`line ${first} of the elements is missing`, 1, `a line that begins with ${first}`, place);
  }
  if (line.length !== LINE_LENGTH) {
    fail(`the line has ${line.length} columns`, line.length, `${LINE_LENGTH} columns`, place);
  }
  const sum = checksum(line);
  if (line.at(-1) !== String(sum)) {
    fail(`the checksum is ${line.at(-1)}`, LINE_LENGTH, `${sum}, the sum of the digits`, place);
  }
  for (const [from, to, name, min, max] of fields) {
    const digits = line.slice(from - 1, to).trim();
    const value = /^[\d.]+$/.test(digits) ? Number(digits) : Number.NaN;
    if (value >= min && value <= max) continue;
    fail(`the ${name} is ${digits === '' ? 'empty' : digits}`, from, `${min} to ${max}`, place);
  }
}

function checkPerigee(line2: string, place: Place): void {
  const eccentricity = Number(`0.${line2.slice(26, 33)}`);
  const perigee = perigeeKm(Number(line2.slice(52, 63)), eccentricity);
  if (perigee >= ALTITUDE_KM_MIN) return;
  const expected = `a mean motion and eccentricity that stay above ${ALTITUDE_KM_MIN} km`;
  fail(`the orbit comes down to ${Math.round(perigee)} km`, 53, expected, place);
}

function fail(what: string, column: number, expected: string, { file, line }: Place): never {
  const remedy = 'Correct the elements, or fetch or generate the file again';
  throw new ConfigError(what, { file, line, column, expected, remedy });
}

/** The sum of the digits of columns 1 to 68, a minus sign counting one, modulo 10. */
function checksum(line: string): number {
  let sum = 0;
  for (let at = 0; at < Math.min(line.length, LINE_LENGTH - 1); at++) {
    const character = line[at]!;
    if (character === '-') sum += 1;
    else if (character >= '0' && character <= '9') sum += Number(character);
  }
  return sum % 10;
}

function fixed(value: number, width: number, decimals: number, pad = ' '): string {
  return value.toFixed(decimals).padStart(width, pad);
}

const LINE_LENGTH = 69;
const LINE_1_FIELDS: readonly Field[] = [
  [19, 20, 'epoch year', 0, 99],
  [21, 32, 'epoch day', 1, 367],
];
const LINE_2_FIELDS: readonly Field[] = [
  [9, 16, 'inclination', 0, 180],
  [18, 25, 'right ascension of the node', 0, 360],
  [27, 33, 'eccentricity', 0, 9_999_999],
  [35, 42, 'argument of perigee', 0, 360],
  [44, 51, 'mean anomaly', 0, 360],
  [53, 63, 'mean motion', 0.1, 17],
];
