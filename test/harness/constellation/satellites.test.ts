import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { satellitesOf } from '#harness/constellation/satellites.ts';
import type { Scenario, WalkerShell } from '#harness/scenario/scenario.ts';
import { ConfigError } from '#node/config-error.ts';
import { pairScenario, WALKER_66 } from './scenarios.ts';

describe('the satellites of a Walker shell', () => {
  it('are numbered by plane and slot', () => {
    const { nodes, orbits } = satellitesOf(WALKER_66);
    expect(nodes.slice(9, 13)).toEqual([110, 111, 201, 202]);
    expect(orbits[12]!.name).toBe('p2s02');
  });

  it('leave room for more than 99 in a plane', () => {
    const { nodes, orbits } = satellitesOf(walker({ planes: 2, perPlane: 100 }));
    expect(nodes.slice(99, 101)).toEqual([1100, 2001]);
    expect(orbits[100]!.name).toBe('p2s001');
  });

  it('are refused when their numbers outgrow a spacecraft id', () => {
    const many = walker({ planes: 66, perPlane: 100, raanSpacingDeg: 1 });
    expect(() => satellitesOf(many)).toThrow('node number 66100');
  });

  it('close the ring of a delta, at the slot its phasing leads to', () => {
    const delta = walker({ pattern: 'delta', planes: 6, perPlane: 11, phasingDeg: 360 / 66 });
    const seam = satellitesOf(delta).crosslinks.filter(({ a, b }) => a >= 55 && b < 11);
    expect(seam.map(({ a, b }) => (b - a + 55 + 11) % 11)).toEqual(new Array(11).fill(1));
  });

  it('of a star are not linked across the seam unless asked for', () => {
    expect(satellitesOf(WALKER_66).crosslinks).toHaveLength(121);
    const across = { ...WALKER_66, topology: { kind: 'plus-grid', acrossSeam: true } } as const;
    expect(satellitesOf(across).crosslinks).toHaveLength(132);
  });

  it('need four terminals for a plus-grid', () => {
    expect(() => satellitesOf({ ...WALKER_66, terminals: 3 })).toThrow('terminal 3 of p1s01');
  });
});

describe('the satellites of a TLE file', () => {
  it('are numbered in order, in planes when there is a plus-grid', () => {
    const { nodes, orbits, crosslinks } = satellitesOf(tle(6));
    expect(nodes).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    expect(orbits[6]!.name).toBe('p2s01');
    expect(crosslinks).toHaveLength(4 * 6 + 3 * 6);
  });

  it('are refused when they do not fill whole planes', () => {
    expect(() => satellitesOf(tle(7))).toThrow('plus-grid needs whole planes');
    expect(() => satellitesOf(tle(undefined))).toThrow(ConfigError);
  });

  it('are refused when the file is not there', () => {
    const missing = { kind: 'tle', file: '/nowhere.tle', perPlane: 6 } as const;
    expect(() => satellitesOf({ ...WALKER_66, constellation: missing })).toThrow('/nowhere.tle');
  });
});

it('numbers single satellites from 1 and links them by name', () => {
  const { nodes, crosslinks } = satellitesOf(pairScenario(10));
  expect(nodes).toEqual([1, 2]);
  expect(crosslinks).toEqual([{ a: 0, aTerminal: 0, b: 1, bTerminal: 0 }]);
});

function walker(change: Partial<WalkerShell>): Scenario {
  return {
    ...WALKER_66,
    constellation: { ...(WALKER_66.constellation as WalkerShell), ...change },
  };
}

function tle(perPlane: number | undefined): Scenario {
  const file = join(process.cwd(), 'scenarios/tle/star-24.tle');
  return { ...WALKER_66, constellation: { kind: 'tle', file, perPlane } };
}
