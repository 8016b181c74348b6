import { expect, it } from 'vitest';
import { Neighbours } from '#node/neighbours.ts';
import type { Link } from '#protocol/link/link.ts';

const link = () => ({}) as Link;

it('keep a link for the next contact, and work only with those in contact', () => {
  const neighbours = new Neighbours();
  const first = neighbours.meet(102, 1, link);
  const second = neighbours.meet(103, 0, link);
  expect(neighbours.inContact).toEqual([second, first]);
  expect(neighbours.part(1)).toBe(first);
  expect(neighbours.part(1)).toBeUndefined();
  expect(neighbours.inContact).toEqual([second]);
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
