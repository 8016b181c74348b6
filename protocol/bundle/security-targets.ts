/**
 * Which blocks the security blocks of a bundle are about. Of a security block only its targets are
 * read, which come first in its data; whether the rest is sound is for those to judge who process
 * it.
 *
 * Source: RFC 9172 §3.6, §3.8.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { Fault } from '../fault.ts';
import { BLOCK_TYPE, type CanonicalBlock } from './canonical-block.ts';

/** The block numbers that a security block names, 0 for the primary; none if it cannot be read. */
export function targetsOf({ data }: CanonicalBlock): readonly number[] {
  const reader = new CborReader(data);
  const count = reader.arrayHead();
  if (count instanceof Fault) return NONE;
  const targets: number[] = [];
  // Bounded by the octets of the block, which the reader has compared.
  for (let i = 0; i < count; i++) {
    const target = reader.uint();
    if (target instanceof Fault) return NONE;
    targets.push(target);
  }
  return targets;
}

/** The blocks whose data is ciphertext: whoever has not the key knows nothing of their content. */
export function encryptedNumbers(blocks: readonly CanonicalBlock[]): ReadonlySet<number> {
  return targetsOfAll(blocks, isConfidentiality);
}

/** The blocks that some security block in clear signs or encrypts, or did before they went. */
export function securedNumbers(blocks: readonly CanonicalBlock[]): ReadonlySet<number> {
  return targetsOfAll(blocks, isSecurity);
}

/** Nearly all bundles have no security blocks, and those cost no set of their own. */
function targetsOfAll(
  blocks: readonly CanonicalBlock[],
  isMeant: (block: CanonicalBlock) => boolean,
): ReadonlySet<number> {
  let targets: Set<number> | undefined;
  // Bounded by the blocks of a bundle.
  for (let i = 0; i < blocks.length; i++) {
    const block = blocks[i]!;
    if (!isMeant(block)) continue;
    targets ??= new Set();
    for (const target of targetsOf(block)) targets.add(target);
  }
  return targets ?? NOBODY;
}

function isConfidentiality({ type }: CanonicalBlock): boolean {
  return type === BLOCK_TYPE.confidentiality;
}

function isSecurity({ type }: CanonicalBlock): boolean {
  return type === BLOCK_TYPE.integrity || type === BLOCK_TYPE.confidentiality;
}

const NONE: readonly number[] = [];
const NOBODY: ReadonlySet<number> = new Set();
