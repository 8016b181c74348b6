import { describe, expect, test } from 'vitest';
import type { AgentOptions } from '#protocol/agent/agent.ts';
import { copyId, copyTarget, Groups, originalId } from '#protocol/agent/groups.ts';
import { type Eid, ipnEid, parseEid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import { Mesh, Node, planOf, S } from './mesh.ts';

const ALERTS = eid('ipn:9000.7.1');
const EVERYONE = eid('dtn://all/~alerts');
/** A ring of five with one chord. */
const RING = planOf(
  ...(
    [
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 1],
      [2, 5],
    ] as const
  ).map(([a, b]) => [a, b, 0, 100] as [number, number, number, number]),
);

describe('a bundle for a group', () => {
  test.each([ALERTS, EVERYONE, eid('imc:7.1')])('%o is delivered once to each member', (group) => {
    const mesh = new Mesh(RING, [1, 2, 3, 4, 5], (node) => membership(node !== 3, group));
    for (const node of mesh.nodes.values()) node.agent.register(0, 40);
    mesh.run(0);
    mesh.node(1).agent.originate(0, request(group));
    mesh.node(1).drain(0);
    mesh.run(50 * S);
    const counts = [1, 2, 3, 4, 5].map((node) => mesh.node(node).all('deliver').length);
    expect(counts).toEqual([1, 1, 0, 1, 1]);
    expect(mesh.node(4).all('deliver')[0]).toMatchObject({ service: 40, hops: 2, trafficClass: 3 });
    const ids = [...mesh.nodes.values()].flatMap((node) => node.all('deliver').map(({ id }) => id));
    expect(new Set(ids).size).toBe(1);
    for (const node of mesh.nodes.values()) {
      expect(node.agent.ledger()).toMatchObject({ stored: 0, copied: 1, deleted: {} });
    }
  });

  test('waits for links and services that are away, each copy by itself', () => {
    const plan = planOf([1, 2, 0, 100], [1, 3, 50, 100]);
    const node = new Node(1, plan, membership(true));
    node.up(0, 2);
    node.agent.originate(0, request(ALERTS));
    node.drain(0);
    expect(node.all('forward').map(({ to }) => to)).toEqual([2]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 4, copied: 1, forwarded: 1, stored: 2 });
    node.runUntil(50 * S);
    node.up(50 * S, 3);
    node.agent.register(51 * S, 40);
    node.drain(51 * S);
    expect(node.all('forward').map(({ to }) => to)).toEqual([2, 3]);
    expect(node.agent.ledger()).toMatchObject({ delivered: 1, forwarded: 2, stored: 0 });
  });

  test('is copied for nobody whom the node does not meet while it lives', () => {
    const plan = planOf([1, 2, 0, 10], [1, 3, 0, 100], [1, 4, 60, 100], [1, 5, 49, 100]);
    const node = new Node(1, plan, membership(false));
    node.agent.originate(20 * S, { ...request(ALERTS), lifetimeMs: 30_000 });
    node.drain(20 * S);
    const ids = node.all('accepted').map(({ id }) => copyTarget(id));
    expect(ids).toEqual([undefined, 3, 5]);
  });

  test('uses the room that is reserved for flash only if it is flash itself', () => {
    for (const [trafficClass, copied] of [
      [1, 0],
      [3, 1],
    ] as const) {
      const node = new Node(1, planOf([1, 2, 0, 10], [1, 3, 0, 10]), {
        ...membership(false),
        storeOctetsMax: 3_000,
      });
      node.agent.originate(0, { ...request(ALERTS), trafficClass, adu: new Uint8Array(880) });
      node.drain(0);
      expect(node.agent.ledger()).toMatchObject({ copied });
    }
  });

  test('is not taken a second time, however many hops it has made, nor sent back', () => {
    const source = new Node(1, RING, membership(false));
    for (const node of [2, 5]) source.up(0, node);
    source.agent.originate(0, request(ALERTS));
    source.drain(0);
    const octets = source.all('forward')[0]!.octets;
    const relay = new Node(2, RING, membership(true));
    relay.agent.receive(0, octets, 1);
    relay.drain(0);
    relay.agent.receive(0, octets, 5);
    relay.drain(0);
    for (const node of [1, 3, 5]) relay.up(0, node);
    expect(relay.all('duplicate').length).toBe(1);
    expect(relay.all('forward').map(({ to }) => to)).toEqual([3, 5]);
  });

  test('keeps its copies over a restart', () => {
    const before = new Node(1, planOf([1, 2, 0, 100]), membership(true));
    before.agent.originate(0, request(ALERTS));
    before.drain(0);
    const node = new Node(1, planOf([1, 2, 0, 100]), membership(true));
    for (const { id, octets, note } of before.all('store')) {
      if (!before.store.has(id)) continue;
      node.store.set(id, octets);
      node.agent.restore(S, { id, octets, note });
    }
    node.drain(S);
    node.up(S, 2);
    node.agent.register(S, 40);
    node.drain(S);
    expect(node.agent.ledger()).toMatchObject({
      accepted: 2,
      delivered: 1,
      forwarded: 1,
      stored: 0,
    });
  });

  test.each([1, 2, 3])('is copied once when a crash leaves %i of it and its two copies', (kept) => {
    const before = new Node(1, planOf([1, 2, 0, 100]), membership(true));
    before.agent.originate(0, request(ALERTS));
    before.drain(0);
    const node = new Node(1, planOf([1, 2, 0, 100]), membership(true));
    // The bundle first, as it came, then those that were to take its place.
    for (const { id, octets, note } of before.all('store').slice(0, kept)) {
      node.store.set(id, octets);
      node.agent.restore(S, { id, octets, note });
    }
    node.drain(S);
    node.up(S, 2);
    node.agent.register(S, 40);
    node.drain(S);
    expect(node.all('deliver').length).toBe(1);
    expect(node.all('forward').length).toBe(1);
    const ledger = { accepted: 3, copied: 1, delivered: 1, forwarded: 1, stored: 0 };
    expect(node.agent.ledger()).toMatchObject(ledger);
  });

  test('waits for a neighbour whose link is down, whatever detour there is', () => {
    const node = new Node(1, RING, membership(false));
    node.up(0, 5);
    node.agent.originate(0, request(ALERTS));
    node.drain(0);
    node.runUntil(20 * S);
    expect(node.all('forward').map(({ to }) => to)).toEqual([5]);
    node.up(20 * S, 2);
    expect(node.all('forward').map(({ to }) => to)).toEqual([5, 2]);
    expect(node.agent.ledger()).toMatchObject({ stored: 0 });
  });

  test('is known for delivered over a restart, also in fragments', () => {
    const source = new Node(1, RING, { ...membership(false), fragmentOctetsMax: 300 });
    for (const node of [2, 5]) source.up(0, node);
    source.agent.originate(0, { ...request(ALERTS), adu: new Uint8Array(900) });
    source.drain(0);
    const parts = source.all('forward').filter(({ to }) => to === 2);
    const before = new Node(2, RING, membership(true));
    before.agent.register(0, 40);
    for (const { octets } of parts) before.agent.receive(0, octets, 1);
    before.drain(0);
    expect(before.all('deliver').length).toBe(1);
    const node = new Node(2, RING, membership(true));
    node.agent.register(0, 40);
    for (const { id, seen } of before.all('forget')) {
      if (seen !== undefined) node.agent.remember(S, id, seen);
    }
    for (const { octets } of parts) node.agent.receive(S, octets, 3);
    node.drain(S);
    expect(node.all('duplicate').length).toBe(parts.length);
    expect(node.all('deliver')).toEqual([]);
  });

  test('goes in fragments where links take no more, and is joined by each member', () => {
    const mesh = new Mesh(RING, [1, 2, 3, 4, 5], () => {
      return { ...membership(true), fragmentOctetsMax: 300 };
    });
    for (const node of mesh.nodes.values()) node.agent.register(0, 40);
    mesh.run(0);
    const adu = Uint8Array.from({ length: 900 }, (_, at) => at);
    mesh.node(1).agent.originate(0, { ...request(ALERTS), adu });
    mesh.node(1).drain(0);
    mesh.run(50 * S);
    for (const node of mesh.nodes.values()) {
      expect(node.all('deliver').map((output) => output.adu)).toEqual([adu]);
      expect(node.agent.ledger().stored).toBe(0);
    }
  });

  test('rests while the store has no room for its copies', () => {
    const node = new Node(1, RING, { ...membership(false), storeOctetsMax: 200 });
    node.agent.originate(0, request(ALERTS));
    node.drain(0);
    expect(node.agent.ledger()).toMatchObject({ stored: 1, copied: 0 });
    node.runUntil(3 * S);
    expect(node.agent.ledger()).toMatchObject({ stored: 1, copied: 0 });
  });
});

