/**
 * A bundle: an indefinite CBOR array of the primary block, any extension blocks, and the payload.
 *
 *   9f  primary  extension*  payload  ff
 *
 * Source: RFC 9171 §4.1, §4.4, §5.6 step 3.
 */
import { assert } from '../assert.ts';
import { CborReader, INDEFINITE } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';
import {
  BLOCK_TYPE,
  type CanonicalBlock,
  PAYLOAD_NUMBER,
  readCanonicalBlock,
  writeCanonicalBlock,
} from './canonical-block.ts';
import { formatEid } from './eid.ts';
import { dataReader, readBundleAge, readHopCount, readPreviousNode } from './extension-blocks.ts';
import { type PrimaryBlock, readPrimaryBlock, writePrimaryBlock } from './primary-block.ts';
import { securedBlocks } from './secured-blocks.ts';
import { checkSenderRules } from './sender-rules.ts';
import { DEVIATION, type Judge, tolerate } from './strictness.ts';

/** The blocks of a bundle. */
export interface Bundle {
  readonly primary: PrimaryBlock;
  /** In the order of the wire; the payload is the last. Bounded by BLOCKS_MAX. */
  readonly blocks: readonly CanonicalBlock[];
}

/**
 * Decodes the octets of one whole bundle and checks every CRC; blocks and data are views of
 * `octets`. Faults: those of the blocks; `bundle.payload` when the payload is missing or not last;
 * `bundle.block-number`, `bundle.duplicate-block` and `bundle.too-many-blocks`;
 * `bundle.trailing-octets`; and each deviation that `judge` does not forgive, see DEVIATION.
 *
 * The data of previous node, bundle age and hop count blocks is decoded as a check, unless a block
 * confidentiality block has encrypted it (RFC 9172 §3.8).
 */
export function decodeBundle(octets: Uint8Array, judge: Judge = tolerate): Bundle | Fault {
  return readBundle(bundleReader(octets), judge);
}

/** Reads the octets of one bundle, for `readBundle`. */
export function bundleReader(octets: Uint8Array): CborReader {
  return new CborReader(octets, 0, octets.length, true);
}

/**
 * As `decodeBundle`, from a `bundleReader`. After a fault its offset is where a person finds what
 * is wrong: at the item whose form is wrong, right behind the one whose value is, or at the end of
 * the block or bundle when none alone is to blame.
 */
export function readBundle(reader: CborReader, judge: Judge): Bundle | Fault {
  const head = reader.arrayHead(true);
  if (head instanceof Fault) return head;
  const primary = readPrimaryBlock(reader);
  if (primary instanceof Fault) return primary;
  const blocks: CanonicalBlock[] = [];
  // Bounded by BLOCKS_MAX.
  while (head === INDEFINITE ? !reader.takeBreak() : blocks.length + 1 < head) {
    if (blocks.length === BLOCKS_MAX) return TOO_MANY_BLOCKS;
    const block = readCanonicalBlock(reader);
    if (block instanceof Fault) return block;
    const fault = conflict(blocks, block);
    if (fault !== undefined) return fault;
    blocks.push(block);
  }
  if (!reader.atEnd) return TRAILING_OCTETS;
  const payload = blocks[blocks.length - 1];
  if (payload === undefined || payload.type !== BLOCK_TYPE.payload) return PAYLOAD;
  let fault = checkExtensions(blocks, reader);
  if (head !== INDEFINITE) fault ??= judge(DEVIATION.framing);
  if (reader.longHeads) fault ??= judge(DEVIATION.longHead);
  return fault ?? checkSenderRules(primary, blocks, judge) ?? { primary, blocks };
}

/**
 * Decodes only the primary block of a bundle that `decodeBundle` refuses, to tell whose it was.
 * Faults: those of `readPrimaryBlock`.
 */
export function decodePrimary(octets: Uint8Array): PrimaryBlock | Fault {
  const reader = bundleReader(octets);
  const head = reader.arrayHead(true);
  return head instanceof Fault ? head : readPrimaryBlock(reader);
}

