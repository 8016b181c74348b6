import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AgentOptions, AgentOutput } from '#protocol/agent/agent.ts';
import type { Receipt } from '#protocol/agent/contract.ts';
import { decodeBundle } from '#protocol/bundle/bundle.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import { expectBalance, Mesh, Node, planOf, S, withHops } from './mesh.ts';

const TRIANGLE_NOW = planOf([1, 2, 0, 1_000], [1, 3, 0, 1_000], [2, 3, 0, 1_000]);
const TRIANGLE = planOf([1, 2, 0, 20], [1, 3, 5, 40], [2, 3, 10, 60], [1, 2, 30, 50]);

test('whatever happens in whatever order, the books balance and nothing is thrown', () => {
  const verbs = fc.array(fc.tuple(fc.nat(17), fc.nat(50), fc.nat(3)), { maxLength: 120 });
  const property = fc.property(verbs, (script) => {
    const { agent } = new Node(1, TRIANGLE, {
      storeOctetsMax: 3_000,
      statusReports: true,
      fragmentOctetsMax: 300,
      groups: { ipnAllocator: 9000, memberOf: [{ group: GROUP, service: 7 }] },
      reassembly: { setsMax: 3, octetsMax: 1_000, waitMsMax: 30_000 },
    });
    const arrivals = ARRIVALS;
    const ids: string[] = [];
    const store = new Map<string, Uint8Array>();
    let now = 0;
    for (const [verb, choice, small] of script) {
      const id = ids[choice % Math.max(ids.length, 1)] ?? 'none';
      now += [0, 1_000, S, 10 * S][small]!;
      act(verb, id, choice, small);
      for (let output = agent.poll(); output !== undefined; output = agent.poll()) note(output);
      expectBalance(agent);
      const deadline = agent.deadline();
      if (verb === 13 && deadline !== undefined) expect(deadline.at).toBeGreaterThan(now);
    }

    function note(output: AgentOutput): void {
      if ('id' in output) ids.push(output.id);
      if (output.kind === 'store') store.set(output.id, output.octets);
      if (output.kind === 'forget') {
        // What is delivered at once was never stored, but is remembered.
        const isKnown = store.delete(output.id) || output.seen !== undefined;
        expect(isKnown).toBe(true);
      }
    }

    function act(verb: number, id: string, choice: number, small: number): void {
      if (verb === 0) {
        const wanted = request(1 + small, choice * 20);
        agent.originate(now, choice % 5 === 0 ? { ...wanted, destination: GROUP } : wanted);
      } else if (verb === 1)
        agent.receive(now, arrivals[choice % arrivals.length]!, 2 + (small & 1));
      else if (verb === 2 || verb === 3) agent.stored(now, id);
      else if (verb === 4) agent.storeFailed(now, id, small === 0 ? 'io' : 'full');
      else if (verb === 5 || verb === 6) agent.loaded(now, id, store.get(id));
      else if (verb === 7) agent.loaded(now, id, undefined);
      else if (verb === 8) agent.forwarded(now, id);
      else if (verb === 9) agent.notForwarded(now, id);
      else if (verb === 10) agent.linkUp(now, 2 + (small & 1), choice % 2 === 0);
      else if (verb === 11) agent.linkDown(now, 2 + (small & 1));
      else if (verb === 12) agent.register(now, 7);
      else if (verb === 13) agent.tick(now);
      else if (verb === 14) agent.forgotten(now, id);
      else if (verb === 15) agent.cancel(now, id);
      else if (verb === 16) agent.unregister(now, 7);
      else if (verb === 17) agent.pressed(now, 2 + (small & 1), (choice % 5) as 0 | 1 | 2 | 3 | 4);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('whatever the octets, reception gives outputs and never throws', () => {
  const mutations = fc.tuple(fc.nat(500), fc.nat(255), fc.nat(10));
  const property = fc.property(mutations, ([at, value, cut]) => {
    const node = new Node(1, TRIANGLE);
    const octets = ARRIVALS[0]!.slice(0, cut === 0 ? at : undefined);
    if (octets.length > 0) octets[at % octets.length] = value;
    node.agent.receive(0, octets, 2);
    node.drain(0);
    expect(node.said.length).toBeGreaterThan(0);
  });
  fc.assert(property, { numRuns: 500 });
});

test('over three nodes every bundle arrives, early ones after a wait', () => {
  const mesh = new Mesh(planOf([1, 2, 10, 30], [2, 3, 40, 60]), [1, 2, 3]);
  for (const node of mesh.nodes.values()) node.agent.register(0, 7);
  for (let k = 0; k < 25; k++) {
    const now = k * S;
    mesh.run(now);
    mesh.node(1).agent.originate(now, request(3, 10));
    mesh.node(1).drain(now);
  }
  mesh.run(39 * S);
  expect(mesh.node(2).agent.ledger()).toMatchObject({ accepted: 25, stored: 25 });
  mesh.run(100 * S);
  expect(mesh.node(3).all('deliver').length).toBe(25);
  expect(
    mesh
      .node(3)
      .all('deliver')
      .map(({ hops }) => hops),
  ).toEqual(new Array(25).fill(2));
  for (const number of [1, 2]) expect(mesh.node(number).agent.ledger().stored).toBe(0);
});

test('a bundle that a detour leads back is taken again, and arrives when the link is there', () => {
  // Node 1 believes in 1-4 and node 2 in 2-4; neither link comes up until node 1's second contact.
  const plan = planOf([1, 2, 0, 100], [2, 3, 0, 100], [3, 1, 0, 100], [1, 4, 0, 30], [2, 4, 0, 30]);
  const later = planOf([1, 4, 50, 90]);
  const mesh = new Mesh(
    { contacts: [...plan.contacts, ...later.contacts], ranges: plan.ranges },
    [1, 2, 3, 4],
  );
  for (const cut of ['1-4', '2-4']) mesh.cut.add(cut);
  mesh.node(4).agent.register(0, 7);
  for (const node of mesh.nodes.values()) node.agent.tick(0);
  mesh.run(5 * S);
  mesh.node(1).agent.originate(5 * S, request(4, 10));
  mesh.node(1).drain(5 * S);
  mesh.run(49 * S);
  const visits = mesh.node(1).all('accepted').length;
  expect(visits).toBeGreaterThan(1);
  expect(visits).toBeLessThan(15);
  mesh.cut.clear();
  mesh.run(95 * S);
  expect(mesh.node(4).all('deliver').length).toBe(1);
  for (const node of mesh.nodes.values()) expect(node.agent.ledger().deleted).toEqual({});
});

describe('while the store is writing a bundle, a neighbour that answers', () => {
  test('is sent it, and it is accepted when the store has it', () => {
    const { node, id } = passing();
    expect(node.all('forward')).toMatchObject([{ id, to: 3 }]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 0, stored: 0 });
    node.agent.stored(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([true]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
    node.agent.forwarded(0, id);
    node.drain(0);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, forwarded: 1, stored: 0 });
    expect(facts(node)).toEqual(['store', 'forward', 'accepted', 'settled', 'forwarded', 'forget']);
  });

  test('may be faster, and then it is accepted and gone at once', () => {
    const { node, id } = passing();
    node.agent.forwarded(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([true]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, forwarded: 1, stored: 0 });
    expect(facts(node)).toEqual(['store', 'forward', 'accepted', 'settled', 'forwarded', 'forget']);
  });

  test('takes it although the store fails', () => {
    const { node, id } = passing();
    node.agent.storeFailed(0, id, 'io');
    node.drain(0);
    expect(settled(node)).toEqual([]);
    node.agent.forwarded(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([true]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, forwarded: 1, deleted: {} });
  });

  test('refuses it, and the store decides', () => {
    const { node, id } = passing();
    node.agent.notForwarded(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([]);
    node.store.set(id, ARRIVALS[0]!);
    node.agent.stored(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([true]);
    node.runUntil(S / 2);
    expect(node.all('forward')).toHaveLength(2);
    expect(node.all('load')).toEqual([{ kind: 'load', id }]);
  });

  test('refuses it and the store fails, in either order, and it stays its sender’s', () => {
    for (const order of ['store first', 'link first']) {
      const { node, id } = passing();
      if (order === 'link first') node.agent.notForwarded(0, id);
      node.agent.storeFailed(0, id, 'io');
      if (order === 'store first') node.agent.notForwarded(0, id);
      node.drain(0);
      expect(settled(node)).toEqual([false]);
      expect(node.agent.ledger()).toMatchObject({ accepted: 0, stored: 0, deleted: {} });
    }
  });

  test('refuses it and the store fails, and nobody has kept it', () => {
    const { node, id } = passing({ receipt: undefined });
    node.agent.storeFailed(0, id, 'io');
    node.agent.notForwarded(0, id);
    node.drain(0);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, deleted: { 'depleted-storage': 1 } });
  });

  test('is sent an application’s as well, which is told once, and truly', () => {
    const told = (['stored', 'forwarded', 'io', 'full'] as const).flatMap((end) => {
      const node = later(1);
      node.up(0, 3, true);
      const id = node.agent.originate(0, request(3, 9))!;
      node.drain(0);
      expect(node.all('forward')).toHaveLength(1);
      expect(node.all('accepted')).toEqual([]);
      if (end === 'stored' || end === 'forwarded') node.agent[end](0, id);
      else {
        node.agent.storeFailed(0, id, end);
        node.agent.notForwarded(0, id);
      }
      node.drain(0);
      return node.said.flatMap((output): object[] => {
        if (output.kind === 'accepted')
          return [{ kind: 'accepted', originated: output.originated }];
        return output.kind === 'refused' ? [output] : [];
      });
    });
    const accepted = { kind: 'accepted', originated: true };
    const refused = { kind: 'refused', service: 9 };
    expect(told).toMatchObject([
      ...[accepted, accepted],
      { ...refused, reason: 'store-failed' },
      { ...refused, reason: 'store-full' },
    ]);
  });

  test('may give it back before the store has answered, which then speaks of the first alone', () => {
    const { node, id } = passing();
    node.agent.forwarded(0, id);
    node.agent.receive(0, withHops(ARRIVALS[0]!, 5), 2, RECEIPT);
    node.drain(0);
    expect(node.all('store')).toHaveLength(2);
    node.agent.stored(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([true]);
    node.agent.stored(0, id);
    node.drain(0);
    expect(settled(node)).toEqual([true, true]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, forwarded: 1, stored: 1 });
  });

  test('is not sent what is for a group, nor what has expired, nor what is to be cut', () => {
    const groups = { ipnAllocator: 9000, memberOf: [] };
    const node = later(1, { groups, fragmentOctetsMax: 300 });
    node.up(0, 3, true);
    node.agent.originate(0, { ...request(3, 9), destination: GROUP });
    node.agent.originate(0, request(3, 600));
    node.agent.receive(200 * S, ARRIVALS[0]!.slice(), 2, RECEIPT);
    node.drain(200 * S);
    expect(facts(node)).toEqual(['store', 'store', 'store']);
  });
});

test('a neighbour that does not answer is sent nothing that the store does not have', () => {
  const node = later(1);
  node.up(0, 3);
  node.agent.originate(0, request(3, 9));
  node.drain(0);
  expect(facts(node)).toEqual(['store']);
});

test('what a service takes at once is noted as delivered, and not stored before', () => {
  const node = later(1);
  node.forgetAnswer = 'later';
  node.agent.register(0, 7);
  const octets = ARRIVALS.find((each) => isFor(each, 1))!;
  node.agent.receive(0, octets.slice(), 2, RECEIPT);
  node.drain(0);
  expect(facts(node)).toEqual(['forget']);
  const { id, seen } = node.all('forget')[0]!;
  expect(seen?.hops).toBe(Number.POSITIVE_INFINITY);
  node.agent.receive(0, octets.slice(), 2, RECEIPT);
  node.drain(0);
  expect(settled(node)).toEqual([false]);
  node.agent.forgotten(0, id);
  node.drain(0);
  node.agent.receive(0, octets.slice(), 2, RECEIPT);
  node.drain(0);
  expect(settled(node)).toEqual([false, true, true]);
  expect(node.all('deliver')).toHaveLength(1);
  expect(node.agent.ledger()).toMatchObject({ accepted: 1, delivered: 1, stored: 0 });
});

const RECEIPT = { link: 4, block: 77 };
const GROUP = { scheme: 'ipn', allocator: 9000, node: 1, service: 1, items: 3 } as const;
const ARRIVALS = arrivals();

/** Node 1 has received a bundle for node 3, which is up, and neither store nor link have answered. */
function passing(how: { receipt: Receipt | undefined } = { receipt: RECEIPT }) {
  const node = later(1);
  node.up(0, 3, true);
  node.agent.receive(0, ARRIVALS[0]!.slice(), 2, how.receipt);
  node.drain(0);
  return { node, id: node.all('store')[0]!.id };
}

/** A node whose store and links answer when they are told to. */
function later(number: number, options: Partial<AgentOptions> = {}): Node {
  const node = new Node(number, TRIANGLE_NOW, options);
  node.storeAnswer = 'later';
  node.linkAnswer = 'later';
  return node;
}

function isFor(octets: Uint8Array, node: number): boolean {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault || bundle.primary.fragment !== undefined) return false;
  const { destination } = bundle.primary;
  return destination.scheme === 'ipn' && destination.node === node;
}

function facts(node: Node): string[] {
  return node.said.map(({ kind }) => kind);
}

function settled(node: Node): boolean[] {
  return node.all('settled').map(({ kept }) => kept);
}

/** Bundles and fragments from node 2 to each of the nodes 1 to 4, as node 2 sends them. */
function arrivals(): Uint8Array[] {
  const plan = planOf([2, 1, 0, 100], [1, 3, 0, 100], [1, 4, 0, 100]);
  return [
    ...arrivalsFrom(new Node(2, plan)),
    ...arrivalsFrom(new Node(2, plan, { fragmentOctetsMax: 230 })),
  ];
}

function arrivalsFrom(node: Node): Uint8Array[] {
  node.up(0, 1);
  const reports = { reception: true, forwarding: true, delivery: true, deletion: true };
  for (let k = 0; k < 12; k++) {
    const to = k % 4 === 1 ? 1 : 3 + (k & 1);
    node.agent.originate(k * S, { ...request(to, k * 30), reports });
  }
  node.drain(12 * S);
  return node.all('forward').map(({ octets }) => octets);
}

function request(to: number, sizeOctets: number) {
  return {
    adu: new Uint8Array(sizeOctets),
    destination: ipnEid(to, 7),
    sourceService: 9,
    lifetimeMs: 120_000,
    trafficClass: (sizeOctets % 4) as 0 | 1 | 2 | 3,
  };
}
