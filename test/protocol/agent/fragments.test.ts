/** Fragmentation on the way and reassembly at the destination. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SendRequest } from '#protocol/agent/agent.ts';
import { decodeBundle, encodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { fragmentOf, splitBundle } from '#protocol/bundle/fragment.ts';
import { Fault } from '#protocol/fault.ts';
import { bundleVectors } from '../bundle/vectors.ts';
import { Mesh, Node, planOf, S } from './mesh.ts';

const PAIR = planOf([1, 2, 0, 100]);

describe('on the way', () => {
  test('a bundle too large for the links goes on as fragments that fit them', () => {
    const node = new Node(1, PAIR, { fragmentOctetsMax: 500 });
    node.up(0, 2);
    const id = send(node, 0, 2_000);
    const sent = node.all('forward');
    expect(sent.length).toBeGreaterThan(3);
    for (const { octets } of sent) expect(octets.length).toBeLessThanOrEqual(500);
    expect(node.all('fragmented')).toEqual([{ kind: 'fragmented', id, count: sent.length }]);
    expect(node.agent.ledger()).toMatchObject({
      accepted: sent.length + 1,
      fragmented: 1,
      forwarded: sent.length,
      stored: 0,
    });
    expect(node.all('accepted').filter(({ originated }) => originated).length).toBe(1);
    expect(join(sent.map(({ octets }) => octets))).toEqual(adu(2_000));
  });

  test('the bundle is forgotten only when the store has every fragment', () => {
    const node = new Node(1, PAIR, { fragmentOctetsMax: 500 });
    send(node, 0, 700);
    node.storeAnswer = 'later';
    node.up(1, 2);
    const ids = node.all('store').map(({ id }) => id);
    expect(ids.length).toBe(3);
    node.agent.stored(2, ids[1]!);
    node.drain(2);
    expect(node.all('forward')).toEqual([]);
    expect(node.all('forget')).toEqual([]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
    node.agent.stored(3, ids[2]!);
    node.drain(3);
    expect(node.all('forward').length).toBe(2);
    expect(node.all('forget')[0]).toMatchObject({ id: ids[0] });
  });

  test('when a fragment cannot be stored the bundle stays, rests and is cut again', () => {
    const node = new Node(1, PAIR, { fragmentOctetsMax: 500 });
    send(node, 0, 700);
    node.storeAnswer = 'later';
    node.up(1, 2);
    const ids = node.all('store').map(({ id }) => id);
    node.agent.storeFailed(2, ids[1]!, 'full');
    node.agent.stored(2, ids[2]!);
    node.drain(2);
    expect(node.all('forward')).toEqual([]);
    expect(node.all('refused')).toEqual([]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1, deleted: {} });
    node.storeAnswer = 'stored';
    node.runUntil(2 * S);
    expect(node.agent.ledger()).toMatchObject({ fragmented: 1, forwarded: 2, stored: 0 });
  });

  test('without room for the fragments the bundle waits until there is some', () => {
    const node = new Node(1, PAIR, { fragmentOctetsMax: 500, storeOctetsMax: 2_000 });
    const other = send(node, 0, 500, { destination: ipnEid(77, 1), lifetimeMs: 5_000 });
    send(node, 0, 700);
    node.up(1, 2);
    expect(node.agent.ledger()).toMatchObject({ stored: 2, fragmented: 0 });
    node.runUntil(10 * S);
    expect(node.all('expired')[0]).toMatchObject({ id: other });
    expect(node.agent.ledger()).toMatchObject({ fragmented: 1, forwarded: 2, stored: 0 });
  });

  test('a bundle that must not be fragmented, or has no source, waits whole', () => {
    for (const rule of [{ mustNotFragment: true }, { anonymous: true }]) {
      const node = new Node(1, PAIR, { fragmentOctetsMax: 500 });
      node.up(0, 2);
      send(node, 0, 2_000, rule);
      send(node, 0, 200, rule);
      expect(node.all('forward').length).toBe(1);
      expect(node.agent.ledger()).toMatchObject({ fragmented: 0, stored: 1, forwarded: 1 });
    }
  });

  test('what is left of a contact takes the part that fits, the next contact the rest', () => {
    const node = new Node(1, planOf([1, 2, 0, 10], [1, 2, 20, 30]), { fragmentOctetsMax: 90_000 });
    node.up(0, 2);
    node.linkAnswer = 'later';
    // At 1 Gbit/s there is room for 12,500 octets.
    send(node, 10 * S - 100, 50_000);
    const early = node.all('forward');
    const octets = early.reduce((sum, { octets: { length } }) => sum + length, 0);
    expect(octets).toBeGreaterThan(11_000);
    expect(octets).toBeLessThan(12_500);
    node.linkAnswer = 'sent';
    for (const { id } of early) node.agent.forwarded(10 * S, id);
    node.drain(10 * S);
    expect(node.agent.ledger()).toMatchObject({ stored: 1 });
    node.runUntil(20 * S);
    expect(node.agent.ledger().stored).toBe(0);
    expect(join(node.all('forward').map(({ octets }) => octets))).toEqual(adu(50_000));
  });

  test('without the option nothing is cut, however short the contact', () => {
    const node = new Node(1, planOf([1, 2, 0, 10], [1, 2, 20, 30]));
    node.up(0, 2);
    send(node, 10 * S - 100, 50_000);
    expect(node.all('forward')).toEqual([]);
  });

  test('fragments are cut again where the next link takes less, and join all the same', () => {
    const mesh = new Mesh(
      planOf([1, 2, 0, 100], [2, 3, 0, 100], [3, 4, 0, 100]),
      [1, 2, 3, 4],
      (node) => ({
        fragmentOctetsMax: [0, 900, 400, 300, 300][node]!,
      }),
    );
    mesh.node(4).agent.register(0, 7);
    mesh.run(0);
    mesh.node(1).agent.originate(0, request(4, 5_000));
    mesh.node(1).drain(0);
    mesh.run(50 * S);
    const [delivered] = mesh.node(4).all('deliver');
    expect(delivered!.adu).toEqual(adu(5_000));
    expect(delivered).toMatchObject({ hops: 3, trafficClass: 2, service: 7 });
    expect(mesh.node(2).agent.ledger().fragmented).toBeGreaterThan(3);
    for (const node of mesh.nodes.values()) expect(node.agent.ledger().stored).toBe(0);
    const { accepted, reassembled } = mesh.node(4).agent.ledger();
    expect(reassembled).toBe(accepted - 1);
  });

  test('fragments that have grown on the way still fit links that take the same', () => {
    const mesh = new Mesh(
      planOf([1, 2, 0, 100], [2, 3, 0, 100], [3, 4, 0, 100]),
      [1, 2, 3, 4],
      () => ({ fragmentOctetsMax: 600, clockless: true }),
    );
    mesh.node(4).agent.register(0, 7);
    mesh.run(0);
    mesh.node(1).agent.originate(0, request(4, 5_000));
    mesh.node(1).drain(0);
    mesh.run(50 * S);
    expect(mesh.node(4).all('deliver')).toHaveLength(1);
    for (const node of [2, 3]) expect(mesh.node(node).agent.ledger().fragmented).toBe(0);
    const sizes = [1, 2, 3].flatMap((node) => mesh.node(node).all('forward'));
    for (const { octets } of sizes) expect(octets.length).toBeLessThanOrEqual(600);
  });

  test('a bundle that only the blocks of this node make too large is cut before it leaves', () => {
    const plan = planOf([1, 2, 0, 100], [2, 3, 0, 100]);
    const source = new Node(1, plan);
    source.up(0, 2);
    source.agent.originate(0, request(3, 500));
    source.drain(0);
    const { octets } = source.all('forward')[0]!;
    const node = new Node(2, plan, { fragmentOctetsMax: octets.length + 2 });
    node.up(0, 3);
    give(node, 0, octets);
    expect(node.agent.ledger()).toMatchObject({ fragmented: 1, forwarded: 2, stored: 0 });
    for (const part of node.all('forward')) {
      expect(part.octets.length).toBeLessThanOrEqual(octets.length + 2);
    }
  });
});

describe('at the destination', () => {
  test('fragments are delivered as one when the last has come, in whatever order', () => {
    const node = destination();
    for (const part of [...parts(1_000, 200)].reverse()) give(node, 0, part);
    const [delivered, ...more] = node.all('deliver');
    expect(more).toEqual([]);
    expect(delivered!.adu).toEqual(adu(1_000));
    expect(delivered!.id).toBe(node.all('reassembled')[0]!.whole);
    expect(node.store.size).toBe(0);
  });

  test('the fragment vectors, which overlap, are one delivery', () => {
    const node = new Node(200, planOf([100, 200, 0, 100]), { epochUnixMs: CREATION_UNIX_MS });
    node.agent.register(0, 1);
    for (const id of ['d-fragment-overlap', 'd-fragment-first']) {
      const { hex } = bundleVectors('derived').find((vector) => vector.id === id)!;
      give(node, 0, Uint8Array.from(Buffer.from(hex, 'hex')));
    }
    expect(node.all('deliver').map(({ adu: text }) => Buffer.from(text).toString())).toEqual([
      'hello world',
    ]);
  });

  test('complete fragments wait for their service, and are read when it registers', () => {
    const node = new Node(2, PAIR);
    for (const part of parts(1_000, 300)) give(node, 0, part);
    expect(node.agent.ledger()).toMatchObject({ delivered: 0, reassembled: 0 });
    node.agent.register(1, 7);
    node.drain(1);
    expect(node.all('deliver')[0]!.adu).toEqual(adu(1_000));
    expect(node.agent.ledger()).toMatchObject({ delivered: 1, stored: 0 });
  });

  test('a whole is on record as delivered before its service has it', () => {
    const node = destination();
    for (const part of parts(1_000, 300)) give(node, 0, part);
    const { whole: id } = node.all('reassembled')[0]!;
    const about = node.said.filter((output) => 'id' in output && output.id === id);
    expect(about.map(({ kind }) => kind)).toEqual(['forget', 'deliver', 'accepted']);
    expect(node.all('forget').find((output) => output.id === id)!.seen!.hops).toBe(Infinity);
  });

  test('fragments are gathered over a restart, unless their whole was delivered before it', () => {
    for (const wasDelivered of [false, true]) {
      const before = new Node(2, PAIR);
      const [first, ...others] = parts(1_000, 300);
      give(before, 0, first!);
      const { id, octets, note } = before.all('store')[0]!;
      const node = destination();
      const seen = { hops: Infinity, fromUnixMs: EPOCH_UNIX_MS, untilUnixMs: EPOCH_UNIX_MS + 1e6 };
      if (wasDelivered) node.agent.remember(S, id.slice(0, id.indexOf('+')), seen);
      node.store.set(id, octets);
      node.agent.restore(S, { id, octets, note });
      node.drain(S);
      for (const part of others) give(node, S, part);
      expect(node.all('deliver').length).toBe(wasDelivered ? 0 : 1);
      expect(node.agent.ledger()).toMatchObject({ stored: 0, deleted: {} });
    }
  });

  test('a fragment that comes after the delivery of its whole is a duplicate', () => {
    const node = destination();
    const all = parts(1_000, 200);
    for (const part of all) give(node, 0, part);
    give(node, 1, all[2]!);
    give(node, 1, encodeBundle(fragmentOf(whole(1_000), 7, 99)));
    give(node, 1, encodeBundle(whole(1_000)));
    expect(node.all('duplicate').length).toBe(3);
    expect(node.all('deliver').length).toBe(1);
  });

  test('a whole that comes between its fragments ends the wait for the others', () => {
    const node = destination();
    const [first, second] = parts(1_000, 200);
    give(node, 0, first!);
    give(node, 0, encodeBundle(whole(1_000)));
    give(node, 0, second!);
    expect(node.all('deliver').length).toBe(1);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, delivered: 1, reassembled: 1 });
  });

  test('of two that contradict each other the older is believed', () => {
    const node = destination();
    const good = whole(100);
    const bad = {
      ...good,
      blocks: [
        ...good.blocks.slice(0, -1),
        { ...payloadOf(good), data: new Uint8Array(100), octets: undefined },
      ],
    };
    give(node, 0, encodeBundle(fragmentOf(good, 0, 40)));
    give(node, 0, encodeBundle(fragmentOf(bad, 30, 100)));
    expect(node.all('fault').map(({ fault }) => fault.key)).toEqual(['agent.fragment-conflict']);
    expect(node.all('deleted')[0]).toMatchObject({ reason: 'block-unintelligible' });
    expect(node.all('deliver')).toEqual([]);
    give(node, 1, encodeBundle(fragmentOf(good, 20, 100)));
    expect(node.all('deliver')[0]!.adu).toEqual(adu(100));
  });

  test('a fragment with another total, or beyond its own, is deleted by name', () => {
    const node = destination();
    give(node, 0, parts(1_000, 200)[0]!);
    const { primary, blocks } = fragmentOf(whole(1_000), 500, 700);
    for (const fragment of [
      { offset: 500, totalLength: 999 },
      { offset: 900, totalLength: 1_000 },
    ]) {
      give(node, 0, encodeBundle({ primary: { ...primary, fragment }, blocks }));
    }
    expect(node.all('fault').map(({ fault }) => fault.key)).toEqual([
      'agent.fragment-total',
      'agent.fragment-range',
    ]);
    expect(node.agent.ledger()).toMatchObject({
      stored: 1,
      deleted: { 'block-unintelligible': 2 },
    });
  });

  test.each([0, -1])('a fragment that the store has lost leaves the others waiting (%i)', (at) => {
    const node = new Node(2, PAIR);
    const all = parts(1_000, 300);
    for (const part of all) give(node, 0, part);
    const lost = node.all('accepted').at(at)!;
    node.store.delete(lost.id);
    node.agent.register(1, 7);
    node.drain(1);
    expect(node.all('deleted')[0]).toMatchObject({ id: lost.id, reason: 'store-lost' });
    expect(node.agent.ledger()).toMatchObject({ delivered: 0, stored: all.length - 1 });
    expect(node.agent.deadline()?.at).toBe(600 * S + 1);
    for (const [start, end] of [
      [0, 500],
      [500, 1_000],
    ] as const) {
      give(node, 2, encodeBundle(fragmentOf(whole(1_000), start, end)));
    }
    expect(node.all('deliver')[0]!.adu).toEqual(adu(1_000));
    expect(node.agent.ledger()).toMatchObject({ stored: 0 });
  });

  test('a fragment whose others never come expires, or is pared when it may wait no longer', () => {
    const patient = destination();
    give(patient, 0, parts(1_000, 200)[0]!);
    patient.runUntil(600 * S + 1);
    expect(patient.agent.ledger()).toMatchObject({ expired: 1, stored: 0 });
    const hasty = destination({ reassembly: { waitMsMax: 5_000 } });
    give(hasty, 0, parts(1_000, 200)[0]!);
    hasty.runUntil(5 * S);
    expect(hasty.all('deleted')[0]).toMatchObject({ reason: 'traffic-pared' });
    expect(hasty.agent.deadline()).toBeUndefined();
  });

  test('ten thousand first fragments are bounded, and the node goes on working', () => {
    const node = destination({ reassembly: { setsMax: 50, octetsMax: 20_000 } });
    const { primary, blocks } = fragmentOf(whole(100), 0, 10);
    for (let sequence = 0; sequence < 10_000; sequence++) {
      node.agent.receive(0, encodeBundle({ primary: { ...primary, sequence }, blocks }), 1);
      // Every hundred at once, so that the store writes some while others come.
      if (sequence % 100 === 99) node.drain(0);
    }
    expect(node.agent.ledger()).toMatchObject({
      stored: 50,
      deleted: { 'depleted-storage': 9_950 },
    });
    const octets = destination({ reassembly: { octetsMax: 500 } });
    for (const part of parts(1_000, 200)) give(octets, 0, part);
    expect(octets.agent.ledger().deleted['depleted-storage']).toBeGreaterThan(0);
    give(node, 1, encodeBundle(whole(30)));
    expect(node.all('deliver').length).toBe(1);
  });

  test('a fragment without a source can be joined with nothing', () => {
    const node = destination();
    const { primary, blocks } = fragmentOf(whole(100), 0, 50);
    give(node, 0, encodeBundle({ primary: { ...primary, source: NULL_EID }, blocks }));
    expect(node.all('deleted')[0]).toMatchObject({ reason: 'block-unintelligible' });
  });

  test('fragments of any cut, overlapping, repeated and in any order, are one delivery', () => {
    const span = fc.tuple(fc.nat(99), fc.integer({ min: 1, max: 60 }));
    const chance = fc.record({
      spans: fc.array(span, { maxLength: 12 }),
      late: fc.boolean(),
      order: fc.infiniteStream(fc.nat(1_000)),
    });
    fc.assert(
      fc.property(chance, ({ spans, late, order }) => {
        const bundle = whole(100);
        const cuts = [...spans.map(([at, length]) => [at, Math.min(at + length, 100)] as const)];
        for (let at = 0; at < 100; at += 20) cuts.push([at, at + 20]);
        const shuffled = cuts
          .map((cut) => ({ cut, rank: order.next().value as number }))
          .sort((a, b) => a.rank - b.rank);
        const node = new Node(2, PAIR);
        if (!late) node.agent.register(0, 7);
        for (const { cut } of shuffled) give(node, 0, encodeBundle(fragmentOf(bundle, ...cut)));
        node.agent.register(1, 7);
        node.drain(1);
        expect(node.all('deliver').map(({ adu: data }) => data)).toEqual([adu(100)]);
        expect(node.agent.ledger()).toMatchObject({ delivered: 1, stored: 0, deleted: {} });
      }),
    );
  });
});

const EPOCH_UNIX_MS = 1_800_000_000_000;
const CREATION_UNIX_MS = 946_684_800_000 + 755_533_838_904;

function destination(options = {}): Node {
  const node = new Node(2, PAIR, options);
  node.agent.register(0, 7);
  return node;
}

function give(node: Node, now: number, octets: Uint8Array): void {
  node.agent.receive(now, octets, 1);
  node.drain(now);
}

function adu(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 7 + (at >> 8)) & 0xff);
}

/** A bundle from ipn:1.1001 to ipn:2.7 with a payload of so many octets. */
function whole(length: number) {
  const node = new Node(1, PAIR);
  node.up(0, 2);
  send(node, 0, length);
  const bundle = decodeBundle(node.all('forward')[0]!.octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}

function parts(length: number, octetsMax: number): Uint8Array[] {
  return splitBundle(whole(length), octetsMax)!.map(encodeBundle);
}

function request(to: number, length: number): SendRequest {
  return {
    adu: adu(length),
    destination: ipnEid(to, 7),
    sourceService: 1001,
    lifetimeMs: 600_000,
    trafficClass: 2,
  };
}

function send(node: Node, now: number, length: number, more: Partial<SendRequest> = {}) {
  const id = node.agent.originate(now, { ...request(2, length), ...more });
  node.drain(now);
  return id;
}

function join(bundles: readonly Uint8Array[]): Uint8Array {
  const pieces = bundles.map((octets) => {
    const bundle = decodeBundle(octets);
    if (bundle instanceof Fault) throw new Error(bundle.key);
    return { at: bundle.primary.fragment!.offset, data: payloadOf(bundle).data };
  });
  return Uint8Array.from(pieces.sort((a, b) => a.at - b.at).flatMap(({ data }) => [...data]));
}
