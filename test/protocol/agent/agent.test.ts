import { describe, expect, test } from 'vitest';
import type { SendRequest } from '#protocol/agent/agent.ts';
import { type Bundle, decodeBundle, encodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { type Eid, ipnEid, NULL_EID, parseEid } from '#protocol/bundle/eid.ts';
import {
  decodeHopCount,
  decodePreviousNode,
  encodeBundleAge,
  encodeHopCount,
} from '#protocol/bundle/extension-blocks.ts';
import { Fault } from '#protocol/fault.ts';
import { Node, planOf, S } from './mesh.ts';

const PAIR = planOf([1, 2, 0, 100]);

describe('at the source', () => {
  test('a bundle is accepted only once the store has it', () => {
    const node = new Node(1, PAIR);
    node.storeAnswer = 'later';
    const id = node.agent.originate(0, request(2));
    node.drain(0);
    expect(kinds(node)).toEqual(['store']);
    expect(node.agent.ledger()).toMatchObject({ accepted: 0, stored: 0 });
    node.agent.stored(5, id!);
    node.drain(5);
    expect(kinds(node)).toEqual(['store', 'accepted']);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
  });

  test('bundles of one millisecond have ids of their own that name their service', () => {
    const node = new Node(1, PAIR);
    const first = send(node, 0, request(2));
    const second = send(node, 999, request(2));
    const third = send(node, 1_000, request(2));
    expect(new Set([first, second, third]).size).toBe(3);
    expect(first).toMatch(/^ipn:1\.1001-\d+-0$/);
    expect(second).toMatch(/-1$/);
    expect(third).toMatch(/-0$/);
  });

  test('no bundle takes the name of one that somebody sent as if from here', () => {
    const node = new Node(1, PAIR);
    node.agent.receive(0, sample(), 2);
    node.drain(0);
    expect(send(node, 0, request(2))).toMatch(/^ipn:1\.1001-\d+-1$/);
    node.up(0, 2);
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, forwarded: 2 });
  });

  test('a request that cannot be kept or sent is refused with its reason', () => {
    const node = new Node(1, PAIR, { storeOctetsMax: 500, bundleOctetsMax: 300 });
    expect(send(node, 0, { ...request(2), adu: new Uint8Array(300) })).toBeUndefined();
    expect(send(node, 0, { ...request(2), destination: NULL_EID })).toBeUndefined();
    expect(send(node, 0, { ...request(2), destination: eid('ipn:!.7') })).toBeUndefined();
    expect(send(node, 0, { ...request(2), adu: new Uint8Array(200) })).toBeDefined();
    expect(send(node, 0, { ...request(2), adu: new Uint8Array(200) })).toBeUndefined();
    expect(send(node, 0, { ...request(2), lifetimeMs: 0.5 })).toBeUndefined();
    expect(send(node, 0, { ...request(2), lifetimeMs: -1 })).toBeUndefined();
    expect(send(node, 0, { ...request(2), trafficClass: 4 as 3 })).toBeUndefined();
    expect(send(node, 0, { ...request(2), custody: true })).toBeUndefined();
    node.storeAnswer = 'full';
    send(node, 0, request(2));
    node.storeAnswer = 'io';
    send(node, 0, request(2));
    expect(node.all('refused').map(({ reason }) => reason)).toEqual([
      'too-large',
      'no-destination',
      'no-destination',
      'store-full',
      'malformed',
      'malformed',
      'malformed',
      'no-custody',
      'store-full',
      'store-failed',
    ]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
  });

  test('what leaves the store makes room in it', () => {
    const node = new Node(1, PAIR, { storeOctetsMax: 400 });
    const big = { ...request(2), adu: new Uint8Array(200) };
    send(node, 0, big);
    expect(send(node, 0, big)).toBeUndefined();
    node.up(0, 2);
    expect(send(node, 0, big)).toBeDefined();
  });
});

