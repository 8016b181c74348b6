import { describe, expect, it } from 'vitest';
import { checkTerminals, namedLinks, plusGrid } from '#harness/constellation/topology.ts';
import { ConfigError } from '#node/config-error.ts';

describe('a plus-grid', () => {
  it('rings each plane fore to aft and joins the planes starboard to port', () => {
    expect(plusGrid({ planes: 2, perPlane: 3, seamShift: undefined }).map(text)).toEqual([
      '0.0–1.1',
      '0.3–3.2',
      '1.0–2.1',
      '1.3–4.2',
      '2.0–0.1',
      '2.3–5.2',
      '3.0–4.1',
      '4.0–5.1',
      '5.0–3.1',
    ]);
  });

  it('closes over the seam to the slot that the phasing has shifted there', () => {
    const seam = plusGrid({ planes: 3, perPlane: 4, seamShift: 1 }).filter(
      ({ a, b, aTerminal }) => aTerminal === 3 && b < a,
    );
    expect(seam.map(text)).toEqual(['8.3–1.2', '9.3–2.2', '10.3–3.2', '11.3–0.2']);
  });

  it.each([
    [1, 1, 0],
    [1, 2, 1],
    [2, 1, 1],
    [2, 2, 4],
    [3, 1, 3],
    [6, 11, 132],
  ])('of %i planes of %i, closed, has %i links and no pair twice', (planes, perPlane, count) => {
    const links = plusGrid({ planes, perPlane, seamShift: 0 });
    const pairs = links.map(({ a, b }) => `${Math.min(a, b)}-${Math.max(a, b)}`);
    expect(new Set(pairs).size).toBe(count);
    expect(links).toHaveLength(count);
    const ends = links.flatMap((link) => text(link).split('–'));
    expect(new Set(ends).size).toBe(2 * count);
  });
});

describe('links by name', () => {
  const NAMES = ['one', 'two', 'three'];

  it('take the next free terminal at either end', () => {
    const links = namedLinks(
      [
        ['two', 'one'],
        ['two', 'three'],
      ],
      NAMES,
      'a.yaml',
    );
    expect(links.map(text)).toEqual(['1.0–0.0', '1.1–2.0']);
  });

  it.each([
    [[['one', 'four']], 'a link names four'],
    [[['one', 'one']], 'joins a satellite to itself'],
    [
      [
        ['one', 'two'],
        ['two', 'one'],
      ],
      'is listed twice',
    ],
  ] as const)('%j are refused', (pairs, message) => {
    expect(() => namedLinks(pairs, NAMES, 'a.yaml')).toThrow(ConfigError);
    expect(() => namedLinks(pairs, NAMES, 'a.yaml')).toThrow(message);
  });

  it('must find as many terminals as they need', () => {
    const links = namedLinks(
      [
        ['two', 'one'],
        ['three', 'two'],
      ],
      NAMES,
      'a.yaml',
    );
    expect(() => checkTerminals(links, 1, NAMES, 'a.yaml')).toThrow('terminal 1 of two');
    expect(() => checkTerminals(links, 2, NAMES, 'a.yaml')).not.toThrow();
  });
});

function text(link: { a: number; aTerminal: number; b: number; bTerminal: number }): string {
  return `${link.a}.${link.aTerminal}–${link.b}.${link.bTerminal}`;
}
