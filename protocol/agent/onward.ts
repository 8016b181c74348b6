/**
 * The form in which a bundle goes on to the next node: own previous node, raised age, one hop more;
 * all else, the primary block above all, octet for octet as it came.
 *
 * Source: RFC 9171 §4.4, §5.4 step 4.
 */
import { type Bundle, encodeBundle, payloadOf } from '../bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock, PAYLOAD_NUMBER } from '../bundle/canonical-block.ts';
import type { IpnEid } from '../bundle/eid.ts';
import {
  decodeHopCount,
  encodeBundleAge,
  encodeHopCount,
  encodePreviousNode,
} from '../bundle/extension-blocks.ts';
import { Fault } from '../fault.ts';

/**
 * Fresh octets of `bundle` as `node` sends it on. `ageMs` goes into the age block, which is added
 * when there is none; undefined leaves the bundle without. A bundle whose source is this node has
 * no previous node (§4.4.1), but its first hop counts.
 */
export function encodeOnward(bundle: Bundle, node: IpnEid, ageMs: number | undefined): Uint8Array {
  const { source } = bundle.primary;
  const isOwn =
    source.scheme === 'ipn' && source.node === node.node && source.allocator === node.allocator;
  const payload = payloadOf(bundle);
  const blocks: CanonicalBlock[] = [];
  let previousNode = isOwn ? undefined : encodePreviousNode(node);
  let age = ageMs === undefined ? undefined : encodeBundleAge(ageMs);
  // Bounded by the codec's limit on blocks, as is `freeNumber`.
  for (const block of bundle.blocks) {
    if (block === payload) break;
    if (block.type === BLOCK_TYPE.previousNode) {
      if (previousNode !== undefined) blocks.push(withData(block, previousNode));
      previousNode = undefined;
    } else if (block.type === BLOCK_TYPE.bundleAge && age !== undefined) {
      blocks.push(withData(block, age));
      age = undefined;
    } else if (block.type === BLOCK_TYPE.hopCount) blocks.push(oneHopMore(block));
    else blocks.push(block);
  }
  if (previousNode !== undefined) add(blocks, BLOCK_TYPE.previousNode, previousNode);
  if (age !== undefined) add(blocks, BLOCK_TYPE.bundleAge, age);
  blocks.push(payload);
  return encodeBundle({ primary: bundle.primary, blocks });
}

function oneHopMore(block: CanonicalBlock): CanonicalBlock {
  const hops = decodeHopCount(block.data);
  // Only an encrypted count is unreadable.
  if (hops instanceof Fault) return block;
  return withData(block, encodeHopCount({ limit: hops.limit, count: hops.count + 1 }));
}

function withData(block: CanonicalBlock, data: Uint8Array): CanonicalBlock {
  const { type, number, flags, crcType } = block;
  return { type, number, flags, crcType, data, octets: undefined };
}

function add(blocks: CanonicalBlock[], type: number, data: Uint8Array): void {
  const number = freeNumber(blocks);
  blocks.push({ type, number, flags: 0, crcType: 0, data, octets: undefined });
}

/** The smallest block number above the payload's that is not taken. */
function freeNumber(blocks: readonly CanonicalBlock[]): number {
  let number = PAYLOAD_NUMBER + 1;
  // Bounded by the blocks: each can move it on once.
  for (let i = 0; i < blocks.length; i++) {
    if (!isTaken(blocks, number)) break;
    number += 1;
  }
  return number;
}

function isTaken(blocks: readonly CanonicalBlock[], number: number): boolean {
  for (const block of blocks) if (block.number === number) return true;
  return false;
}