describe('on the way', () => {
  test('a bundle that can go at once is not read again', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    send(node, 10, request(2));
    expect(kinds(node)).toEqual(['store', 'accepted', 'forward', 'forwarded', 'forget']);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, forwarded: 1, stored: 0 });
  });

  test('the primary block stays as it was, hops count up, and only a relay names itself', () => {
    const source = new Node(1, planOf([1, 2, 0, 100], [2, 3, 0, 100]));
    source.up(0, 2);
    send(source, 0, request(3));
    const first = source.all('forward')[0]!.octets;
    const relay = new Node(2, planOf([1, 2, 0, 100], [2, 3, 0, 100]));
    relay.up(0, 3);
    relay.agent.receive(0, first, 1);
    relay.drain(0);
    const { octets: second, to } = relay.all('forward')[0]!;
    expect(to).toBe(3);
    const [a, b] = [decode(first), decode(second)];
    expect(b.primary.octets).toEqual(a.primary.octets);
    expect(payloadOf(b).octets).toEqual(payloadOf(a).octets);
    expect(block(b, BLOCK_TYPE.trafficClass)!.octets).toEqual(
      block(a, BLOCK_TYPE.trafficClass)!.octets,
    );
    expect([a, b].map(hopsOf)).toEqual([
      { limit: 64, count: 1 },
      { limit: 64, count: 2 },
    ]);
    expect(block(a, BLOCK_TYPE.previousNode)).toBeUndefined();
    expect(decodePreviousNode(block(b, BLOCK_TYPE.previousNode)!.data)).toEqual(ipnEid(2, 0));
  });

  test('a bundle waits for its contact and its link, and is read again to go', () => {
    const node = new Node(1, planOf([1, 2, 50, 100]));
    const id = send(node, 0, request(2));
    expect(kinds(node)).toEqual(['store', 'accepted']);
    expect(node.agent.deadline()?.at).toBeLessThanOrEqual(50 * S);
    node.runUntil(50 * S);
    expect(node.all('forward')).toEqual([]);
    node.up(50 * S + 7, 2);
    const leaving = ['load', 'forward', 'forwarded', 'forget'];
    expect(kinds(node)).toEqual(['store', 'accepted', ...leaving]);
    expect(node.all('forward')[0]).toMatchObject({ id, to: 2 });
  });

  test('when a link comes up the highest class goes first, and in a class the oldest', () => {
    const node = new Node(1, PAIR);
    const [a, b] = [send(node, 0, request(2, 0)), send(node, 1, request(2, 2))];
    const [c, d] = [send(node, 2, request(2, 0)), send(node, 3, request(2, 3))];
    const e = send(node, 4, request(2, 2));
    node.up(10, 2);
    expect(node.all('forward').map(({ id }) => id)).toEqual([d, b, e, a, c]);
  });

  test('after three seconds without the link a bundle takes another way', () => {
    const node = new Node(1, planOf([1, 2, 0, 100], [1, 3, 0, 100], [3, 2, 0, 100]));
    node.up(0, 3);
    node.agent.tick(0);
    send(node, S, request(2));
    node.runUntil(3 * S - 1);
    expect(node.all('forward')).toEqual([]);
    node.runUntil(3 * S);
    expect(node.all('forward')[0]).toMatchObject({ to: 3 });
  });

  test('a link that was given up on is used again once it comes up', () => {
    const node = new Node(1, PAIR);
    node.agent.tick(0);
    send(node, 10 * S, request(2));
    node.runUntil(20 * S);
    expect(node.agent.ledger()).toMatchObject({ stored: 1 });
    node.up(20 * S, 2);
    expect(node.agent.ledger()).toMatchObject({ forwarded: 1, stored: 0 });
  });

  test('a bundle that a link hands back takes another way at once when that link is down', () => {
    const node = new Node(1, planOf([1, 2, 0, 10], [1, 3, 0, 100], [3, 2, 0, 100]));
    node.up(0, 2);
    node.up(0, 3);
    node.linkAnswer = 'later';
    const id = send(node, 9 * S, request(2));
    expect(node.all('forward')[0]).toMatchObject({ to: 2 });
    node.down(10 * S + 1, 2);
    node.linkAnswer = 'sent';
    node.agent.notForwarded(10 * S + 1, id!);
    node.drain(10 * S + 1);
    expect(node.all('forward')[1]).toMatchObject({ to: 3 });
    expect(node.agent.ledger()).toMatchObject({ forwarded: 1, stored: 0 });
  });

  test('a bundle that a link hands back while it is up rests a little, then goes', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    node.linkAnswer = 'unsent';
    send(node, 10, request(2));
    expect(node.all('forward').length).toBe(1);
    node.linkAnswer = 'sent';
    node.runUntil(S);
    expect(node.all('forward').length).toBe(2);
    expect(node.agent.ledger()).toMatchObject({ forwarded: 1 });
  });

  test('a bundle too large for the rest of a contact waits for the next, though the link is up', () => {
    const node = new Node(1, planOf([1, 2, 0, 10], [1, 2, 20, 30]));
    node.up(0, 2);
    const late = 10 * S - 100;
    send(node, late, { ...request(2), adu: new Uint8Array(50_000) });
    expect(node.all('forward')).toEqual([]);
    node.runUntil(20 * S);
    expect(node.all('forward').length).toBe(1);
  });

  test('a link that comes up ends the rest of a bundle', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    node.linkAnswer = 'unsent';
    send(node, 10, request(2));
    node.linkAnswer = 'sent';
    node.down(20, 2);
    expect(node.all('forward').length).toBe(1);
    node.up(30, 2);
    expect(node.all('forward').length).toBe(2);
  });

  test('a neighbour is given no more than its window, and the next when some is sent', () => {
    const contacts = PAIR.contacts.map((contact) => ({ ...contact, rateBps: 1e6 }));
    const node = new Node(1, { ...PAIR, contacts }, { bundleOctetsMax: 200_000 });
    node.up(0, 2);
    node.linkAnswer = 'later';
    const big = { ...request(2, 0), adu: new Uint8Array(140_000) };
    const ids = [0, 1, 2, 3].map((at) => send(node, at, big));
    expect(node.all('forward').map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const urgent = send(node, 4, request(2, 3));
    expect(node.all('forward').at(-1)).toMatchObject({ id: urgent });
    node.agent.forwarded(5, ids[0]!);
    node.drain(5);
    expect(node.all('forward').at(-1)).toMatchObject({ id: ids[2] });
    expect(node.all('load').length).toBe(1);
  });

  test('a bundle without a route waits until it expires', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    const ids = [eid('ipn:77.1'), eid('dtn://elsewhere/x'), eid('ipn:5.2.1')].map((destination) =>
      send(node, 0, { ...request(2), destination, lifetimeMs: 1_000 }),
    );
    node.runUntil(S);
    expect(node.agent.ledger()).toMatchObject({ stored: 3, expired: 0 });
    node.runUntil(S + 1);
    expect(new Set(node.all('expired').map(({ id }) => id))).toEqual(new Set(ids));
    expect(node.store.size).toBe(0);
    expect(node.agent.deadline()).toBeUndefined();
  });

  test('a bundle that the store has lost is deleted by that name', () => {
    const node = new Node(1, PAIR);
    const id = send(node, 0, request(2));
    node.store.delete(id!);
    node.up(1, 2);
    expect(node.all('deleted')).toEqual([{ kind: 'deleted', id, reason: 'store-lost' }]);
  });

  test('a bundle that expires while a link has it keeps the fate the link tells', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    node.linkAnswer = 'later';
    const [a, b] = [0, 1].map((at) => send(node, at, { ...request(2), lifetimeMs: 10 }));
    node.agent.tick(S);
    node.agent.forwarded(S, a!);
    node.agent.notForwarded(S, b!);
    node.drain(S);
    expect(node.agent.ledger()).toMatchObject({ forwarded: 1, expired: 1, stored: 0 });
  });

  test('answers that come late or twice change nothing', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    const id = send(node, 0, request(2))!;
    const before = node.agent.ledger();
    node.agent.stored(1, id);
    node.agent.storeFailed(1, id, 'io');
    node.agent.loaded(1, id, undefined);
    node.agent.forwarded(1, id);
    node.agent.notForwarded(1, 'ipn:9.9-9-9');
    node.drain(1);
    expect(node.agent.ledger()).toEqual(before);
  });
});

