/**
 * Which blocks of a bundle the security of bundles holds on to: who may not read or change a block
 * needs to know no more of its security blocks than their targets, which come first in their data.
 *
 * Source: RFC 9172 §3.6, §3.8, §3.9.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { Fault } from '../fault.ts';
import { BLOCK_TYPE, type CanonicalBlock } from './canonical-block.ts';

/** Block numbers; of the primary block 0. */
export interface SecuredBlocks {
  /** Targets of integrity blocks in clear; others sign only what is itself encrypted (§3.9). */
  readonly signed: ReadonlySet<number>;
  /** Targets of confidentiality blocks: their data is ciphertext. */
  readonly encrypted: ReadonlySet<number>;
}

/** Looks through the blocks of one bundle. A security block that cannot be read holds nothing. */
export function securedBlocks(blocks: readonly CanonicalBlock[]): SecuredBlocks {
  let secured = false;
  // All loops are bounded by the blocks of a bundle.
  for (let i = 0; i < blocks.length; i++) secured ||= isSecurityBlock(blocks[i]!);
  if (!secured) return NOTHING;
  const encrypted = new Set<number>();
  for (const block of blocks) {
    if (block.type !== BLOCK_TYPE.confidentiality) continue;
    for (const target of targetsOf(block)) encrypted.add(target);
  }
  const signed = new Set<number>();
  for (const block of blocks) {
    if (block.type !== BLOCK_TYPE.integrity || encrypted.has(block.number)) continue;
    for (const target of targetsOf(block)) signed.add(target);
  }
  return { signed, encrypted };
}

/** The targets of a security block in clear; none if it cannot be read. */
export function targetsOf({ data }: CanonicalBlock): readonly number[] {
  const reader = new CborReader(data);
  const count = reader.arrayHead();
  const targets: number[] = [];
  // Bounded by the octets of the block.
  for (let i = 0; !(count instanceof Fault) && i < count; i++) {
    const target = reader.uint();
    if (target instanceof Fault) return [];
    targets.push(target);
  }
  return targets;
}

function isSecurityBlock({ type }: CanonicalBlock): boolean {
  return type === BLOCK_TYPE.integrity || type === BLOCK_TYPE.confidentiality;
}

const NOTHING: SecuredBlocks = { signed: new Set(), encrypted: new Set() };
