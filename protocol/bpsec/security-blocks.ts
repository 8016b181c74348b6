/**
 * The security blocks of a bundle, and the rules on what they may target.
 *
 * A BIB that a BCB has encrypted cannot be read; it is judged when it has been decrypted.
 *
 * Source: RFC 9172 §3.2, §3.7, §3.8.
 */
import type { Bundle } from '../bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '../bundle/canonical-block.ts';
import { Fault } from '../fault.ts';
import { decodeSecurityBlock, type SecurityBlock } from './security-block.ts';

/** A security block, and its data decoded. */
export interface PlacedSecurityBlock {
  readonly block: CanonicalBlock;
  readonly content: SecurityBlock;
}

/** What a bundle has of them. */
export interface SecurityBlocks {
  /** BIBs in clear. */
  readonly integrity: readonly PlacedSecurityBlock[];
  readonly confidentiality: readonly PlacedSecurityBlock[];
  /** Targets of BIBs in clear. */
  readonly signed: ReadonlySet<number>;
  /** Targets of BCBs. */
  readonly encrypted: ReadonlySet<number>;
}

/**
 * Decodes them all. Faults: those of `decodeSecurityBlock`; `bpsec.duplicate-operation` when two
 * BIBs or two BCBs have one target; `bpsec.bib-target` when a BIB targets a security block;
 * `bpsec.bcb-target` when a BCB targets the primary block or a BCB; `bpsec.bcb-shares-no-target`
 * when BCBs have encrypted a BIB and nothing that it could have signed.
 *
 * A target that is not there is no fault: any node may have taken it out (RFC 9171 §4.4), and a
 * fragment has not all blocks. The flags that §3.8 wants on a BCB bind its source alone.
 */
export function readSecurityBlocks(bundle: Bundle): SecurityBlocks | Fault {
  const types = new Map<number, number>();
  // Bounded by the blocks of a bundle, as are all loops here.
  for (const { number, type } of bundle.blocks) types.set(number, type);
  const encrypted = new Set<number>();
  const confidentiality = placed(bundle, BLOCK_TYPE.confidentiality, encrypted, (target) =>
    target === PRIMARY_NUMBER || types.get(target) === BLOCK_TYPE.confidentiality
      ? BCB_TARGET
      : undefined,
  );
  if (confidentiality instanceof Fault) return confidentiality;
  const others = [...encrypted].filter((number) => types.get(number) !== BLOCK_TYPE.integrity);
  if (encrypted.size > 0 && others.length === 0) return BCB_SHARES_NO_TARGET;
  const signed = new Set<number>();
  const clear = { blocks: bundle.blocks.filter(({ number }) => !encrypted.has(number)) };
  const integrity = placed(clear, BLOCK_TYPE.integrity, signed, (target) =>
    isSecurity(types.get(target)) ? BIB_TARGET : undefined,
  );
  if (integrity instanceof Fault) return integrity;
  return { integrity, confidentiality, signed, encrypted };
}

/**
 * Whether the BIB, now in clear, may have been encrypted: something that it signs has been, too
 * (§3.8). §3.9 lets a BCB of its own encrypt the BIB, so all BCBs of the bundle count as one.
 */
export function sharesTarget(
  bib: SecurityBlock,
  encrypted: ReadonlySet<number>,
): Fault | undefined {
  return bib.targets.some((target) => encrypted.has(target)) ? undefined : BCB_SHARES_NO_TARGET;
}

/** Whether blocks of this type are BIBs or BCBs. */
export function isSecurity(type: number | undefined): boolean {
  return type === BLOCK_TYPE.integrity || type === BLOCK_TYPE.confidentiality;
}

function placed(
  bundle: Pick<Bundle, 'blocks'>,
  type: number,
  taken: Set<number>,
  check: (target: number) => Fault | undefined,
): PlacedSecurityBlock[] | Fault {
  const found: PlacedSecurityBlock[] = [];
  for (const block of bundle.blocks) {
    if (block.type !== type) continue;
    const content = decodeSecurityBlock(block.data);
    if (content instanceof Fault) return content;
    for (const target of content.targets) {
      const fault = taken.has(target) ? DUPLICATE_OPERATION : check(target);
      if (fault !== undefined) return fault;
      taken.add(target);
    }
    found.push({ block, content });
  }
  return found;
}

/** Two operations of one service on one target. */
export const DUPLICATE_OPERATION = new Fault('bpsec', 'duplicate-operation', 'RFC 9172 3.2');

const BIB_TARGET = new Fault('bpsec', 'bib-target', 'RFC 9172 3.7');
const BCB_TARGET = new Fault('bpsec', 'bcb-target', 'RFC 9172 3.8');
const BCB_SHARES_NO_TARGET = new Fault('bpsec', 'bcb-shares-no-target', 'RFC 9172 3.8');

/** The primary block has no number on the wire; as a target it is 0 (RFC 9171 §4.1). */
export const PRIMARY_NUMBER = 0;