describe('at the destination', () => {
  test('a bundle is delivered to its service', () => {
    const node = new Node(2, PAIR);
    node.agent.register(0, 7);
    node.agent.receive(0, sample(), 1);
    node.drain(0);
    const source = { scheme: 'ipn', node: 1, service: 1001 };
    expect(node.all('deliver')[0]).toMatchObject({ service: 7, hops: 1, trafficClass: 2, source });
    expect([...node.all('deliver')[0]!.adu]).toEqual([1, 2, 3]);
    expect(kinds(node)).toEqual(['forget', 'accepted', 'deliver']);
  });

  test('a bundle to a service of its own node is delivered as well', () => {
    const node = new Node(1, PAIR);
    node.agent.register(0, 7);
    send(node, 0, request(1));
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, delivered: 1 });
  });

  test('a bundle waits for its service to register', () => {
    const node = new Node(2, PAIR);
    node.agent.receive(0, sample(), 1);
    node.drain(0);
    node.agent.register(5, 8);
    node.drain(5);
    expect(node.agent.ledger()).toMatchObject({ stored: 1, delivered: 0 });
    node.agent.register(6, 7);
    node.drain(6);
    expect(kinds(node)).toEqual(['store', 'accepted', 'load', 'forget', 'deliver']);
  });

  test('a second copy is a duplicate, however many hops it has made', () => {
    const node = new Node(2, PAIR);
    node.agent.register(0, 7);
    for (const hops of [1, 1, 5]) node.agent.receive(0, withHops(sample(), hops), 1);
    node.drain(0);
    node.agent.receive(1, withHops(sample(), 9), 1);
    node.drain(1);
    expect(node.all('duplicate').length).toBe(3);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, delivered: 1 });
  });

  test('a fragment for a service of this node waits until it expires', () => {
    const node = new Node(2, PAIR);
    node.agent.register(0, 7);
    const whole = decode(sample());
    const fragment = { offset: 3, totalLength: 9 };
    const primary = { ...whole.primary, flags: 1, fragment, octets: undefined };
    node.agent.receive(0, encodeBundle({ primary, blocks: whole.blocks }), 1);
    node.drain(0);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
    node.agent.register(1, 7);
    node.drain(1);
    expect(node.agent.ledger()).toMatchObject({ delivered: 0, stored: 1 });
    node.runUntil(1_000 * S);
    expect(node.agent.ledger()).toMatchObject({ expired: 1, stored: 0 });
  });
});

