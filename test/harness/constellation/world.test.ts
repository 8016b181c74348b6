import { describe, expect, it } from 'vitest';
import { buildWorld, type World } from '#harness/constellation/world.ts';
import type { Contact } from '#protocol/routing/contact-plan.ts';
import { pairScenario, station, WALKER_66 } from './scenarios.ts';

const HOUR_US = 3_600_000_000;
const world = buildWorld(WALKER_66, HOUR_US);
const crosslinks = world.plan.contacts.filter(({ from, to }) => from < 9000 && to < 9000);
const groundLinks = world.plan.contacts.filter(({ from }) => from > 9000);

describe('the world of walker-66', () => {
  it('has satellites of five terminals, then ground stations from 9001', () => {
    expect(world.nodes).toHaveLength(72);
    const satellite = { name: 'p1s01', node: 101, scid: 101, kind: 'satellite', terminals: 5 };
    expect(world.nodes[0]).toEqual(satellite);
    const ground = { name: 'London', node: 9001, scid: 9001, kind: 'ground', terminals: 2 };
    expect(world.nodes[66]).toEqual(ground);
  });

  it('keeps all 66 links along planes and 55 between them the whole hour', () => {
    expect(crosslinks).toHaveLength(2 * (66 + 55));
    const whole = crosslinks.filter(({ startsAt, endsAt }) => startsAt === 0 && endsAt === HOUR_US);
    expect(whole).toHaveLength(crosslinks.length);
  });

  it('has every contact both ways at equal times', () => {
    const key = (c: Contact, a: number, b: number): string => `${a} ${b} ${c.startsAt} ${c.endsAt}`;
    const there = world.plan.contacts.map((c) => `${key(c, c.from, c.to)} ${c.fromTerminal}`);
    const back = world.plan.contacts.map((c) => `${key(c, c.to, c.from)} ${c.toTerminal}`);
    expect(new Set(there)).toEqual(new Set(back));
    expect(new Set(there).size).toBe(world.plan.contacts.length);
  });

  it('points each terminal at one neighbour at a time', () => {
    const uses = new Map<string, Contact[]>();
    for (const contact of world.plan.contacts) {
      const key = `${contact.from}.${contact.fromTerminal}`;
      uses.set(key, [...(uses.get(key) ?? []), contact]);
    }
    for (const contacts of uses.values()) {
      contacts.slice(1).forEach((contact, index) => {
        expect(contact.startsAt).toBeGreaterThanOrEqual(contacts[index]!.endsAt);
      });
    }
  });

  it('sends ground links by the fifth terminal of a satellite, at their own rate', () => {
    for (const { toTerminal, fromTerminal, rateBps } of groundLinks) {
      expect(toTerminal).toBe(4);
      expect(fromTerminal).toBeLessThan(2);
      expect(rateBps).toBe(20_000_000);
    }
    expect(groundLinks.length).toBeGreaterThan(50);
  });

  it('has a range for every instant of every contact, within 0.1 ms of the truth', () => {
    for (const { from, to, startsAt, endsAt } of world.plan.contacts) {
      if (from > to) continue;
      let until = startsAt;
      for (const range of world.plan.ranges) {
        if (range.a !== from || range.b !== to || range.startsAt !== until) continue;
        for (const at of [range.startsAt, Math.floor((range.startsAt + range.endsAt) / 3)]) {
          if (at < range.startsAt) continue;
          expect(Math.abs(world.owltUs(from, to, at) - range.owltUs)).toBeLessThan(100);
        }
        until = range.endsAt;
        if (until === endsAt) break;
      }
      expect(until).toBe(endsAt);
    }
  });

  it('ends with the horizon', () => {
    const ends = world.plan.contacts.map(({ endsAt }) => endsAt);
    expect(Math.max(...ends)).toBe(HOUR_US);
  });

  it('lists contacts and ranges by their start, then by their nodes', () => {
    const contacts = world.plan.contacts.map(({ startsAt, from, to }) => [startsAt, from, to]);
    const ranges = world.plan.ranges.map(({ startsAt, a, b }) => [startsAt, a, b]);
    expect(contacts).toEqual(contacts.toSorted(byColumns));
    expect(ranges).toEqual(ranges.toSorted(byColumns));
  });

  it('has the same plan every time, and the same light time both ways', () => {
    expect(buildWorld(WALKER_66, HOUR_US).plan).toEqual(world.plan);
    expect(world.owltUs(101, 9001, 5_000_000)).toBe(world.owltUs(9001, 101, 5_000_000));
  });

  it('chooses satellites by when they set and not by when the run ends', () => {
    const minute = groundPairsAtStart(buildWorld(WALKER_66, 60_000_000));
    expect(minute).toEqual(groundPairsAtStart(world));
    expect(minute).toHaveLength(9);
  });
});

describe('a pair', () => {
  it('sees itself all the time when near, and never through the Earth', () => {
    expect(buildWorld(pairScenario(20), 60_000_000).plan.contacts).toMatchObject([
      { from: 1, to: 2, startsAt: 0, endsAt: 60_000_000, fromTerminal: 0, toTerminal: 0 },
      { from: 2, to: 1, startsAt: 0, endsAt: 60_000_000, fromTerminal: 0, toTerminal: 0 },
    ]);
    expect(buildWorld(pairScenario(60), 60_000_000).plan).toEqual({ contacts: [], ranges: [] });
  });

  it('is linked only within the range maximum', () => {
    const pair = pairScenario(20);
    const within = (rangeKmMax: number): World =>
      buildWorld({ ...pair, link: { ...pair.link, rangeKmMax } }, 60_000_000);
    expect(within(2350).plan.contacts).toHaveLength(0);
    expect(within(2450).plan.contacts).toHaveLength(2);
  });

  it('cannot share its names, also not with a ground station', () => {
    const twice = { ...pairScenario(20), groundStations: [station('alfa', 0, 0)] };
    expect(() => buildWorld(twice, 0)).toThrow('two nodes are named alfa');
  });
});

it('numbers ground stations above satellites that reach 9001', () => {
  const constellation = { ...WALKER_66.constellation, planes: 90, perPlane: 1, raanSpacingDeg: 1 };
  const scenario = { ...WALKER_66, constellation } as typeof WALKER_66;
  const { nodes } = buildWorld(scenario, 1);
  expect(nodes.slice(89, 91).map(({ node }) => node)).toEqual([9001, 10_001]);
});

function groundPairsAtStart({ plan }: World): string[] {
  return plan.contacts
    .filter(({ from, startsAt }) => from > 9000 && startsAt === 0)
    .map(({ from, to }) => `${from} ${to}`);
}

function byColumns(x: number[], y: number[]): number {
  return x.map((value, column) => value - y[column]!).find((difference) => difference !== 0) ?? 0;
}
