/**
 * What primary and canonical blocks have in common: flags, the CRC type, and the CRC that ends a
 * block. Source: RFC 9171 §4.2.1 to §4.2.4.
 */
import type { CborReader } from '../bytes/cbor-reader.ts';
import type { CborWriter } from '../bytes/cbor-writer.ts';
import { crc16X25, crc32c } from '../bytes/crc.ts';
import { Fault } from '../fault.ts';

/** 0 no CRC, 1 CRC-16/X-25, 2 CRC-32C (RFC 9171 §4.2.1). */
export type CrcType = 0 | 1 | 2;

/**
 * Reads processing control flags. All that have a meaning are below bit 21; of a value above
 * 2^53 − 1 only the low 32 bits are given, for unrecognised flags are ignored (RFC 9171 §4.2.3).
 */
export function readFlags(reader: CborReader): number | Fault {
  const flags = reader.uint64();
  return typeof flags === 'bigint' ? Number(BigInt.asUintN(32, flags)) : flags;
}

/** Reads a CRC type; an unknown one gives `bundle.crc-type`. */
export function readCrcType(reader: CborReader): CrcType | Fault {
  const crcType = reader.uint();
  if (crcType instanceof Fault) return crcType;
  return crcType === 0 || crcType === 1 || crcType === 2 ? crcType : CRC_TYPE;
}

/**
 * Reads and checks the CRC of the block that began at `start`, if it has one; `bundle.crc-field`
 * when it is not 2 or 4 octets as its type says, `bundle.crc` when it does not match.
 */
export function checkCrc(reader: CborReader, start: number, crcType: CrcType): Fault | undefined {
  if (crcType === 0) return undefined;
  const field = reader.bytes();
  if (field instanceof Fault) return field;
  const width = field.length;
  if (width !== 2 * crcType) return CRC_FIELD;
  let received = 0;
  // Bounded by the four octets of the wider CRC.
  for (let i = 0; i < width; i++) received = received * 256 + field[i]!;
  const end = reader.offset - width;
  return received === sum(reader.octets, start, end, crcType) ? undefined : CRC;
}

/** Ends the block that began at `start` with its CRC, if it has one. */
export function writeCrc(writer: CborWriter, start: number, crcType: CrcType): void {
  if (crcType === 0) return;
  writer.octet(BYTE_STRING | (2 * crcType));
  const block = writer.since(start);
  const crc = sum(block, 0, block.length, crcType);
  if (crcType === 2) writer.octet(crc >>> 24).octet(crc >>> 16);
  writer.octet(crc >>> 8).octet(crc);
}

/** The CRC of a whole block with its own octets, which come last, cleared (RFC 9171 §4.2.2). */
function sum(octets: Uint8Array, start: number, end: number, crcType: 1 | 2): number {
  return crcType === 1 ? crc16X25(octets, start, end, 2) : crc32c(octets, start, end, 4);
}

const CRC_TYPE = new Fault('bundle', 'crc-type', 'RFC 9171 4.2.1');
const CRC_FIELD = new Fault('bundle', 'crc-field', 'RFC 9171 4.2.2');
const CRC = new Fault('bundle', 'crc', 'RFC 9171 5.6 step 3');

const BYTE_STRING = 0x40;
