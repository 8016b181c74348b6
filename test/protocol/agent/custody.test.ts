import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AgentOutput } from '#protocol/agent/agent.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { expectBalance, Mesh, Node, planOf, S } from './mesh.ts';

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
      if (output.kind === 'forget') expect(store.delete(output.id)).toBe(true);
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
      else if (verb === 10) agent.linkUp(now, 2 + (small & 1));
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

const GROUP = { scheme: 'ipn', allocator: 9000, node: 1, service: 1, items: 3 } as const;
const ARRIVALS = arrivals();

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