describe('on reception', () => {
  test('octets that are no bundle are a fault and nothing else', () => {
    const node = new Node(2, PAIR);
    node.agent.receive(0, new Uint8Array([0x9f, 0xff]), 1);
    node.drain(0);
    expect(kinds(node)).toEqual(['fault']);
    expect(node.agent.ledger()).toMatchObject({ accepted: 0 });
  });

  test('a bundle may have made as many hops as its limit, and not one more', () => {
    expect(fateOf(withHops(sample(), 64))).toBe('accepted');
    expect(fateOf(withHops(sample(), 65))).toBe('hop-limit-exceeded');
  });

  test('a bundle that names "this very node" or nobody is deleted', () => {
    const to = (destination: Eid) => reprimary(sample(), { destination });
    expect(fateOf(to(eid('ipn:!.7')))).toBe('local-node-eid');
    expect(fateOf(to(NULL_EID))).toBe('destination-unavailable');
    expect(fateOf(reprimary(sample(), { source: eid('ipn:!.7') }))).toBe('local-node-eid');
  });

  test('a bundle that finds no room is deleted', () => {
    expect(fateOf(sample(), { storeOctetsMax: 20 })).toBe('depleted-storage');
    expect(fateOf(sample(), { bundleOctetsMax: 20 })).toBe('depleted-storage');
    const node = new Node(2, PAIR);
    node.storeAnswer = 'full';
    node.agent.receive(0, sample(), 1);
    node.drain(0);
    expect(node.all('deleted')[0]).toMatchObject({ reason: 'depleted-storage' });
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, deleted: { 'depleted-storage': 1 } });
  });

  test('a bundle that has already expired is accepted and expires', () => {
    const node = new Node(2, PAIR);
    node.agent.receive(1_000 * S, sample(), 1);
    node.drain(1_000 * S);
    expect(kinds(node)).toEqual(['store', 'accepted', 'expired', 'forget']);
  });

  test('an unknown block is kept, taken out, or fatal, as its flags say', () => {
    expect(fateOf(withBlock(sample(), 0x04))).toBe('block-unsupported');
    expect(fateOf(withBlock(sample(), 0x14))).toBe('block-unsupported');
    for (const [flags, kept] of [
      [0x00, true],
      [0x10, false],
    ] as const) {
      const node = new Node(2, planOf([1, 2, 0, 100], [2, 3, 0, 100]));
      node.up(0, 3);
      node.agent.receive(
        0,
        withBlock(reprimary(sample(), { destination: ipnEid(3, 7) }), flags),
        1,
      );
      node.drain(0);
      const onward = decode(node.all('forward')[0]!.octets);
      expect(block(onward, UNKNOWN_TYPE) !== undefined).toBe(kept);
      const stored = decode(node.all('store')[0]!.octets);
      expect(block(stored, UNKNOWN_TYPE) !== undefined).toBe(kept);
    }
  });

  test('a bundle without a clock ages by its stay here', () => {
    const node = new Node(2, planOf([1, 2, 0, 100], [2, 3, 50, 100]));
    const timeless = { creationTimeMs: 0, destination: ipnEid(3, 7), lifetimeMs: 60_000 };
    node.agent.receive(10 * S, reprimary(sample(), timeless), 1);
    node.drain(10 * S);
    node.runUntil(52 * S);
    node.up(52 * S, 3);
    const onward = decode(node.all('forward')[0]!.octets);
    expect([...block(onward, BLOCK_TYPE.bundleAge)!.data]).toEqual([0x19, 0xa4, 0x10]);
    const late = new Node(2, planOf([1, 2, 0, 100], [2, 3, 90, 100]));
    late.agent.receive(10 * S, reprimary(sample(), timeless), 1);
    late.drain(10 * S);
    late.runUntil(70 * S);
    expect(late.agent.ledger()).toMatchObject({ stored: 1 });
    late.runUntil(70 * S + 1);
    expect(late.agent.ledger()).toMatchObject({ expired: 1 });
  });

  test('the greatest age there is does not grow', () => {
    const node = new Node(2, planOf([1, 2, 0, 100], [2, 3, 50, 100]));
    const { primary, blocks } = decode(reprimary(sample(), { destination: ipnEid(3, 7) }));
    const age: CanonicalBlock = {
      type: BLOCK_TYPE.bundleAge,
      number: 9,
      flags: 0,
      crcType: 0,
      data: encodeBundleAge(Number.MAX_SAFE_INTEGER),
      octets: undefined,
    };
    node.agent.receive(0, encodeBundle({ primary, blocks: [age, ...blocks] }), 1);
    node.drain(0);
    node.runUntil(52 * S);
    node.up(52 * S, 3);
    const onward = decode(node.all('forward')[0]!.octets);
    expect(block(onward, BLOCK_TYPE.bundleAge)!.data).toEqual(age.data);
  });

  test('an anonymous bundle has no identity, and yet a copy of it is not delivered', () => {
    const node = new Node(2, PAIR);
    node.agent.register(0, 7);
    const anonymous = { source: NULL_EID, flags: 4 };
    const receive = (octets: Uint8Array) => {
      node.agent.receive(0, octets, 1);
      node.drain(0);
    };
    receive(reprimary(sample(), anonymous));
    receive(reprimary(sample(), anonymous));
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, delivered: 1 });
    expect(node.all('duplicate')).toHaveLength(1);
    receive(reprimary(sample(), { ...anonymous, lifetimeMs: 7_000 }));
    receive(reprimary(withHops(sample(), 3), anonymous));
    expect(node.agent.ledger()).toMatchObject({ accepted: 2, delivered: 2 });
  });
});

