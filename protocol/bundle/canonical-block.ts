/**
 * Every block but the primary: payload and extensions.
 *
 *   [type, number, flags, crcType, data as a byte string, crc?]
 *
 * Source: RFC 9171 §4.2.4, §4.3.2.
 */
import type { CborReader } from '../bytes/cbor-reader.ts';
import type { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';
import { type CrcType, checkCrc, readCrcType, readFlags, writeCrc } from './block-items.ts';

/** The values of a block, and the octets they came in. */
export interface CanonicalBlock {
  /** See BLOCK_TYPE. */
  readonly type: number;
  /** Unique in the bundle; the payload's is 1. */
  readonly number: number;
  /** Block processing control flags, see BLOCK_FLAG; unassigned ones are kept. */
  readonly flags: number;
  readonly crcType: CrcType;
  /** The content: of the payload the application data unit, of others CBOR by their type. */
  readonly data: Uint8Array;
  /** The block as it was received, a view; when present it is sent again instead of the values. */
  readonly octets: Uint8Array | undefined;
}

/**
 * Block types (RFC 9171 §9.1, RFC 9172 §11.1); 217 is ours. It lies in the midst of the private
 * range, for others who want an unknown block take the first or the last.
 */
export const BLOCK_TYPE = {
  payload: 1,
  previousNode: 6,
  bundleAge: 7,
  hopCount: 10,
  integrity: 11,
  confidentiality: 12,
  trafficClass: 217,
} as const;

/** Block processing control flags (RFC 9171 §4.2.4). */
export const BLOCK_FLAG = {
  replicateInFragments: 0x01,
  reportIfUnprocessed: 0x02,
  deleteBundleIfUnprocessed: 0x04,
  discardIfUnprocessed: 0x10,
} as const;

/** The block number of every payload (RFC 9171 §4.1). */
export const PAYLOAD_NUMBER = 1;

/**
 * Reads a block and checks its CRC; the data is a view. Faults: those of its parts;
 * `bundle.block-item-count`. A type or number above 2^53 − 1 gives `cbor.integer-range`.
 */
export function readCanonicalBlock(reader: CborReader): CanonicalBlock | Fault {
  const start = reader.offset;
  const items = reader.arrayHead();
  if (items instanceof Fault) return items;
  const type = reader.uint();
  if (type instanceof Fault) return type;
  const number = reader.uint();
  if (number instanceof Fault) return number;
  const flags = readFlags(reader);
  if (flags instanceof Fault) return flags;
  const crcType = readCrcType(reader);
  if (crcType instanceof Fault) return crcType;
  if (items !== itemCount(crcType)) return ITEM_COUNT;
  const data = reader.bytes();
  if (data instanceof Fault) return data;
  const fault = checkCrc(reader, start, crcType);
  if (fault !== undefined) return fault;
  const octets = reader.octets.subarray(start, reader.offset);
  return { type, number, flags, crcType, data, octets };
}

/** Writes the received octets if there are any, else the values with a fresh CRC. */
export function writeCanonicalBlock(writer: CborWriter, block: CanonicalBlock): void {
  if (block.octets !== undefined) {
    writer.raw(block.octets);
    return;
  }
  const { crcType } = block;
  const start = writer.length;
  writer.array(itemCount(crcType));
  writer.uint(block.type).uint(block.number).uint(block.flags).uint(crcType).bytes(block.data);
  writeCrc(writer, start, crcType);
}

function itemCount(crcType: CrcType): number {
  return crcType === 0 ? 5 : 6;
}

const ITEM_COUNT = new Fault('bundle', 'block-item-count', 'RFC 9171 4.3.2');