/** Fresh octets of a bundle; a block with `octets` goes out as it came in. */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const { primary, blocks } = bundle;
  assert(payloadOf(bundle).type === BLOCK_TYPE.payload, 'the payload is the last block');
  let capacity = PRIMARY_OCTETS_TYPICAL;
  // Both loops are bounded by BLOCKS_MAX.
  for (let i = 0; i < blocks.length; i++) capacity += blocks[i]!.data.length + BLOCK_OCTETS_MAX;
  const writer = new CborWriter(capacity);
  writer.indefiniteArray();
  writePrimaryBlock(writer, primary);
  for (let i = 0; i < blocks.length; i++) writeCanonicalBlock(writer, blocks[i]!);
  return writer.break().finish();
}

/** The payload block of a bundle. */
export function payloadOf(bundle: Bundle): CanonicalBlock {
  const payload = bundle.blocks[bundle.blocks.length - 1];
  assert(payload !== undefined, 'a bundle has a payload');
  return payload;
}

/**
 * What identifies a bundle, as text: `ipn:101.1-<creation time ms>-<sequence>`, and for a fragment
 * `+<offset>+<payload octets>` behind it; no two identities give one text (RFC 9171 §4.2.7). A
 * bundle from the null endpoint has no identity.
 */
export function bundleId(primary: PrimaryBlock, payloadLength: number): string {
  const whole = wholeId(primary);
  const { fragment } = primary;
  return fragment === undefined ? whole : `${whole}+${fragment.offset}+${payloadLength}`;
}

/** The `bundleId` of a bundle, or of the whole of which a fragment is part (§5.9). */
export function wholeId({ source, creationTimeMs, sequence }: PrimaryBlock): string {
  return `${formatEid(source)}-${creationTimeMs}-${sequence}`;
}

/** Why `block` may not follow `earlier` in one bundle. */
function conflict(earlier: readonly CanonicalBlock[], block: CanonicalBlock): Fault | undefined {
  const { type, number } = block;
  if (number === PRIMARY_NUMBER) return BLOCK_NUMBER;
  if ((type === BLOCK_TYPE.payload) !== (number === PAYLOAD_NUMBER)) return BLOCK_NUMBER;
  const single = isChecked(type);
  // Bounded by BLOCKS_MAX.
  for (let i = 0; i < earlier.length; i++) {
    const other = earlier[i]!;
    if (other.number === number || (single && other.type === type)) return DUPLICATE_BLOCK;
  }
  return undefined;
}

/** `outer`, which has read the blocks, learns where data is wrong or has too long a head. */
function checkExtensions(blocks: readonly CanonicalBlock[], outer: CborReader): Fault | undefined {
  const { encrypted } = securedBlocks(blocks);
  // Bounded by BLOCKS_MAX.
  for (let i = 0; i < blocks.length; i++) {
    const { type, number, data } = blocks[i]!;
    if (!isChecked(type) || encrypted.has(number)) continue;
    const reader = dataReader(data);
    const value = readExtension(type, reader);
    if (value instanceof Fault) {
      outer.offset = data.byteOffset - outer.octets.byteOffset + reader.offset;
      return value;
    }
    if (reader.longHeads) outer.longHeads = true;
  }
  return undefined;
}

/** The three extension blocks of RFC 9171 §4.4: at most one of each, and all must be understood. */
function isChecked(type: number): boolean {
  return (
    type === BLOCK_TYPE.previousNode ||
    type === BLOCK_TYPE.bundleAge ||
    type === BLOCK_TYPE.hopCount
  );
}

function readExtension(type: number, reader: CborReader): unknown {
  if (type === BLOCK_TYPE.previousNode) return readPreviousNode(reader);
  return type === BLOCK_TYPE.bundleAge ? readBundleAge(reader) : readHopCount(reader);
}

const PAYLOAD = new Fault('bundle', 'payload', 'RFC 9171 4.1');
const BLOCK_NUMBER = new Fault('bundle', 'block-number', 'RFC 9171 4.1');
const DUPLICATE_BLOCK = new Fault('bundle', 'duplicate-block', 'RFC 9171 4.1, 4.4');
const TOO_MANY_BLOCKS = new Fault('bundle', 'too-many-blocks', 'RFC 9171 4.1');
const TRAILING_OCTETS = new Fault('bundle', 'trailing-octets', 'RFC 9171 4.1');

const PRIMARY_NUMBER = 0;
/** Blocks of a bundle without the primary; the known ones are seven, the RFC sets no bound. */
export const BLOCKS_MAX = 32;
/** What a canonical block adds to its data: five heads and a CRC-32C, at their longest. */
const BLOCK_OCTETS_MAX = 46;
const PRIMARY_OCTETS_TYPICAL = 96;