const UNKNOWN_TYPE = 201;

function request(node: number, trafficClass: 0 | 1 | 2 | 3 = 2): SendRequest {
  return {
    adu: new Uint8Array([1, 2, 3]),
    destination: ipnEid(node, 7),
    sourceService: 1001,
    lifetimeMs: 600_000,
    trafficClass,
  };
}

function send(node: Node, now: number, wanted: SendRequest): string | undefined {
  const id = node.agent.originate(now, wanted);
  node.drain(now);
  return node.all('refused').some((refusal) => refusal.id === id) ? undefined : id;
}

/** A bundle from ipn:1.1001 to ipn:2.7, as node 1 sends it at instant `now`. */
function sample(now = 0): Uint8Array {
  const node = new Node(1, PAIR);
  node.up(now, 2);
  send(node, now, request(2));
  return node.all('forward')[0]!.octets;
}

function kinds(node: Node): string[] {
  return node.said.map(({ kind }) => kind);
}

function eid(text: string): Eid {
  const value = parseEid(text);
  if (value instanceof Fault) throw new Error(value.key);
  return value;
}

function decode(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}

function block(bundle: Bundle, type: number): CanonicalBlock | undefined {
  return bundle.blocks.find((each) => each.type === type);
}

function hopsOf(bundle: Bundle) {
  return decodeHopCount(block(bundle, BLOCK_TYPE.hopCount)!.data);
}

