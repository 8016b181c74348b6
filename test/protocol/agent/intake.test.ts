/** What a node makes of its options when bundles come in or are made. */
import { describe, expect, test } from 'vitest';
import type { SendRequest } from '#protocol/agent/agent.ts';
import { type Bundle, decodeBundle } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { ipnEid, isNullEid, NULL_EID, parseEid } from '#protocol/bundle/eid.ts';
import { decodeBundleAge } from '#protocol/bundle/extension-blocks.ts';
import { BUNDLE_FLAG, REPORT_FLAGS } from '#protocol/bundle/primary-block.ts';
import { refuse } from '#protocol/bundle/strictness.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { bundleVectors } from '../bundle/vectors.ts';
import { Node, planOf, S } from './mesh.ts';

const PAIR = planOf([1, 2, 0, 1_000]);
const CHAIN = planOf([1, 2, 0, 1_000], [2, 3, 0, 1_000]);
const sound = [...bundleVectors('public'), ...bundleVectors('derived')];

describe('strictness', () => {
  const octets = fromHex(
    bundleVectors('malformed').find(({ id }) => id === 'm-no-primary-crc')!.hex,
  );

  test('the tolerant profile takes what deviates, and tells its name', () => {
    const node = new Node(2, PAIR);
    node.agent.receive(0, octets, 1);
    node.drain(0);
    expect(node.all('deviation').map(({ fault }) => fault.key)).toEqual(['bundle.primary-crc']);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1 });
  });

  test('the strict profile refuses it by the same name', () => {
    const node = new Node(2, PAIR, { strictness: 'strict' });
    node.agent.receive(0, octets, 1);
    node.drain(0);
    expect(node.said.map((output) => output.kind)).toEqual(['fault']);
    expect(node.all('fault')[0]!.fault.key).toBe('bundle.primary-crc');
  });

  test('whatever a node makes itself passes the strict profile', () => {
    for (const options of [{}, { clockless: true }, { fragmentOctetsMax: 200 }]) {
      const node = new Node(1, PAIR, { ...options, statusReports: true });
      node.up(0, 2);
      const reports = { reception: true, forwarding: true, times: true };
      for (const rule of [{}, { anonymous: true }, { mustNotFragment: true }, { reports }]) {
        send(node, 0, { ...rule, adu: new Uint8Array(90) });
      }
      expect(node.all('store').length).toBeGreaterThan(3);
      for (const output of [...node.all('store'), ...node.all('forward')]) {
        expect(decodeBundle(output.octets, refuse)).not.toBeInstanceOf(Fault);
      }
    }
  });
});

describe('the octets of others', () => {
  test.each(sound)(
    '$id leaves with the primary block and unknown blocks it came with',
    ({ hex }) => {
      const received = decode(fromHex(hex));
      const { destination, source } = received.primary;
      if (destination.scheme !== 'ipn' || destination.allocator !== 0 || isNullEid(source)) return;
      const node = new Node(9, planOf([9, destination.node, 0, 1_000]), { epochUnixMs: 0 });
      node.up(0, destination.node);
      node.agent.receive(0, fromHex(hex), 8);
      node.drain(0);
      const [forward] = node.all('forward');
      // Those of 1970 that carry an age are older than they may be.
      if (forward === undefined) return;
      const sent = decode(forward.octets);
      expect(sent.primary.octets).toEqual(received.primary.octets);
      for (const block of received.blocks) {
        const leaves = sent.blocks.find(({ number }) => number === block.number);
        const isOurs = OURS.has(block.type) || (block.flags & 0x10) !== 0;
        if (!isOurs) expect(leaves?.octets).toEqual(block.octets);
      }
    },
  );

  test('most vectors that could be sent on were', () => {
    const sent = sound.filter(({ hex }) => {
      const { destination } = decode(fromHex(hex)).primary;
      if (destination.scheme !== 'ipn' || destination.allocator !== 0) return false;
      const node = new Node(9, planOf([9, destination.node, 0, 1_000]), { epochUnixMs: 0 });
      node.up(0, destination.node);
      node.agent.receive(0, fromHex(hex), 8);
      node.drain(0);
      return node.all('forward').length === 1;
    });
    expect(sent.length).toBeGreaterThan(25);
  });
});

describe('an anonymous bundle', () => {
  test('names nobody, is not fragmented and asks for nothing', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    const id = send(node, 0, { anonymous: true, reports: { delivery: true } });
    expect(id).toMatch(/^dtn:none-/);
    const { primary } = decode(node.all('forward')[0]!.octets);
    expect(primary.source).toBe(NULL_EID);
    expect(primary.flags).toBe(BUNDLE_FLAG.mustNotFragment);
    expect(primary.reportTo).toBe(NULL_EID);
  });
});

describe('reports asked for', () => {
  test('go to the administrative endpoint of the source, or to whom it says', () => {
    const node = new Node(1, PAIR);
    node.up(0, 2);
    send(node, 0, { reports: { delivery: true, times: true } });
    send(node, 1, { reports: { deletion: true, to: ipnEid(5, 0) } });
    send(node, 2, { reports: { times: true } });
    const [first, second, third] = node.all('forward').map(({ octets }) => decode(octets).primary);
    expect(first!.flags).toBe(BUNDLE_FLAG.reportDelivery + BUNDLE_FLAG.statusTime);
    expect(first!.reportTo).toEqual(ipnEid(1, 0));
    expect(second!.flags & REPORT_FLAGS).toBe(BUNDLE_FLAG.reportDeletion);
    expect(second!.reportTo).toEqual(ipnEid(5, 0));
    expect([third!.flags, third!.reportTo]).toEqual([0, NULL_EID]);
  });
});