test('an endpoint is a group by the rule of the dtn scheme, or by the rule of the owner', () => {
  const groups = new Groups({ ipnAllocator: 9000, memberOf: [{ group: ALERTS, service: 40 }] });
  expect(
    [ALERTS, EVERYONE, ipnEid(7, 1), eid('ipn:9001.7.1'), eid('dtn://all/x~')].map((each) =>
      groups.isGroup(each),
    ),
  ).toEqual([true, true, false, false, false]);
  expect(new Groups({ memberOf: [] }).isGroup(ALERTS)).toBe(false);
  expect(groups.isGroup(eid('imc:7.1'))).toBe(true);
  const renumbered = new Groups({ imcScheme: 70_000, memberOf: [] });
  expect(['imc:7.1', 'imc+70000:7.1'].map((each) => renumbered.isGroup(eid(each)))).toEqual([
    false,
    true,
  ]);
  expect(groups.serviceOf(eid('ipn:9000.7.1'))).toBe(40);
  expect(groups.serviceOf(eid('ipn:9000.7.2'))).toBeUndefined();
});

test('the id of a copy names the bundle and whom it is for', () => {
  expect(originalId(copyId('ipn:1.2-3-4', 7))).toBe('ipn:1.2-3-4');
  expect(copyTarget(copyId('ipn:1.2-3-4', 7))).toBe(7);
  expect(copyTarget('ipn:1.2-3-4')).toBeUndefined();
  expect(originalId('ipn:1.2-3-4')).toBe('ipn:1.2-3-4');
});

function membership(isMember: boolean, group: Eid = ALERTS): Partial<AgentOptions> {
  return { groups: { ipnAllocator: 9000, memberOf: isMember ? [{ group, service: 40 }] : [] } };
}

function request(destination: Eid) {
  const adu = Uint8Array.of(1, 2, 3);
  return { adu, destination, sourceService: 1001, lifetimeMs: 600_000, trafficClass: 3 } as const;
}

function eid(text: string): Eid {
  const value = parseEid(text);
  if (value instanceof Fault) throw new Error(value.key);
  return value;
}