/** What becomes of a bundle that node 2 receives: `accepted` or the reason of its deletion. */
function fateOf(octets: Uint8Array, options = {}): string {
  const node = new Node(2, PAIR, options);
  node.agent.receive(0, octets, 1);
  node.drain(0);
  return node.all('deleted')[0]?.reason ?? node.all('accepted')[0]!.kind;
}

function withHops(octets: Uint8Array, count: number): Uint8Array {
  const { primary, blocks } = decode(octets);
  const data = encodeHopCount({ limit: 64, count });
  const changed = blocks.map((each) =>
    each.type === BLOCK_TYPE.hopCount ? { ...each, data, octets: undefined } : each,
  );
  return encodeBundle({ primary, blocks: changed });
}

function withBlock(octets: Uint8Array, flags: number): Uint8Array {
  const { primary, blocks } = decode(octets);
  const data = new Uint8Array([0]);
  const unknown = { type: UNKNOWN_TYPE, number: 9, flags, crcType: 0, data } as const;
  return encodeBundle({ primary, blocks: [{ ...unknown, octets: undefined }, ...blocks] });
}

function reprimary(octets: Uint8Array, changes: Partial<Bundle['primary']>): Uint8Array {
  const { primary, blocks } = decode(octets);
  return encodeBundle({ primary: { ...primary, ...changes, octets: undefined }, blocks });
}
