/** Nodes with rules for the security of bundles, and the bundles of the vectors. */
import type { AgentOptions, SendRequest } from '#protocol/agent/agent.ts';
import type { SecurityRule } from '#protocol/bpsec/policy.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Node, planOf } from '../protocol/agent/mesh.ts';
import { bpsecVectors, ring } from '../protocol/bpsec/bpsec.ts';
import { read } from './device.ts';

export const [AGE, HOPS, INTEGRITY, CONFIDENTIALITY] = [7, 10, 11, 12];

/** 2 is the source of the vectors' bundles, 1 their destination; 3 lies between. */
function nodeOf(
  number: 1 | 2 | 3,
  rules: readonly SecurityRule[],
  more: Partial<AgentOptions> = {},
): Node {
  const node = new Node(number, planOf([1, 3, 0, 1_000], [2, 3, 0, 1_000]), {
    bundleSecurity: { policy: { securitySource: ipnEid(number, 0), rules }, keys: ring() },
    ...more,
  });
  for (const neighbour of [1, 2, 3]) if (neighbour !== number) node.up(0, neighbour);
  return node;
}

/** What node 2 sends to node 1 under these rules. */
export function made(...rules: SecurityRule[]): string {
  const node = nodeOf(2, rules);
  const request: SendRequest = {
    adu: Uint8Array.of(1, 2, 3),
    destination: ipnEid(1, 2),
    ...{ sourceService: 1, lifetimeMs: 60_000, trafficClass: 1 },
  };
  node.agent.originate(0, request);
  node.drain(0);
  return leftOf(node)!;
}

export function waypoint(rules: readonly SecurityRule[], hex: string): Node {
  return given(nodeOf(3, rules), hex);
}

/** Node 3 as the member of the endpoint that the bundle is for, which has no number of its own. */
export function registered(rules: readonly SecurityRule[], hex: string): Node {
  const endpoint = read(hex).primary.destination;
  const node = nodeOf(3, rules, { endpoints: [{ endpoint, service: 2 }] });
  node.agent.register(0, 2);
  return given(node, hex);
}

export function destination(rules: readonly SecurityRule[], hex: string): Node {
  const node = nodeOf(1, rules);
  for (const service of [1, 2]) node.agent.register(0, service);
  return given(node, hex);
}

export function delivered(rules: readonly SecurityRule[], hex: string): string[] {
  return destination(rules, hex)
    .all('deliver')
    .map(({ adu }) => toHex(adu));
}

function given(node: Node, hex: string): Node {
  node.agent.receive(0, fromHex(hex), 2);
  node.drain(0);
  return node;
}

export function leftOf(node: Node): string | undefined {
  const [forward] = node.all('forward');
  return forward === undefined ? undefined : toHex(forward.octets);
}

/** Primary block, payload and security blocks, as they stand in a bundle. */
export function securityOf(hex: string): string[] {
  const { primary, blocks } = read(hex);
  const kept = blocks.filter(({ type }) => [1, INTEGRITY, CONFIDENTIALITY].includes(type));
  return [primary, ...kept].map(({ octets }) => toHex(octets!));
}

export function incoming(id: string): string {
  return bpsecVectors('bpsec-pics').find((each) => each.id === id)!.incoming;
}

export function negative(id: string): string {
  return bpsecVectors('bpsec-negative').find((each) => each.id === id)!.hex;
}

export function appendix(id: string): string {
  return bpsecVectors('bpsec-rfc9173').find((each) => each.id === id)!.finalBundle;
}
