import { expect, test } from 'vitest';
import type { HeldBundle } from '#protocol/agent/held-bundle.ts';
import { Neighbours, PATIENCE_US } from '#protocol/agent/neighbours.ts';
import { planOf, S } from './mesh.ts';

test('a neighbour is excluded from the end of patience to the end of the contact', () => {
  const neighbours = new Neighbours(1, planOf([1, 2, 10, 20], [1, 2, 30, 40], [2, 3, 0, 90]));
  expect(timeline(neighbours, 0, 50 * S)).toEqual([
    [10 * S + PATIENCE_US, [2]],
    [20 * S + 1, []],
    [30 * S + PATIENCE_US, [2]],
    [40 * S + 1, []],
  ]);
});

test('patience begins anew when a link that was up goes down', () => {
  const neighbours = new Neighbours(1, planOf([1, 2, 0, 100]));
  neighbours.setLink(0, 2, 'up');
  expect(timeline(neighbours, 0, 50 * S)).toEqual([]);
  neighbours.setLink(50 * S, 2, 'down');
  expect(timeline(neighbours, 50 * S, 99 * S)).toEqual([[50 * S + PATIENCE_US, [2]]]);
  neighbours.setLink(60 * S, 2, 'up');
  expect(neighbours.refresh(60 * S)).toBe(true);
  expect([...neighbours.excluded]).toEqual([]);
});

test('patience begins with the first look when the contact began before', () => {
  const neighbours = new Neighbours(1, planOf([1, 2, 0, 100]));
  expect(timeline(neighbours, 40 * S, 99 * S)).toEqual([[40 * S + PATIENCE_US, [2]]]);
});

test('nobody has patience with a link that is known to stay down', () => {
  const neighbours = new Neighbours(1, planOf([1, 2, 0, 100], [1, 2, 200, 300]));
  neighbours.setLink(0, 2, 'up');
  expect(timeline(neighbours, 0, S)).toEqual([]);
  neighbours.setLink(2 * S, 2, 'lost');
  expect(timeline(neighbours, 2 * S, 250 * S)).toEqual([
    [2 * S, [2]],
    [100 * S + 1, []],
    [200 * S, [2]],
  ]);
  neighbours.setLink(250 * S, 2, 'up');
  neighbours.setLink(251 * S, 2, 'down');
  expect(timeline(neighbours, 251 * S, 299 * S)).toEqual([[251 * S + PATIENCE_US, [2]]]);
});

test.each([
  ['a slow one', 1e6, 5_000, 262_144],
  ['a fast one', 50e6, 5_000, 1_937_500],
  ['a far one', 10e6, 1_000_000, 2_875_000],
  ['one faster than memory allows', 2.5e9, 5_000, 4_194_304],
])('the window of %s follows its rate and round trip', (_, rateBps, owltUs, octets) => {
  const plan = planOf([1, 2, 0, 100], [2, 3, 0, 100]);
  const contacts = plan.contacts.map((contact) => ({ ...contact, rateBps }));
  const ranges = plan.ranges.map((range) => ({ ...range, owltUs: range.b === 2 ? owltUs : 9e9 }));
  const neighbours = new Neighbours(1, { contacts, ranges });
  neighbours.setLink(0, 2, 'up');
  const bundle = { trafficClass: 1, sizeOctets: octets - 1 } as HeldBundle;
  neighbours.occupy(bundle, 2);
  expect(neighbours.isFull(2, 1)).toBe(false);
  neighbours.occupy({ ...bundle, sizeOctets: 1 } as HeldBundle, 2);
  expect(neighbours.isFull(2, 1)).toBe(true);
  expect(neighbours.isFull(2, 0)).toBe(false);
});

/** Each change of the exclusions, found by looking whenever there may be one. */
function timeline(neighbours: Neighbours, from: number, until: number): [number, number[]][] {
  const changes: [number, number[]][] = [];
  let last = '';
  for (let now = from; now <= until; now = neighbours.changesAt) {
    expect(neighbours.refresh(now)).toBe(true);
    expect(neighbours.refresh(now)).toBe(false);
    const excluded = [...neighbours.excluded];
    if (excluded.join() !== last) changes.push([now, excluded]);
    last = excluded.join();
  }
  return changes;
}
