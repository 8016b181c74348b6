/**
 * Encapsulation Packet: how bundles and other protocols' data travel in frames.
 *
 *   | 0..2 | 3..5 | 6..7 |                                              |
 *   | 111  |  id  |  00  |  1 octet: the idle packet, id 0              |
 *   |      |      |  01  | length 8                        |  2 octets  |
 *   |      |      |  10  | user 4, extension 4, length 16  |  4 octets  |
 *   |      |      |  11  | the same, CCSDS 16, length 32   |  8 octets  |
 *
 * The length counts the whole packet, header included. Source: CCSDS 133.1-B-3 §4.1.2.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';

/** Idle packets are discarded by the receiver. */
export const PROTOCOL_ID_IDLE = 0;
/** The Bundle Protocol. */
export const PROTOCOL_ID_BUNDLE = 4;

/** One packet. */
export interface EncapsulationPacket {
  /** 0 to 7; 6 means that `protocolIdExtension` names the protocol. */
  readonly protocolId: number;
  /** 4 bits; 0 in headers without the field. */
  readonly protocolIdExtension: number;
  /** 4 bits; 0 in headers without the field. */
  readonly userDefined: number;
  /** 16 bits; 0 in headers without the field. */
  readonly ccsdsDefined: number;
  /** A view. */
  readonly data: Uint8Array;
  /** Where the packet ends in the octets it was read from. */
  readonly end: number;
}

/** Octets of the shortest header for so many octets of data. */
export function encapsulationHeaderOctets(protocolId: number, dataOctets: number): 1 | 2 | 4 | 8 {
  if (dataOctets === 0 && protocolId === PROTOCOL_ID_IDLE) return 1;
  if (dataOctets <= 0xff - 2) return 2;
  return dataOctets <= 0xffff - 4 ? 4 : 8;
}

/**
 * Writes the shortest header at `out[at]`; the data follow it. `protocolId` is not the extended
 * one, 6, which needs a field that we do not send.
 */
export function encodeEncapsulationHeader(
  protocolId: number,
  dataOctets: number,
  out: Uint8Array,
  at: number,
): void {
  assert(protocolId >= 0 && protocolId <= 7 && protocolId !== EXTENDED, 'a plain protocol id');
  const header = encapsulationHeaderOctets(protocolId, dataOctets);
  const length = header + dataOctets;
  const lengthOfLength = 31 - Math.clz32(header);
  out[at] = (VERSION << 5) | (protocolId << 2) | lengthOfLength;
  // The length ends the header; fields between are zero. Bounded by seven.
  for (let i = 1, rest = length; i < header; i++, rest >>>= 8) out[at + header - i] = rest;
}

/** The packet that starts at `octets[at]`; `more` when the octets end before the packet does. */
export function decodeEncapsulation(
  octets: Uint8Array,
  at: number,
): EncapsulationPacket | Fault | 'more' {
  if (at >= octets.length) return 'more';
  const first = octets[at]!;
  if (first >> 5 !== VERSION) return VERSION_FAULT;
  const protocolId = (first >> 2) & 7;
  const lengthOfLength = first & 3;
  if (lengthOfLength === 0 && protocolId !== PROTOCOL_ID_IDLE) return NO_LENGTH;
  const header = 1 << lengthOfLength;
  if (at + header > octets.length) return 'more';
  const length = packetLength(octets, at, header);
  if (length < header) return LENGTH;
  const end = at + length;
  if (end > octets.length) return 'more';
  const fields = header >= 4 ? octets[at + 1]! : 0;
  return {
    protocolId,
    protocolIdExtension: fields & 15,
    userDefined: fields >> 4,
    ccsdsDefined: header === 8 ? (octets[at + 2]! << 8) | octets[at + 3]! : 0,
    data: octets.subarray(at + header, end),
    end,
  };
}

/** The length field, which is the last quarter, half or all but one octet of the header. */
function packetLength(octets: Uint8Array, at: number, header: number): number {
  if (header === 1) return 1;
  let length = 0;
  // Bounded by four.
  for (let i = header >> 1; i < header; i++) length = length * 256 + octets[at + i]!;
  return length;
}

const VERSION = 0b111;
const EXTENDED = 6;

const VERSION_FAULT = new Fault('packet', 'version', 'CCSDS 133.1-B-3 4.1.2.2');
const NO_LENGTH = new Fault('packet', 'length-of-length', 'CCSDS 133.1-B-3 4.1.2.4');
const LENGTH = new Fault('packet', 'length', 'CCSDS 133.1-B-3 4.1.2.8');
