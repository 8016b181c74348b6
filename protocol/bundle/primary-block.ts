/**
 * The primary block: who, whither, when and for how long. It never changes on its way.
 *
 *   [7, flags, crcType, destination, source, reportTo, [creationTime, sequence], lifetime,
 *    (fragmentOffset, totalLength)?, crc?]
 *
 * Source: RFC 9171 §4.2.3, §4.3.1.
 */
import { assert } from '../assert.ts';
import { type CborReader, INDEFINITE } from '../bytes/cbor-reader.ts';
import type { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';
import { type CrcType, checkCrc, readCrcType, readFlags, writeCrc } from './block-items.ts';
import { type Eid, readEid, writeEid } from './eid.ts';

/** The values of a primary block, and the octets they came in. */
export interface PrimaryBlock {
  /** Bundle processing control flags, see BUNDLE_FLAG; unassigned ones are kept. */
  readonly flags: number;
  readonly crcType: CrcType;
  readonly destination: Eid;
  readonly source: Eid;
  readonly reportTo: Eid;
  /**
   * DTN time of creation; 0 when the source has no clock. Being part of the identity it is never
   * rounded: a bigint above 2^53 − 1, of which `Number` is good enough for a clock.
   */
  readonly creationTimeMs: number | bigint;
  /** Tells apart the bundles of one source and time; also a bigint only above 2^53 − 1. */
  readonly sequence: number | bigint;
  /** From creation on; one above 2^53 − 1 is read as that, the override §4.3.1 lets a node make. */
  readonly lifetimeMs: number;
  readonly fragment: Fragment | undefined;
  /** The block as it was received, a view; when present it is sent again instead of the values. */
  readonly octets: Uint8Array | undefined;
}

/** Which part of the application data unit the payload is, in octets. */
export interface Fragment {
  readonly offset: number;
  readonly totalLength: number;
}

/** Bundle processing control flags (RFC 9171 §4.2.3). */
export const BUNDLE_FLAG = {
  fragment: 0x1,
  administrativeRecord: 0x2,
  mustNotFragment: 0x4,
  acknowledgmentRequested: 0x20,
  statusTime: 0x40,
  reportReception: 0x4000,
  reportForwarding: 0x10000,
  reportDelivery: 0x20000,
  reportDeletion: 0x40000,
} as const;

/** All flags that ask for status reports. */
export const REPORT_FLAGS =
  BUNDLE_FLAG.reportReception |
  BUNDLE_FLAG.reportForwarding |
  BUNDLE_FLAG.reportDelivery |
  BUNDLE_FLAG.reportDeletion;

/**
 * Reads a primary block and checks its CRC. Faults: those of its parts; `bundle.version`;
 * `bundle.item-count` when the flags and CRC type ask for another number of items;
 * `bundle.timestamp`. A fragment offset or total length above 2^53 − 1 gives `cbor.integer-range`:
 * no payload is that long, and §5.9 adds them up. Sequence, times and flags may use all 64 bits
 * (§4.2.3, §4.2.6, §4.2.7). A sender must not leave out the CRC unless a BIB targets the block
 * (§4.3.1), but many do, so it is tolerated here.
 */
export function readPrimaryBlock(reader: CborReader): PrimaryBlock | Fault {
  const start = reader.offset;
  const items = reader.arrayHead();
  if (items instanceof Fault) return items;
  const version = reader.uint();
  if (version instanceof Fault) return version;
  if (version !== VERSION) return WRONG_VERSION;
  const flags = readFlags(reader);
  if (flags instanceof Fault) return flags;
  const crcType = readCrcType(reader);
  if (crcType instanceof Fault) return crcType;
  const fragmented = (flags & BUNDLE_FLAG.fragment) !== 0;
  if (items !== itemCount(fragmented, crcType)) return ITEM_COUNT;
  const destination = readEid(reader);
  if (destination instanceof Fault) return destination;
  const source = readEid(reader);
  if (source instanceof Fault) return source;
  const reportTo = readEid(reader);
  if (reportTo instanceof Fault) return reportTo;
  const pair = reader.arrayHead(true);
  if (pair instanceof Fault) return pair;
  if (pair !== INDEFINITE && pair !== 2) return TIMESTAMP;
  const creationTimeMs = reader.uint64();
  if (creationTimeMs instanceof Fault) return creationTimeMs;
  const sequence = reader.uint64();
  if (sequence instanceof Fault) return sequence;
  if (!reader.endsArray(pair, 2)) return TIMESTAMP;
  const lifetime = reader.uint64();
  if (lifetime instanceof Fault) return lifetime;
  const lifetimeMs = typeof lifetime === 'bigint' ? Number.MAX_SAFE_INTEGER : lifetime;
  const fragment = fragmented ? readFragment(reader) : undefined;
  if (fragment instanceof Fault) return fragment;
  const fault = checkCrc(reader, start, crcType);
  if (fault !== undefined) return fault;
  return {
    flags,
    crcType,
    destination,
    source,
    reportTo,
    creationTimeMs,
    sequence,
    lifetimeMs,
    fragment,
    octets: reader.octets.subarray(start, reader.offset),
  };
}

/** Writes the received octets if there are any, else the values with a fresh CRC. */
export function writePrimaryBlock(writer: CborWriter, block: PrimaryBlock): void {
  if (block.octets !== undefined) {
    writer.raw(block.octets);
    return;
  }
  const { flags, crcType, fragment } = block;
  const flagged = (flags & BUNDLE_FLAG.fragment) !== 0;
  assert(flagged === (fragment !== undefined), 'a fragment is flagged as one');
  const start = writer.length;
  writer.array(itemCount(fragment !== undefined, crcType));
  writer.uint(VERSION).uint(flags).uint(crcType);
  writeEid(writer, block.destination);
  writeEid(writer, block.source);
  writeEid(writer, block.reportTo);
  writer.array(2).uint(block.creationTimeMs).uint(block.sequence).uint(block.lifetimeMs);
  if (fragment !== undefined) writer.uint(fragment.offset).uint(fragment.totalLength);
  writeCrc(writer, start, crcType);
}

function readFragment(reader: CborReader): Fragment | Fault {
  const offset = reader.uint();
  if (offset instanceof Fault) return offset;
  const totalLength = reader.uint();
  if (totalLength instanceof Fault) return totalLength;
  return { offset, totalLength };
}

function itemCount(fragmented: boolean, crcType: CrcType): number {
  return 8 + (fragmented ? 2 : 0) + (crcType === 0 ? 0 : 1);
}

const WRONG_VERSION = new Fault('bundle', 'version', 'RFC 9171 4.3.1');
const ITEM_COUNT = new Fault('bundle', 'item-count', 'RFC 9171 4.3.1');
const TIMESTAMP = new Fault('bundle', 'timestamp', 'RFC 9171 4.2.7');

const VERSION = 7;
