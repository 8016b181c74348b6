import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circularElements } from '#harness/constellation/elements.ts';
import { Ephemeris, orbitOfElements, orbitOfTle } from '#harness/constellation/ephemeris.ts';
import { generateTle } from '#harness/constellation/generate-tle.ts';
import { distanceKm } from '#harness/constellation/geometry.ts';
import { formatTle, parseTleFile } from '#harness/constellation/tle.ts';
import { ConfigError } from '#node/config-error.ts';

describe('a TLE', () => {
  it('is laid out by columns, each line ended by its checksum', () => {
    expect(formatTle(ELEMENTS, 99_001)).toBe(
      [
        'one',
        '1 99001U          26032.50000000  .00000000  00000-0  00000-0 0  9997',
        '2 99001  53.0000 120.0000 0000000   0.0000   7.5000 15.21937835    08',
        '',
      ].join('\n'),
    );
  });

  it('brings a satellite within 20 m of where its elements bring it', () => {
    const [entry] = parseTleFile(formatTle(ELEMENTS, 1), 'a.tle');
    const orbits = [orbitOfElements(ELEMENTS), orbitOfTle(entry!)];
    const ephemeris = new Ephemeris(orbits, [], ELEMENTS.epochUnixMs, 'a.yaml');
    for (const at of [0, 3_600_000_000, 86_400_000_000]) {
      expect(distanceKm(ephemeris.position(0, at), ephemeris.position(1, at))).toBeLessThan(0.02);
    }
  });
});

describe('a TLE file', () => {
  it('names its satellites, with or without name lines, and may hold comments', () => {
    const named = formatTle(ELEMENTS, 7);
    const bare = formatTle(ELEMENTS, 8).split('\n').slice(1).join('\r\n');
    const entries = parseTleFile(`# made up\n\n0 ${named}${bare}`, 'a.tle');
    expect(entries.map(({ name }) => name)).toEqual(['one', 'sat-00008']);
    expect(entries[1]!.line2).toHaveLength(69);
  });

  it('takes elements from elsewhere, with drag and a negative field', () => {
    const station = [
      'ISS (ZARYA)',
      '1 25544U 98067A   08264.51782528 -.00002182  00000-0 -11606-4 0  2927',
      '2 25544  51.6416 247.4627 0006703 130.5360 325.0288 15.72125391563537',
    ];
    expect(parseTleFile(station.join('\n'), 'a.tle')).toMatchObject([{ name: 'ISS (ZARYA)' }]);
  });

  it.each([
    ['a wrong checksum', (text: string) => text.replace('9997\n', '9996\n'), 2, 69],
    ['a short line', (text: string) => text.replace('    08\n', '   08\n'), 3, 68],
    ['a missing second line', (text: string) => `${text.split('\n')[1]}\n# end\nxyz`, 3, 1],
    ['two names', (text: string) => `zero\n${text}`, 2, 1],
    ['lines of two satellites', () => `${line(ELEMENTS, 1, 1)}\n${line(ELEMENTS, 2, 2)}`, 2, 3],
    ['an inclination of 181°', () => pair({ inclinationDeg: 181 }), 3, 9],
    ['an orbit that meets the ground', () => pair({ eccentricity: 0.2 }), 3, 53],
    ['a mean motion of no orbit', () => pair({ meanMotionRevPerDay: 0 }), 3, 53],
    ['nothing', () => '# nothing', 1, 1],
    ['an end after the first line', () => `one\n${line(ELEMENTS, 1, 1)}`, 2, 1],
  ])('with %s is refused with its line and column', (_, spoil, line, column) => {
    const text = spoil(formatTle(ELEMENTS, 99_001));
    expect(refusal(text)).toMatchObject({ file: 'a.tle', line, column });
  });

  it('is read or refused, whatever it holds', () => {
    const text = generateTle();
    const place = fc.nat(text.length);
    fc.assert(
      fc.property(place, place, fc.string({ maxLength: 9 }), (at, length, insert) => {
        const result = refusal(text.slice(0, at) + insert + text.slice(at + (length % 80)));
        expect(result === undefined || result instanceof ConfigError).toBe(true);
      }),
    );
  });
});

function refusal(text: string): unknown {
  try {
    parseTleFile(text, 'a.tle');
    return undefined;
  } catch (error) {
    return error;
  }
}

function pair(change: object): string {
  return formatTle({ ...ELEMENTS, ...change }, 1);
}

function line(elements: typeof ELEMENTS, catalogNumber: number, which: 1 | 2): string {
  return formatTle(elements, catalogNumber).split('\n')[which]!;
}

const ELEMENTS = circularElements(
  { name: 'one', altitudeKm: 500, inclinationDeg: 53, raanDeg: 120, meanAnomalyDeg: 7.5 },
  Date.UTC(2026, 1, 1, 12),
  'a.yaml',
);
