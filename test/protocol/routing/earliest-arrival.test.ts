/**
 * Known routes: test/vectors/cgr-sabr.json (origins named in each vector). Volume vectors that need
 * the backlog of the entry node or volume already booked are not covered, see NEEDS_VOLUME.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Contact, ContactPlan } from '#protocol/routing/contact-plan.ts';
import { ContactGraph, type Route } from '#protocol/routing/earliest-arrival.ts';
import file from '../../vectors/cgr-sabr.json' with { type: 'json' };

const S = 1_000_000;
const NOBODY: ReadonlySet<number> = new Set();

/** The graph neither knows queues at neighbours nor books volume; both come with traffic control. */
const NEEDS_VOLUME = ['sabr-eto-backlog', 'sabr-rvl-mtv'];

describe('cgr-sabr.json', () => {
  for (const vector of file.vectors as readonly Vector[]) {
    if (NEEDS_VOLUME.includes(vector.id)) continue;
    test(`${vector.id}: ${vector.note || 'the expected route is found'}`, () => {
      const route = ask(vector);
      const { expect: wanted, plan } = vector;
      if (wanted.route === 'none') {
        expect(route).toBeUndefined();
        return;
      }
      const contacts = route?.contacts.map((index) => sorted(plan)[index]?.id);
      expect(contacts).toEqual(wanted.contacts ?? vector.routeContacts);
      expect(route?.arrivesAt).toBe((wanted.bestDeliveryTime ?? wanted.pbat)! * S);
      expect(route?.hops).toBe(wanted.hops ?? contacts!.length);
      if (wanted.entryNode !== undefined) expect(route?.entry).toBe(wanted.entryNode);
    });
  }
});

test('a bundle that does not fit before the contact ends takes the next contact', () => {
  const graph = graphOf([contact(1, 2, 0, 10, 800), contact(1, 2, 20, 40, 800)], 0);
  expect(find(graph, 1, 2, 0, 1_000)).toMatchObject({ arrivesAt: 10 * S, entryStartsAt: 0 });
  expect(find(graph, 1, 2, 0, 1_001)).toMatchObject({ entryStartsAt: 20 * S });
});

test('of routes that tie in arrival and contacts the one that lasts longest is taken', () => {
  for (const [long, short] of [
    [2, 3],
    [3, 2],
  ] as const) {
    const first = [contact(1, long, 0, 80), contact(1, short, 0, 40)];
    const graph = graphOf([...first, contact(2, 4, 0, 90), contact(3, 4, 0, 90)], 1);
    expect(find(graph, 1, 4, 0)?.entry).toBe(long);
  }
});

test('the light time is that in force when transmission begins', () => {
  const plan: ContactPlan = {
    contacts: [contact(2, 1, 0, 100, 8)],
    ranges: [
      { a: 1, b: 2, startsAt: 0, endsAt: 5 * S, owltUs: 7 },
      { a: 1, b: 2, startsAt: 5 * S, endsAt: 50 * S, owltUs: 9 },
    ],
  };
  const graph = new ContactGraph(plan);
  expect(find(graph, 2, 1, 4 * S, 3)?.arrivesAt).toBe(7 * S + 7);
  expect(find(graph, 2, 1, 5 * S, 3)?.arrivesAt).toBe(8 * S + 9);
  expect(find(graph, 2, 1, 51 * S, 3)).toBeUndefined();
});

test('an excluded neighbour is not the first hop but may be a later one', () => {
  const contacts = [contact(1, 2, 0, 100), contact(1, 3, 0, 100), contact(3, 2, 0, 100)];
  const graph = graphOf([...contacts, contact(2, 4, 0, 100)], 1);
  expect(find(graph, 1, 4, 0)?.entry).toBe(2);
  expect(find(graph, 1, 4, 0, 0, new Set([2]))).toMatchObject({ entry: 3, hops: 3 });
  expect(find(graph, 1, 4, 0, 0, new Set([2, 3]))).toBeUndefined();
});

test('a bundle that sets out by validUntil still catches every contact, and one later does not', () => {
  const graph = graphOf([contact(1, 2, 0, 100), contact(2, 3, 0, 30, 8)], 1);
  const route = find(graph, 1, 3, 10 * S, 2);
  expect(route?.validUntil).toBe(30 * S - 2 - 1 - 2 * S);
  expect(find(graph, 1, 3, route!.validUntil, 2)).toBeDefined();
  expect(find(graph, 1, 3, route!.validUntil + 1, 2)).toBeUndefined();
});

test('nodes without a contact, and the node itself, have no route', () => {
  const graph = graphOf([contact(1, 2, 0, 100)], 1);
  expect(find(graph, 1, 9, 0)).toBeUndefined();
  expect(find(graph, 9, 1, 0)).toBeUndefined();
  expect(find(graph, 1, 1, 0)).toBeUndefined();
  expect(find(new ContactGraph({ contacts: [], ranges: [] }), 1, 2, 0)).toBeUndefined();
});

