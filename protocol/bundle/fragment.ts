/**
 * Fragmentation: a bundle too large for a link goes on as several, each with a part of the payload
 * and a primary block that says which part. Offsets always count from the start of the original
 * application data unit, so a fragment may be fragmented again.
 *
 * Source: RFC 9171 §5.8, §5.9.
 */
import { assert } from '../assert.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { equal } from '../bytes/octets.ts';
import { type Bundle, encodeBundle, payloadOf } from './bundle.ts';
import { BLOCK_FLAG, BLOCK_TYPE, type CanonicalBlock } from './canonical-block.ts';
import { isNullEid } from './eid.ts';
import { BUNDLE_FLAG, type PrimaryBlock, writePrimaryBlock } from './primary-block.ts';
import { securedBlocks, targetsOf } from './secured-blocks.ts';

/**
 * Whether the bundle may be cut: its flags allow it, it has an identity by which it can be joined
 * again, at least two octets of payload that are all inside its whole, and a primary block whose
 * values all fit into a new one.
 */
export function mayFragment(bundle: Bundle): boolean {
  const { flags, source, fragment } = bundle.primary;
  if ((flags & BUNDLE_FLAG.mustNotFragment) !== 0 || isNullEid(source)) return false;
  const { length } = payloadOf(bundle).data;
  if (fragment !== undefined && fragment.offset + length > fragment.totalLength) return false;
  return length > 1 && isRewritable(bundle.primary);
}

/**
 * Cuts a bundle into fragments of at most `octetsMax` octets, encoded; undefined when its blocks
 * leave no room for payload, or when it would take more than FRAGMENTS_MAX. `mayFragment` holds.
 */
export function splitBundle(bundle: Bundle, octetsMax: number): readonly Bundle[] | undefined {
  assert(mayFragment(bundle), 'the bundle may be fragmented');
  const { length } = payloadOf(bundle).data;
  const firstRoom = octetsMax - overheadOctets(bundle, 0);
  const room = octetsMax - overheadOctets(bundle, 1);
  if (firstRoom < 1 || room < 1 || (length - firstRoom) / room > FRAGMENTS_MAX - 1) {
    return undefined;
  }
  const fragments = [fragmentOf(bundle, 0, Math.min(firstRoom, length))];
  // Bounded by FRAGMENTS_MAX.
  for (let start = firstRoom; start < length; start += room) {
    fragments.push(fragmentOf(bundle, start, Math.min(start + room, length)));
  }
  return fragments;
}

/**
 * Cuts a bundle in two, of which the first has at most `octetsMax` octets, encoded; undefined when
 * that leaves either without payload. `mayFragment` holds.
 */
export function cutBundle(bundle: Bundle, octetsMax: number): readonly Bundle[] | undefined {
  assert(mayFragment(bundle), 'the bundle may be fragmented');
  const { length } = payloadOf(bundle).data;
  const at = octetsMax - overheadOctets(bundle, 0);
  if (at < 1 || at >= length) return undefined;
  return [fragmentOf(bundle, 0, at), fragmentOf(bundle, at, length)];
}

/**
 * The fragment with octets [start, end) of the bundle's own payload, a view. All extension blocks
 * go with the first octet; into the others those whose flag asks for it, and those without which
 * a fragment could neither age nor stop.
 */
export function fragmentOf(bundle: Bundle, start: number, end: number): Bundle {
  const { primary, blocks } = bundle;
  const { flags } = primary;
  const payload = payloadOf(bundle);
  assert(start >= 0 && start < end && end <= payload.data.length, 'a fragment has a part');
  const { offset, totalLength } = primary.fragment ?? {
    offset: 0,
    totalLength: payload.data.length,
  };
  const part = { ...payload, data: payload.data.subarray(start, end), octets: undefined };
  const isFirst = start === 0;
  return {
    primary: {
      ...primary,
      flags: primary.fragment === undefined ? flags + BUNDLE_FLAG.fragment : flags,
      // The whole gets back what the first has: a signature may cover a block without a CRC.
      crcType: primary.crcType === 0 && !isFirst ? CRC_32C : primary.crcType,
      fragment: { offset: offset + start, totalLength },
      octets: undefined,
    },
    blocks: [...(isFirst ? extensionsOf(blocks) : replicated(extensionsOf(blocks))), part],
  };
}

/**
 * The whole of which `first` is the fragment with offset 0, with `adu` as its payload: the blocks
 * are those of `first` (§5.9).
 */
export function wholeOf(first: Bundle, adu: Uint8Array): Bundle {
  const { primary, blocks } = first;
  assert(primary.fragment?.offset === 0, 'the first fragment has the blocks of the whole');
  assert(primary.fragment.totalLength === adu.length, 'the application data unit is complete');
  return {
    primary: {
      ...primary,
      // Flags may be wider than the operators for bits.
      flags: primary.flags - BUNDLE_FLAG.fragment,
      // Whoever cut it may have added a CRC that the signature of the whole does not cover.
      crcType: securedBlocks(blocks).signed.has(PRIMARY_NUMBER) ? 0 : primary.crcType,
      fragment: undefined,
      octets: undefined,
    },
    blocks: [...extensionsOf(blocks), { ...payloadOf(first), data: adu, octets: undefined }],
  };
}

function extensionsOf(blocks: readonly CanonicalBlock[]): readonly CanonicalBlock[] {
  return blocks.slice(0, -1);
}

/** What goes into every fragment; nothing that is encrypted goes without the block that says so. */
function replicated(extensions: readonly CanonicalBlock[]): readonly CanonicalBlock[] {
  const numbers = new Set(extensions.filter(isReplicated).map(({ number }) => number));
  return extensions.filter((block) => {
    if (numbers.has(block.number)) return true;
    const isBcb = block.type === BLOCK_TYPE.confidentiality;
    return isBcb && targetsOf(block).some((target) => numbers.has(target));
  });
}

/**
 * A fragment is expired by its own age, and stopped by its own hops; the previous node is as true
 * of each as of the whole (RFC 9171 §4.4 leaves these three to the implementation).
 */
function isReplicated({ type, flags }: CanonicalBlock): boolean {
  if ((flags & BLOCK_FLAG.replicateInFragments) !== 0) return true;
  return (
    type === BLOCK_TYPE.previousNode ||
    type === BLOCK_TYPE.bundleAge ||
    type === BLOCK_TYPE.hopCount
  );
}

/**
 * All but the payload octets of the first fragment (`start` 0) or of any other, with heads counted
 * at their longest.
 */
function overheadOctets(bundle: Bundle, start: 0 | 1): number {
  const { primary, blocks } = fragmentOf(bundle, start, start + 1);
  const total = primary.fragment!.totalLength;
  const fragment = { offset: total, totalLength: total };
  const octets = encodeBundle({ primary: { ...primary, fragment }, blocks });
  return octets.length + LENGTH_OCTETS_MAX - 1;
}

/** Whether a primary block made of these values says all that the received one does. */
function isRewritable(primary: PrimaryBlock): boolean {
  if (primary.octets === undefined) return true;
  const writer = new CborWriter(primary.octets.length);
  writePrimaryBlock(writer, { ...primary, octets: undefined });
  return equal(writer.finish(), primary.octets);
}

const PRIMARY_NUMBER = 0;
const CRC_32C = 2;
/** Of one bundle at once; a piece that is still too large for a later link is cut again there. */
const FRAGMENTS_MAX = 4_096;
/** What the length of the payload may add to its head. */
const LENGTH_OCTETS_MAX = 8;
