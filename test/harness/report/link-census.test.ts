import { describe, expect, it } from 'vitest';
import { LinkCensus } from '#harness/report/link-census.ts';
import type { Notice } from '#node/notice.ts';

describe('link census', () => {
  it('counts a link when both ends have said so during its contact', () => {
    const census = new LinkCensus(plan([1, 2, 0, 10], [1, 3, 0, 10]));
    expect(census.atStart).toBe(2);
    census.notice(1, secured(2, 1));
    census.notice(1, secured(2, 1));
    expect(census.securedAtStart).toBe(0);
    census.notice(2, secured(1, 2));
    expect(census.securedAtStart).toBe(1);
    expect(census.summary(60 * S)).toEqual({
      expected: 2,
      secured: 1,
      byCryptoProvider: { native: 1 },
    });
  });

  it('holds a later contact of the same pair apart, and forgives one that came too late', () => {
    const census = new LinkCensus(plan([1, 2, 0, 10], [1, 2, 20, 30], [1, 2, 59, 70]));
    for (const at of [1, 21]) {
      census.notice(1, secured(2, at));
      census.notice(2, secured(1, at));
    }
    expect(census.securedAtStart).toBe(1);
    expect(census.summary(60 * S)).toMatchObject({ expected: 2, secured: 2 });
  });

  it('ignores a session outside every contact', () => {
    const census = new LinkCensus(plan([1, 2, 0, 10]));
    census.notice(1, secured(2, 11));
    census.notice(2, secured(1, 11));
    expect(census.summary(60 * S).secured).toBe(0);
  });
});

const S = 1_000_000;

function plan(...rows: [number, number, number, number][]) {
  const contacts = rows.flatMap(([a, b, start, end]) =>
    [
      [a, b],
      [b, a],
    ].map(([from, to]) => ({
      from: from as number,
      to: to as number,
      startsAt: start * S,
      endsAt: end * S,
      rateBps: 1e8,
      fromTerminal: 0,
      toTerminal: 0,
    })),
  );
  return { contacts, ranges: [] };
}

function secured(neighbour: number, atS: number): Notice {
  return { kind: 'link-secured', at: atS * S, neighbour, terminal: 0, provider: 'native' };
}
