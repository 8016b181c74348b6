import { expect, it } from 'vitest';
import { Neighbours, receiptOf } from '#node/neighbours.ts';
import type { Link } from '#protocol/link/link.ts';

const ticked: Link[] = [];
const link = () => {
  const made = { tick: () => ticked.push(made) } as unknown as Link;
  return made;
};

it('keep a link for the next contact, and work only with those in contact', () => {
  const neighbours = new Neighbours();
  const first = neighbours.meet(102, 1, link);
  const second = neighbours.meet(103, 0, link);
  neighbours.tick(7);
  expect(ticked).toEqual([second.link, first.link]);
  expect(neighbours.part(1)).toBe(first);
  expect(neighbours.part(1)).toBeUndefined();
  neighbours.tick(8);
  expect(ticked.slice(2)).toEqual([second.link]);
  expect(neighbours.meet(102, 1, link)).toBe(first);
  expect(neighbours.meet(102, 2, link)).not.toBe(first);
  expect(neighbours.all).toHaveLength(3);
});

it('find a neighbour by a link that is up and in contact', () => {
  const neighbours = new Neighbours();
  const neighbour = neighbours.meet(102, 1, link);
  expect(neighbours.upTo(102)).toBeUndefined();
  neighbour.up = true;
  expect(neighbours.upTo(102)).toBe(neighbour);
  neighbours.part(1);
  expect(neighbours.upTo(102)).toBeUndefined();
});

it('say of a node that it is up with its first link, and down with its last', () => {
  const neighbours = new Neighbours();
  const [first, second] = [neighbours.meet(102, 1, link), neighbours.meet(102, 2, link)];
  const changes = [
    neighbours.setUp(first, true),
    neighbours.setUp(second, true),
    neighbours.setUp(second, true),
    neighbours.setUp(first, false),
    neighbours.setUp(first, false),
    neighbours.setUp(second, false),
  ];
  expect(changes).toEqual([true, false, false, false, false, true]);
});

it('say of a node that it is down also when its terminal has turned away', () => {
  const neighbours = new Neighbours();
  const neighbour = neighbours.meet(102, 1, link);
  neighbours.setUp(neighbour, true);
  neighbours.part(1);
  expect(neighbours.setUp(neighbour, false)).toBe(true);
});

it('hand a bundle to a link that is up, and what became of one to the link that brought it', () => {
  const neighbours = new Neighbours();
  const done: unknown[] = [];
  const make = (name: string) => () =>
    ({
      send: (_now: number, { id }: { id: string }) => done.push([name, 'send', id]),
      settle: (_now: number, block: number, kept: boolean) => done.push([name, block, kept]),
    }) as unknown as Link;
  neighbours.meet(102, 1, make('a'));
  const second = neighbours.meet(103, 0, make('b'));
  const bundle = { kind: 'forward', id: 'x', to: 103, octets: new Uint8Array(1) } as const;
  expect(neighbours.forward(1, { ...bundle, trafficClass: 1, agedAt: undefined })).toBe(false);
  second.up = true;
  expect(neighbours.forward(1, { ...bundle, trafficClass: 1, agedAt: undefined })).toBe(true);
  const received = {
    kind: 'received',
    bundle: bundle.octets,
    trafficClass: 1,
    agedAt: undefined,
  } as const;
  expect(receiptOf(second, received)).toBeUndefined();
  const receipt = receiptOf(second, { ...received, receipt: 9 })!;
  neighbours.settle(2, { kind: 'settled', receipt, kept: true });
  expect(done).toEqual([
    ['b', 'send', 'x'],
    ['b', 9, true],
  ]);
});
