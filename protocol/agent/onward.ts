/**
 * The form in which a bundle goes on to the next node: own previous node, raised age, one hop more;
 * all else, the primary block above all, octet for octet as it came.
 *
 * Source: RFC 9171 §4.4, §5.4 step 4.
 */
import { assert } from '../assert.ts';
import {
  BLOCKS_MAX,
  type Bundle,
  decodeBundle,
  encodeBundle,
  payloadOf,
} from '../bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock, PAYLOAD_NUMBER } from '../bundle/canonical-block.ts';
import type { IpnEid } from '../bundle/eid.ts';
import {
  decodeBundleAge,
  decodeHopCount,
  encodeBundleAge,
  encodeHopCount,
  encodePreviousNode,
} from '../bundle/extension-blocks.ts';
import { type SecuredBlocks, securedBlocks } from '../bundle/secured-blocks.ts';
import { Fault } from '../fault.ts';

/**
 * Fresh octets of `bundle` as `node` sends it on, or as the node that made it if undefined. What a
 * node made has no previous node, though its first hop counts, nor has what came back to the node
 * that is its source (§4.4.1). `ageMs` goes into the age block, which is added when there is none;
 * undefined leaves the bundle without.
 *
 * An age or hop count that is signed or encrypted stays as it is: rewritten, it would fail where it
 * is checked. A secured previous node gives way to one of another number, for what is said of a
 * block that is gone fails nobody. A bundle that has as many blocks as nodes take gets no further
 * ones, so that the next node can take it.
 */
export function encodeOnward(
  bundle: Bundle,
  node: IpnEid | undefined,
  ageMs: number | undefined,
): Uint8Array {
  const payload = payloadOf(bundle);
  const secured = securedBlocks(bundle.blocks);
  const blocks: CanonicalBlock[] = [];
  let previousNode =
    node === undefined || isFrom(bundle, node) ? undefined : encodePreviousNode(node);
  let age = ageMs === undefined ? undefined : encodeBundleAge(ageMs);
  // Bounded by the codec's limit on blocks.
  for (const block of bundle.blocks) {
    if (block === payload) break;
    if (block.type === BLOCK_TYPE.previousNode) {
      if (previousNode === undefined || isSecured(block.number, secured)) continue;
      blocks.push(withData(block, previousNode));
      previousNode = undefined;
    } else if (block.type === BLOCK_TYPE.bundleAge && age !== undefined) {
      blocks.push(isSecured(block.number, secured) ? block : withData(block, age));
      age = undefined;
    } else if (block.type === BLOCK_TYPE.hopCount && !isSecured(block.number, secured)) {
      blocks.push(oneHopMore(block));
    } else blocks.push(block);
  }
  if (age !== undefined) add(blocks, secured, BLOCK_TYPE.bundleAge, age);
  if (previousNode !== undefined) add(blocks, secured, BLOCK_TYPE.previousNode, previousNode);
  blocks.push(payload);
  return encodeBundle({ primary: bundle.primary, blocks });
}

/**
 * The bundle in `octets`, whose age block says `byMs` more; RFC 9171 §5.4 has it written at the
 * last moment. The same octets where there is nothing to raise, or where the age is secured.
 */
export function raiseAge(octets: Uint8Array, byMs: number): Uint8Array {
  if (byMs <= 0) return octets;
  const bundle = decodeBundle(octets);
  assert(!(bundle instanceof Fault), 'what this node sends is a bundle');
  const secured = securedBlocks(bundle.blocks);
  const blocks = bundle.blocks.map((block) => {
    if (block.type !== BLOCK_TYPE.bundleAge || isSecured(block.number, secured)) return block;
    const age = decodeBundleAge(block.data);
    assert(!(age instanceof Fault), 'the codec has read the age');
    return withData(block, encodeBundleAge(Math.min(age + byMs, Number.MAX_SAFE_INTEGER)));
  });
  return encodeBundle({ primary: bundle.primary, blocks });
}

function isFrom({ primary: { source } }: Bundle, node: IpnEid): boolean {
  const isSame = source.scheme === 'ipn' && source.node === node.node;
  return isSame && source.allocator === node.allocator;
}

function oneHopMore(block: CanonicalBlock): CanonicalBlock {
  const hops = decodeHopCount(block.data);
  assert(!(hops instanceof Fault), 'the codec has read the hop count');
  return withData(block, encodeHopCount({ limit: hops.limit, count: hops.count + 1 }));
}

function withData(block: CanonicalBlock, data: Uint8Array): CanonicalBlock {
  const { type, number, flags, crcType } = block;
  return { type, number, flags, crcType, data, octets: undefined };
}

function add(
  blocks: CanonicalBlock[],
  secured: SecuredBlocks,
  type: number,
  data: Uint8Array,
): void {
  if (blocks.length + 1 >= BLOCKS_MAX) return;
  let number = PAYLOAD_NUMBER + 1;
  // Bounded by the blocks and the targets: each can move it on once.
  while (isSecured(number, secured) || isTaken(blocks, number)) number += 1;
  blocks.push({ type, number, flags: 0, crcType: 0, data, octets: undefined });
}

function isSecured(number: number, { signed, encrypted }: SecuredBlocks): boolean {
  return signed.has(number) || encrypted.has(number);
}

function isTaken(blocks: readonly CanonicalBlock[], number: number): boolean {
  for (const block of blocks) if (block.number === number) return true;
  return false;
}