test('no walk through the plan arrives before the route does', () => {
  const node = fc.integer({ min: 1, max: 5 });
  const second = fc.integer({ min: 0, max: 12 });
  const any = fc.record({ from: node, to: node, start: second, length: second });
  const plans = fc.array(any, { maxLength: 14 });
  const property = fc.property(plans, second, fc.integer({ min: 0, max: 3 }), (drawn, at, size) => {
    const contacts = drawn
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, start, length }) => contact(from, to, start, start + length, 8));
    const graph = graphOf(contacts, S);
    // Twice, for the scratch of one search must not show in the next.
    for (const target of [2, 3, 2]) {
      const route = find(graph, 1, target, at * S, size);
      expect(route?.arrivesAt).toBe(walk(contacts, 1, target, at * S, size, []));
      if (route !== undefined) expectConsistent(route, contacts, at * S, size);
    }
  });
  fc.assert(property, { numRuns: 400 });
});

/** Replays a route contact by contact. */
function expectConsistent(route: Route, unsorted: readonly Contact[], at: number, size: number) {
  const contacts = byStart(unsorted);
  let node = 1;
  let here = at;
  for (const index of route.contacts) {
    const next = contacts[index]!;
    expect(next.from).toBe(node);
    here = Math.max(here, next.startsAt) + size * S;
    expect(here).toBeLessThanOrEqual(next.endsAt);
    here += S;
    node = next.to;
  }
  expect(here).toBe(route.arrivesAt);
  expect(route.hops).toBe(route.contacts.length);
  expect(contacts[route.contacts[0]!]!.to).toBe(route.entry);
}

/** The earliest arrival by trying every walk without a repeated node. */
function walk(
  contacts: readonly Contact[],
  from: number,
  to: number,
  at: number,
  size: number,
  seen: readonly number[],
): number | undefined {
  if (from === to) return at;
  let best: number | undefined;
  for (const next of contacts) {
    if (next.from !== from || seen.includes(next.to)) continue;
    const departs = Math.max(at, next.startsAt) + size * S;
    if (departs > next.endsAt) continue;
    const arrival = walk(contacts, next.to, to, departs + S, size, [...seen, from]);
    if (arrival !== undefined && (best === undefined || arrival < best)) best = arrival;
  }
  return best;
}

interface Vector {
  readonly id: string;
  readonly kind?: string;
  readonly note: string;
  readonly plan: readonly VectorContact[];
  readonly source_node?: number;
  readonly destination?: number;
  readonly now: number;
  readonly bundleEvc?: number;
  readonly routeContacts?: readonly number[];
  readonly expect: {
    readonly route?: string;
    readonly contacts?: readonly number[];
    readonly bestDeliveryTime?: number;
    readonly pbat?: number;
    readonly entryNode?: number;
    readonly hops?: number;
  };
}

interface VectorContact {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
  /** Octets per second. */
  readonly rate: number;
  readonly owlt: number;
}

function ask(vector: Vector): Route | undefined {
  const plan = sorted(vector.plan);
  const contacts = plan.map((each) =>
    contact(each.from, each.to, each.start, each.end, each.rate * 8),
  );
  const ranges = plan.map(({ from, to, owlt }) => rangeOf(from, to, owlt * S));
  const last = plan[plan.length - 1]!;
  const from = vector.source_node ?? plan[0]!.from;
  const to = vector.destination ?? last.to;
  const graph = new ContactGraph({ contacts, ranges });
  return find(graph, from, to, vector.now * S, vector.bundleEvc ?? 0);
}

function sorted(plan: readonly VectorContact[]): readonly VectorContact[] {
  return [...plan].sort((a, b) => a.start - b.start);
}

function byStart(contacts: readonly Contact[]): readonly Contact[] {
  return [...contacts].sort((a, b) => a.startsAt - b.startsAt);
}

function graphOf(contacts: readonly Contact[], owltUs: number): ContactGraph {
  const ranges = contacts.map(({ from, to }) => rangeOf(from, to, owltUs));
  return new ContactGraph({ contacts: byStart(contacts), ranges });
}

function rangeOf(from: number, to: number, owltUs: number) {
  const a = Math.min(from, to);
  return { a, b: Math.max(from, to), startsAt: 0, endsAt: 1e6 * S, owltUs };
}

/** Start and end in seconds. */
function contact(from: number, to: number, start: number, end: number, rateBps = 8e6): Contact {
  const terminals = { fromTerminal: 0, toTerminal: 0 };
  return { from, to, startsAt: start * S, endsAt: end * S, rateBps, ...terminals };
}

function find(
  graph: ContactGraph,
  from: number,
  to: number,
  at: number,
  sizeOctets = 0,
  excluded = NOBODY,
): Route | undefined {
  return graph.route({ from, to, at, sizeOctets, excluded });
}
