import { expect, test, vi } from 'vitest';
import type { Contact } from '#protocol/routing/contact-plan.ts';
import { ContactGraph } from '#protocol/routing/earliest-arrival.ts';
import { Router } from '#protocol/routing/router.ts';

const S = 1_000_000;

test('one search serves the bundles of a flow for a second', () => {
  const { router, searches } = setUp([contact(1, 2, 0, 100)]);
  expect(router.route(2, 0, 1_000, 0)?.entry).toBe(2);
  router.route(2, 0, 1_001, 0);
  router.route(2, S, 1_010, 0);
  expect(searches()).toBe(1);
  router.route(2, S + 1, 1_000, 0);
  expect(searches()).toBe(2);
});

test('another size is another search', () => {
  const { router, searches } = setUp([contact(1, 2, 0, 100)]);
  router.route(2, 0, 1_000, 0);
  router.route(2, 0, 9_000, 0);
  expect(searches()).toBe(2);
});

test('an answer is not used once a contact on its way would be missed', () => {
  const { router } = setUp([contact(1, 2, 0, 10), contact(1, 3, 0, 100), contact(3, 2, 0, 100)]);
  expect(router.route(2, 10 * S - 500_000, 0, 0)?.entry).toBe(2);
  expect(router.route(2, 10 * S, 0, 0)?.entry).toBe(2);
  expect(router.route(2, 10 * S + 1, 0, 0)?.entry).toBe(3);
});

test('new exclusions make old answers void', () => {
  const { router } = setUp([contact(1, 2, 0, 100)]);
  expect(router.route(2, 0, 0, 0)?.entry).toBe(2);
  router.exclude(new Set([2]));
  expect(router.route(2, 0, 0, 0)).toBeUndefined();
  router.exclude(new Set());
  expect(router.route(2, 0, 0, 0)?.entry).toBe(2);
});

test('a bundle does not go back where it came from while there is another way', () => {
  const { router, searches } = setUp([
    contact(1, 2, 0, 100),
    contact(1, 3, 0, 100),
    contact(3, 2, 0, 100),
  ]);
  expect(router.route(2, 0, 0, 2)).toMatchObject({ entry: 3, hops: 2 });
  router.route(2, 0, 0, 2);
  expect(searches()).toBe(2);
  expect(router.route(2, 0, 0, 3)?.entry).toBe(2);
  expect(router.route(2, 0, 0, 0)?.entry).toBe(2);
});

test('a bundle goes back where it came from when that is the only way', () => {
  const { router } = setUp([contact(1, 2, 0, 100), contact(2, 3, 0, 100)]);
  expect(router.route(3, 0, 0, 2)?.entry).toBe(2);
});

function setUp(contacts: readonly Contact[]) {
  const ranges = contacts.map(({ from, to }) => ({
    a: Math.min(from, to),
    b: Math.max(from, to),
    startsAt: 0,
    endsAt: 100 * S,
    owltUs: 0,
  }));
  const graph = new ContactGraph({ contacts, ranges });
  const spy = vi.spyOn(graph, 'route');
  return { router: new Router(graph, 1), searches: () => spy.mock.calls.length };
}

function contact(from: number, to: number, start: number, end: number): Contact {
  const terminals = { fromTerminal: 0, toTerminal: 0 };
  return { from, to, startsAt: start * S, endsAt: end * S, rateBps: 8e9, ...terminals };
}
