/**
 * Space Packet: what ground systems and instruments speak.
 *
 *   | 0..2 | 3 | 4 | 5..15 | 16..17 |   18..31    |  32..47   | 48..       |
 *   | 000  | T | S | APID  | flags  | count, name | octets −1 | data field |
 *
 * T: telecommand. S: a secondary header starts the data field. The length counts the data field
 * alone. Source: CCSDS 133.0-B-2 §4.1.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';

/** Which part of a segmented unit a packet holds. */
export type SequenceFlags =
  | typeof SEQUENCE_CONTINUATION
  | typeof SEQUENCE_FIRST
  | typeof SEQUENCE_LAST
  | typeof SEQUENCE_WHOLE;

/** Neither the first segment nor the last. */
export const SEQUENCE_CONTINUATION = 0b00;
/** The first segment. */
export const SEQUENCE_FIRST = 0b01;
/** The last segment. */
export const SEQUENCE_LAST = 0b10;
/** Unsegmented user data. */
export const SEQUENCE_WHOLE = 0b11;

/** The APID of idle packets, which the receiver discards. */
export const APID_IDLE = 2047;

/** The packet version number, in the first three bits. */
export const SPACE_PACKET_VERSION = 0b000;

/** Octets of the primary header. */
const SPACE_PACKET_HEADER_OCTETS = 6;

/** The fields of the primary header but the version and the length. */
export interface SpacePacketHeader {
  readonly telecommand: boolean;
  /** Whether the data field starts with a secondary header; never so in an idle packet. */
  readonly secondaryHeader: boolean;
  /** 11 bits; `APID_IDLE` marks an idle packet. */
  readonly apid: number;
  readonly sequenceFlags: SequenceFlags;
  /** Modulo 16384, per APID; telecommand packets may carry a name in its place. */
  readonly sequenceCount: number;
}

/** One packet. */
export interface SpacePacket {
  readonly packetVersion: typeof SPACE_PACKET_VERSION;
  readonly header: SpacePacketHeader;
  /** A view of 1 to 65536 octets. */
  readonly data: Uint8Array;
  /** Where the packet ends in the octets it was read from. */
  readonly end: number;
}

/**
 * The packet that starts at `octets[at]`; `packet.version`, or `more` when the octets end before
 * the packet does.
 */
export function decodeSpacePacket(octets: Uint8Array, at: number): SpacePacket | Fault | 'more' {
  const length = spacePacketOctets(octets, at);
  if (length === 'more' || length instanceof Fault) return length;
  const end = at + length;
  if (end > octets.length) return 'more';
  const header = decodeSpacePacketHeader(octets, at);
  const data = octets.subarray(at + SPACE_PACKET_HEADER_OCTETS, end);
  return { packetVersion: SPACE_PACKET_VERSION, header, data, end };
}

/**
 * How long the packet at `octets[at]` says that it is, header included: 7 to 65542 octets; `more`
 * when its header is not all there. Fault: `packet.version`.
 */
export function spacePacketOctets(octets: Uint8Array, at: number): number | Fault | 'more' {
  if (at < octets.length && octets[at]! >> 5 !== SPACE_PACKET_VERSION) return VERSION_FAULT;
  if (at + SPACE_PACKET_HEADER_OCTETS > octets.length) return 'more';
  return SPACE_PACKET_HEADER_OCTETS + ((octets[at + 4]! << 8) | octets[at + 5]!) + 1;
}

/** The primary header at `octets[at]`, of which six octets must be there, of version 000. */
export function decodeSpacePacketHeader(octets: Uint8Array, at: number): SpacePacketHeader {
  return {
    telecommand: (octets[at]! & TELECOMMAND) !== 0,
    secondaryHeader: (octets[at]! & SECONDARY_HEADER) !== 0,
    apid: ((octets[at]! & 7) << 8) | octets[at + 1]!,
    sequenceFlags: (octets[at + 2]! >> 6) as SequenceFlags,
    sequenceCount: ((octets[at + 2]! & 63) << 8) | octets[at + 3]!,
  };
}

/** Writes the primary header of a packet of so many octets of data, 1 to 65536, at `out[at]`. */
export function encodeSpacePacketHeader(
  header: SpacePacketHeader,
  dataOctets: number,
  out: Uint8Array,
  at: number,
): void {
  const { apid, sequenceCount } = header;
  assert(dataOctets >= 1 && dataOctets <= 65536, 'a space packet has 1 to 65536 octets of data');
  assert(apid >= 0 && apid <= APID_IDLE, 'an APID has 11 bits');
  assert(apid !== APID_IDLE || !header.secondaryHeader, 'idle packets have no secondary header');
  assert(sequenceCount >= 0 && sequenceCount < COUNT_MODULUS, 'a sequence count has 14 bits');
  out[at] =
    (header.telecommand ? TELECOMMAND : 0) |
    (header.secondaryHeader ? SECONDARY_HEADER : 0) |
    (apid >> 8);
  out[at + 1] = apid;
  out[at + 2] = (header.sequenceFlags << 6) | (sequenceCount >> 8);
  out[at + 3] = sequenceCount;
  out[at + 4] = (dataOctets - 1) >> 8;
  out[at + 5] = dataOctets - 1;
}

/** A fresh packet around `data`, which is copied. */
export function encodeSpacePacket(header: SpacePacketHeader, data: Uint8Array): Uint8Array {
  const packet = new Uint8Array(SPACE_PACKET_HEADER_OCTETS + data.length);
  encodeSpacePacketHeader(header, data.length, packet, 0);
  packet.set(data, SPACE_PACKET_HEADER_OCTETS);
  return packet;
}

/**
 * The sequence counts last seen, by APID. A gap is a remark about the packets before, not about
 * the one that shows it, which is good. Bounded by the 2047 APIDs.
 * Source: CCSDS 133.0-B-2 §4.1.3.4.
 */
export class SequenceCounts {
  readonly #last = new Int32Array(APID_IDLE).fill(NEVER);

  /**
   * Takes the header of the next packet received; how many counts were skipped since the packet
   * before of the same APID: 0 to 16383. A repeated count shows as 16383. Idle packets and the
   * first packet of an APID skip none.
   */
  skippedBefore({ apid, sequenceCount }: SpacePacketHeader): number {
    if (apid === APID_IDLE) return 0;
    const last = this.#last[apid]!;
    this.#last[apid] = sequenceCount;
    return last === NEVER ? 0 : (sequenceCount - last - 1 + COUNT_MODULUS) % COUNT_MODULUS;
  }
}

const TELECOMMAND = 0x10;
const SECONDARY_HEADER = 0x08;
const COUNT_MODULUS = 16384;
const NEVER = -1;

const VERSION_FAULT = new Fault('packet', 'version', 'CCSDS 133.0-B-2 4.1.3.2');