describe('a node without a clock', () => {
  test('stamps time 0, never the same sequence twice, and an age that grows', () => {
    const node = new Node(1, PAIR, { clockless: true, sequenceStart: 70 });
    for (const now of [0, 0, 5 * S]) send(node, now, {});
    node.up(9 * S, 2);
    const sent = node.all('forward').map(({ octets }) => decode(octets));
    expect(sent.map(({ primary }) => [primary.creationTimeMs, primary.sequence])).toEqual([
      [0, 70],
      [0, 71],
      [0, 72],
    ]);
    expect(sent.map(ageOf)).toEqual([9_000, 9_000, 4_000]);
  });

  test('lets bundles expire by their age, or by their stay', () => {
    const source = new Node(1, CHAIN);
    source.up(0, 2);
    send(source, 0, { lifetimeMs: 60_000, destination: ipnEid(3, 7) });
    const node = new Node(2, CHAIN, { clockless: true });
    node.agent.receive(500 * S, source.all('forward')[0]!.octets, 1);
    node.drain(500 * S);
    node.runUntil(560 * S);
    expect(node.agent.ledger()).toMatchObject({ stored: 1 });
    node.runUntil(560 * S + 1);
    expect(node.agent.ledger()).toMatchObject({ expired: 1 });
  });

  test('reports at an unknown time', () => {
    const node = new Node(1, PAIR, { clockless: true, statusReports: true });
    send(node, 0, { lifetimeMs: 1_000, reports: { deletion: true, times: true } });
    node.runUntil(2 * S);
    expect(node.all('report')[0]!.report.deleted).toEqual({ timeMs: 0 });
  });
});

describe('canceling', () => {
  test('deletes what waits, and what comes back from a link', () => {
    const node = new Node(1, PAIR, { statusReports: true });
    const id = send(node, 0, { reports: { deletion: true } })!;
    expect(node.agent.cancel(1, id)).toBe(true);
    node.drain(1);
    expect(node.all('deleted')).toEqual([{ kind: 'deleted', id, reason: 'canceled' }]);
    expect(node.all('report')[0]!.report.reason).toBe(3);
    expect(node.agent.cancel(2, id)).toBe(false);
    node.up(3, 2);
    node.linkAnswer = 'later';
    const [left, back] = [send(node, 4, {})!, send(node, 5, {})!];
    for (const sent of [left, back]) node.agent.cancel(6, sent);
    node.agent.forwarded(7, left);
    node.agent.notForwarded(7, back);
    node.drain(7);
    expect(node.agent.ledger()).toMatchObject({
      forwarded: 1,
      deleted: { canceled: 2 },
      stored: 0,
    });
  });

  test('deletes what waits for a service of the own node, and nothing of others', () => {
    const node = new Node(2, CHAIN);
    const own = send(node, 0, { destination: ipnEid(2, 7) })!;
    const source = new Node(1, PAIR);
    source.up(0, 2);
    const foreign = send(source, 0, {})!;
    node.agent.receive(0, source.all('forward')[0]!.octets, 1);
    node.drain(0);
    expect(node.agent.cancel(1, foreign)).toBe(false);
    expect(node.agent.cancel(1, own)).toBe(true);
    node.drain(1);
    expect(node.agent.ledger()).toMatchObject({ deleted: { canceled: 1 }, stored: 1 });
    node.agent.register(2, 7);
    expect(node.all('deliver')).toEqual([]);
  });
});

test('bundles wait for a service that is away, and for its return', () => {
  const node = new Node(2, PAIR);
  node.agent.register(0, 7);
  node.agent.unregister(1, 7);
  send(node, 2, { destination: ipnEid(2, 7) });
  expect(node.agent.ledger()).toMatchObject({ stored: 1 });
  node.agent.register(3, 7);
  node.drain(3);
  expect(node.agent.ledger()).toMatchObject({ delivered: 1, stored: 0 });
});

test('a bundle or report for "this very node" is refused at the source', () => {
  const node = new Node(1, PAIR);
  const destination = parseEid('ipn:!.7');
  if (destination instanceof Fault) throw new Error(destination.key);
  send(node, 0, { destination });
  send(node, 0, { reports: { delivery: true, to: destination } });
  const refusal = { service: 1_001, reason: 'no-destination' };
  expect(node.all('refused')).toMatchObject([refusal, refusal]);
});

/** Blocks that a hop changes. */
const OURS: ReadonlySet<number> = new Set([
  BLOCK_TYPE.previousNode,
  BLOCK_TYPE.bundleAge,
  BLOCK_TYPE.hopCount,
]);

function send(node: Node, now: number, more: Partial<SendRequest>): string | undefined {
  const id = node.agent.originate(now, {
    adu: Uint8Array.of(1, 2, 3),
    destination: ipnEid(2, 7),
    sourceService: 1001,
    lifetimeMs: 600_000,
    trafficClass: 2,
    ...more,
  });
  node.drain(now);
  return id;
}

function ageOf({ blocks }: Bundle): unknown {
  return decodeBundleAge(blocks.find(({ type }) => type === BLOCK_TYPE.bundleAge)!.data);
}

function decode(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}
