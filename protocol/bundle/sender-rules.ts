/**
 * Rules that bind the sender of a bundle, checked by receivers as their strictness says.
 *
 * Source: RFC 9171 §4.2.3, §4.2.4, §4.2.5.1.1, §4.3.1, §4.4.2, §5.8.
 */
import type { Fault } from '../fault.ts';
import { BLOCK_FLAG, BLOCK_TYPE, type CanonicalBlock } from './canonical-block.ts';
import { type Eid, hasUriForm, isNullEid, NULL_EID } from './eid.ts';
import { BUNDLE_FLAG, type PrimaryBlock, REPORT_FLAGS } from './primary-block.ts';
import { securedBlocks } from './secured-blocks.ts';
import { DEVIATION, type Judge } from './strictness.ts';

/** The first broken rule that `judge` does not forgive. The bundle has been read whole. */
export function checkSenderRules(
  primary: PrimaryBlock,
  blocks: readonly CanonicalBlock[],
  judge: Judge,
): Fault | undefined {
  const { flags, crcType, source, destination, reportTo, fragment } = primary;
  let fault: Fault | undefined;
  if (isText(destination) || isText(source) || isText(reportTo)) fault = judge(DEVIATION.textNone);
  if (!hasUriForm(destination) || !hasUriForm(source) || !hasUriForm(reportTo)) {
    fault ??= judge(DEVIATION.dtnForm);
  }
  if (crcType === 0 && !securedBlocks(blocks).signed.has(PRIMARY_NUMBER))
    fault ??= judge(DEVIATION.primaryCrc);
  if (primary.creationTimeMs === 0 && !blocks.some(({ type }) => type === BLOCK_TYPE.bundleAge)) {
    fault ??= judge(DEVIATION.ageMissing);
  }
  const asks = (flags & REPORT_FLAGS) !== 0 || blocks.some(asksForReport);
  if (isNullEid(source) && (asks || (flags & BUNDLE_FLAG.mustNotFragment) === 0)) {
    fault ??= judge(DEVIATION.anonymousFlags);
  }
  if (asks && (flags & BUNDLE_FLAG.administrativeRecord) !== 0) {
    fault ??= judge(DEVIATION.administrativeFlags);
  }
  if (fragment !== undefined) {
    const end = fragment.offset + blocks[blocks.length - 1]!.data.length;
    if (end > fragment.totalLength) fault ??= judge(DEVIATION.fragmentRange);
  }
  if (hasUnassigned(primary) || blocks.some(hasUnassignedBlockFlag)) {
    fault ??= judge(DEVIATION.unassignedFlags);
  }
  return fault;
}

/** Only the reader of the text form makes a null endpoint other than the constant. */
function isText(eid: Eid): boolean {
  return eid.scheme === 'dtn' && eid.ssp === 'none' && eid !== NULL_EID;
}

function asksForReport({ flags }: CanonicalBlock): boolean {
  return (flags & BLOCK_FLAG.reportIfUnprocessed) !== 0;
}

function hasUnassigned({ flags }: PrimaryBlock): boolean {
  return flags > BUNDLE_FLAGS_ASSIGNED || (flags & ~BUNDLE_FLAGS_ASSIGNED) !== 0;
}

function hasUnassignedBlockFlag({ flags }: CanonicalBlock): boolean {
  return flags > BLOCK_FLAGS_ASSIGNED || (flags & ~BLOCK_FLAGS_ASSIGNED) !== 0;
}

function union(flags: Readonly<Record<string, number>>): number {
  return Object.values(flags).reduce((all, flag) => all | flag, 0);
}

const PRIMARY_NUMBER = 0;
const BUNDLE_FLAGS_ASSIGNED = union(BUNDLE_FLAG);
const BLOCK_FLAGS_ASSIGNED = union(BLOCK_FLAG);
