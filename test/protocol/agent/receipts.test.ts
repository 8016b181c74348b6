/** Which bundles a node answers for, when their senders keep them until it has said so. */
import { describe, expect, test } from 'vitest';
import type { AgentOutput } from '#protocol/agent/agent.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { Node, planOf, S, withHops } from './mesh.ts';

const CHAIN = planOf([1, 2, 0, 1_000], [2, 3, 0, 1_000]);
const RECEIPT = { link: 4, block: 77 };

describe('a bundle with a receipt', () => {
  test('is kept once the store has it, and not before', () => {
    const node = new Node(2, CHAIN);
    node.storeAnswer = 'later';
    receive(node, bundleOf(1));
    expect(settled(node)).toEqual([]);
    node.agent.stored(0, node.all('store')[0]!.id);
    node.drain(0);
    expect(settled(node)).toEqual([true]);
    expect(node.all('settled')[0]!.receipt).toEqual(RECEIPT);
  });

  test.each(['full', 'io'] as const)('is the sender’s when the store is %s', (storeAnswer) => {
    const node = new Node(2, CHAIN);
    node.storeAnswer = storeAnswer;
    receive(node, bundleOf(1));
    expect(settled(node)).toEqual([false]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 0, deleted: {} });
  });

  test('is the sender’s when there is no room for it, and nobody hears that it came', () => {
    const node = new Node(2, CHAIN, { storeOctetsMax: 10, statusReports: true });
    receive(node, bundleOf(1));
    expect(settled(node)).toEqual([false]);
    expect(node.all('fault').map(({ fault }) => fault.key)).toEqual(['agent.no-room']);
    expect(node.agent.ledger()).toMatchObject({ accepted: 0, deleted: {} });
  });

  test('is disposed of for good when it is larger than any that the node takes', () => {
    const node = new Node(2, CHAIN, { bundleOctetsMax: 10 });
    receive(node, bundleOf(1));
    expect(settled(node)).toEqual([true]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, deleted: { 'depleted-storage': 1 } });
  });

  test('is disposed of for good when it has made too many hops, or cannot be read', () => {
    const node = new Node(2, CHAIN);
    receive(node, withHops(bundleOf(1), 31));
    receive(node, Uint8Array.of(0x9f, 1, 2, 3));
    expect(settled(node)).toEqual([true, true]);
  });

  test('needs no keeping when the node has it, or has sent it on', () => {
    const node = new Node(2, CHAIN);
    const octets = bundleOf(1);
    receive(node, octets);
    receive(node, octets);
    node.up(0, 3);
    expect(node.all('forward')).toHaveLength(1);
    receive(node, octets);
    expect(settled(node)).toEqual([true, true, true]);
    expect(node.all('duplicate')).toHaveLength(2);
  });

  test('is the sender’s while the store is writing another copy', () => {
    const node = new Node(2, CHAIN);
    node.storeAnswer = 'later';
    receive(node, bundleOf(1));
    receive(node, bundleOf(1));
    expect(settled(node)).toEqual([false]);
  });

  test('is the sender’s when it comes back on a detour while the first is still here', () => {
    const node = new Node(2, CHAIN);
    receive(node, bundleOf(1));
    receive(node, withHops(bundleOf(1), 3));
    expect(settled(node)).toEqual([true, false]);
    expect(node.agent.ledger()).toMatchObject({ accepted: 1, stored: 1 });
  });

  test('says nothing of one without', () => {
    const node = new Node(2, CHAIN);
    node.agent.receive(0, bundleOf(1), 1);
    node.drain(0);
    node.agent.receive(0, bundleOf(1), 1);
    node.drain(0);
    expect(node.all('settled')).toEqual([]);
  });
});

function receive(node: Node, octets: Uint8Array): void {
  node.agent.receive(0, octets.slice(), 1, RECEIPT);
  node.drain(0);
}

function settled(node: Node): boolean[] {
  return node.all('settled').map(({ kept }) => kept);
}

/** A bundle that node 1 makes for a service of node 3, as it leaves. */
function bundleOf(size: number): Uint8Array {
  const source = new Node(1, CHAIN);
  source.up(0, 2);
  source.agent.originate(0, {
    adu: new Uint8Array(size),
    destination: ipnEid(3, 7),
    sourceService: 5,
    lifetimeMs: S,
    trafficClass: 1,
  });
  source.drain(0);
  const forward = source.said.find((output) => output.kind === 'forward');
  return (forward as Extract<AgentOutput, { kind: 'forward' }>).octets;
}
