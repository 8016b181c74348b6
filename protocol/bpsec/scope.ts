/**
 * What an operation binds besides its target: the start of the integrity-protected plaintext (IPPT)
 * and the whole of the additional authenticated data (AAD) are built alike.
 *
 *   scope flags | primary block? | type number flags of the target? | those of the security block?
 *
 * Source: RFC 9173 §3.7, §4.7.2; RFC 9172 §4.
 */
import { BLOCK_FLAG, type CanonicalBlock } from '../bundle/canonical-block.ts';
import { type PrimaryBlock, writePrimaryBlock } from '../bundle/primary-block.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';

/** Scope flags (RFC 9173 §3.3.3, §4.3.4); all are set where a block does not say. */
export const SCOPE = { primary: 1, targetHeader: 2, securityHeader: 4, all: 7 } as const;

/** The header of a security block, which may not be made yet. */
export type BlockHeader = Pick<CanonicalBlock, 'type' | 'number' | 'flags'>;

/** An operation's place in its bundle. */
export interface Operation {
  readonly primary: PrimaryBlock;
  /** Undefined for the primary block. */
  readonly target: CanonicalBlock | undefined;
  readonly security: BlockHeader;
}

/** Writes what is bound; reserved bits of flags count as 0. */
export function writeScope(writer: CborWriter, scopeFlags: number, operation: Operation): void {
  const { primary, target, security } = operation;
  writer.uint(scopeFlags & SCOPE.all);
  if (target !== undefined && (scopeFlags & SCOPE.primary) !== 0)
    writePrimaryBlock(writer, primary);
  if (target !== undefined && (scopeFlags & SCOPE.targetHeader) !== 0) writeHeader(writer, target);
  if ((scopeFlags & SCOPE.securityHeader) !== 0) writeHeader(writer, security);
}

/** Fresh octets of a primary block, as they are or will be on the wire. */
export function primaryOctets(primary: PrimaryBlock): Uint8Array {
  const writer = new CborWriter(96);
  writePrimaryBlock(writer, primary);
  return writer.finish();
}

function writeHeader(writer: CborWriter, { type, number, flags }: BlockHeader): void {
  writer
    .uint(type)
    .uint(number)
    .uint(flags & ASSIGNED_FLAGS);
}

const ASSIGNED_FLAGS =
  BLOCK_FLAG.replicateInFragments |
  BLOCK_FLAG.reportIfUnprocessed |
  BLOCK_FLAG.deleteBundleIfUnprocessed |
  BLOCK_FLAG.discardIfUnprocessed;
