/**
 * What the agent needs to know of a bundle before it takes it, gathered in one pass.
 *
 * Source: RFC 9171 §4.4, §5.5, §5.6; RFC 9758 §5.4.
 */
import { assert } from '../assert.ts';
import type { Bundle } from '../bundle/bundle.ts';
import { BLOCK_FLAG, BLOCK_TYPE, type CanonicalBlock } from '../bundle/canonical-block.ts';
import { dtnTimeMs } from '../bundle/dtn-time.ts';
import { isLocalNode, isNullEid } from '../bundle/eid.ts';
import { decodeBundleAge, decodeHopCount, decodeTrafficClass } from '../bundle/extension-blocks.ts';
import type { PrimaryBlock } from '../bundle/primary-block.ts';
import { securedBlocks } from '../bundle/secured-blocks.ts';
import { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_MS } from '../machine.ts';
import type { TrafficClass } from '../traffic-class.ts';
import type { DeletionReason } from './contract.ts';

/** The facts in a bundle's extension blocks, and whether it must go at once. */
export interface Inspection {
  /** `normal` when the bundle does not say; the block is of the private range. */
  readonly trafficClass: TrafficClass;
  /** 0 when the bundle does not count them. */
  readonly hops: number;
  /** Undefined when the bundle carries no age. */
  readonly ageMs: number | undefined;
  /** Why it may not be taken. */
  readonly deletion: DeletionReason | undefined;
  /** Whether it has a block that is unknown here and asks to tell so (flag 0x02). */
  readonly reportsUnsupported: boolean;
  /** Whether it has a block that must be taken out before it is kept (flag 0x10). */
  readonly discards: boolean;
}

/** Looks through the blocks; one that is encrypted says nothing here. */
export function inspect(bundle: Bundle): Inspection {
  const { encrypted } = securedBlocks(bundle.blocks);
  let trafficClass: TrafficClass = 1;
  let hops = 0;
  let ageMs: number | undefined;
  let deletion: DeletionReason | undefined = namesLocalNode(bundle.primary)
    ? 'local-node-eid'
    : undefined;
  let reportsUnsupported = false;
  let discards = false;
  for (const block of bundle.blocks) {
    if (!isSupported(block)) {
      reportsUnsupported ||= (block.flags & BLOCK_FLAG.reportIfUnprocessed) !== 0;
      if ((block.flags & BLOCK_FLAG.deleteBundleIfUnprocessed) !== 0) {
        deletion ??= 'block-unsupported';
      }
      discards ||= mustDiscard(block);
    } else if (!encrypted.has(block.number)) {
      trafficClass = classOf(block) ?? trafficClass;
      if (block.type === BLOCK_TYPE.hopCount) {
        const { limit, count } = read(decodeHopCount(block.data));
        hops = count;
        if (count > limit) deletion ??= 'hop-limit-exceeded';
      } else if (block.type === BLOCK_TYPE.bundleAge) ageMs = read(decodeBundleAge(block.data));
    }
  }
  // Only now: blocks are processed on reception, the destination is looked at to send it on.
  if (isNullEid(bundle.primary.destination)) deletion ??= 'destination-unavailable';
  return { trafficClass, hops, ageMs, deletion, reportsUnsupported, discards };
}

/** The bundle without the blocks that ask to be taken out where they are unknown (§5.6 step 4). */
export function withoutDiscards(bundle: Bundle): Bundle {
  const blocks = bundle.blocks.filter((block) => isSupported(block) || !mustDiscard(block));
  return { primary: bundle.primary, blocks };
}

/**
 * The first instant at which the bundle's age exceeds its lifetime: by the clock when the source
 * had one and this node has one too, else by the age it carries, or by its stay here when it
 * carries none (RFC 9171 §5.5).
 */
export function expiryOf(
  primary: PrimaryBlock,
  ageMs: number | undefined,
  epochUnixMs: number | undefined,
  now: Instant,
): Instant {
  const { lifetimeMs } = primary;
  const creationTimeMs = Number(primary.creationTimeMs);
  const isTimed = creationTimeMs !== 0 && epochUnixMs !== undefined;
  const leftMs = isTimed
    ? lifetimeMs + creationTimeMs - dtnTimeMs(epochUnixMs, 0)
    : lifetimeMs - (ageMs ?? 0);
  const from = isTimed ? 0 : now;
  return Math.min(from + leftMs * MICROSECONDS_PER_MS + 1, Number.MAX_SAFE_INTEGER);
}

/** Such a bundle may not leave the node that made it, not even in what reports on it would say. */
function namesLocalNode({ source, destination, reportTo }: PrimaryBlock): boolean {
  return isLocalNode(source) || isLocalNode(destination) || isLocalNode(reportTo);
}

function isSupported(block: CanonicalBlock): boolean {
  return SUPPORTED.has(block.type) || classOf(block) !== undefined;
}

/** The class that the block tells; undefined for a block of another type, or somebody else's. */
function classOf({ type, data }: CanonicalBlock): TrafficClass | undefined {
  if (type !== BLOCK_TYPE.trafficClass) return undefined;
  const value = decodeTrafficClass(data);
  return value instanceof Fault ? undefined : value;
}

function mustDiscard(block: CanonicalBlock): boolean {
  return (block.flags & BLOCK_FLAG.discardIfUnprocessed) !== 0;
}

function read<T>(value: T | Fault): T {
  assert(!(value instanceof Fault), 'the codec has read what is in clear');
  return value;
}

const SUPPORTED: ReadonlySet<number> = new Set([
  BLOCK_TYPE.payload,
  BLOCK_TYPE.previousNode,
  BLOCK_TYPE.bundleAge,
  BLOCK_TYPE.hopCount,
  BLOCK_TYPE.integrity,
  BLOCK_TYPE.confidentiality,
]);
