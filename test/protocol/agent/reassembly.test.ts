/** Fragments of somebody who means no good: what they cost is bounded, in time as well. */
import { expect, test } from 'vitest';
import { encodeBundle } from '#protocol/bundle/bundle.ts';
import { type Eid, ipnEid, parseEid } from '#protocol/bundle/eid.ts';
import { Node, planOf, S } from './mesh.ts';

const PLAN = planOf([1, 2, 0, 1_000]);
const GROUP = parseEid('imc:7.1') as Eid;

// Quadratic work for each would take minutes.
test('thousands of fragments that lie apart expire one by one', () => {
  const node = destination();
  for (let at = 0; at < COUNT; at++) give(node, fragment(2 * at, [1], 100_000));
  node.runUntil(70 * S);
  expect(node.agent.ledger()).toMatchObject({ accepted: COUNT, expired: COUNT, stored: 0 });
});

test('thousands of contradictions in one set are found at once', () => {
  const node = destination();
  const total = 2 * COUNT + 1;
  for (let at = 0; at < COUNT; at++) give(node, fragment(2 * at, [1], total));
  for (let at = 0; at < COUNT; at++) give(node, fragment(2 * at, [2, 0], total));
  give(node, fragment(total - 1, [1], total));
  expect(node.agent.ledger().deleted).toEqual({ 'block-unintelligible': COUNT });
  expect(node.agent.ledger()).toMatchObject({ delivered: 0, stored: COUNT + 1 });
});

test('a set in which contradictions leave octets missing again and again is given up', () => {
  const node = destination();
  const total = 200;
  for (let at = 0; at < 100; at++) give(node, fragment(at, [1], total));
  // Each completes the set and says something else of the octets that are there.
  for (let at = 0; at < 20; at++) {
    give(node, fragment(at, Array(total - at).fill(2), total));
  }
  expect(node.all('load').length).toBeLessThan(10 * 100);
  expect(node.agent.ledger()).toMatchObject({
    delivered: 0,
    deleted: { 'block-unintelligible': 108 },
  });
});

test('a fragment for a group waits for the others no longer than any', () => {
  const node = new Node(2, PLAN, {
    reassembly: { waitMsMax: 5_000 },
    groups: { memberOf: [{ group: GROUP, service: 7 }] },
  });
  node.agent.register(0, 7);
  give(node, fragment(0, [1], 2, GROUP));
  expect(node.agent.ledger()).toMatchObject({ copied: 1, stored: 1 });
  node.runUntil(5 * S);
  expect(node.agent.ledger()).toMatchObject({ stored: 0, deleted: { 'traffic-pared': 1 } });
});

function destination(): Node {
  const node = new Node(2, PLAN);
  node.agent.register(0, 7);
  return node;
}

function give(node: Node, octets: Uint8Array): void {
  node.agent.receive(0, octets, 1);
  node.drain(0);
}

/** A fragment of the one bundle that all here are parts of. */
function fragment(
  offset: number,
  data: readonly number[],
  totalLength: number,
  destination: Eid = ipnEid(2, 7),
): Uint8Array {
  const payload = { type: 1, number: 1, flags: 0, crcType: 0, octets: undefined } as const;
  return encodeBundle({
    primary: {
      flags: 1,
      crcType: 2,
      destination,
      source: ipnEid(9, 7),
      reportTo: ipnEid(9, 0),
      creationTimeMs: 853_315_200_000,
      sequence: 1,
      lifetimeMs: 60_000,
      fragment: { offset, totalLength },
      octets: undefined,
    },
    blocks: [{ ...payload, data: Uint8Array.from(data) }],
  });
}

const COUNT = 3_000;
