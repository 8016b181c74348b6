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
/** The Licklider Transmission Protocol. */
export const PROTOCOL_ID_LTP = 1;
/** The Bundle Protocol. */
export const PROTOCOL_ID_BUNDLE = 4;

/** The packet version number, in the first three bits. */
export const ENCAPSULATION_VERSION = 0b111;

/** The fields of a header but for its version and length. */
export interface EncapsulationFields {
  /** Of the header: which of its forms. */
  readonly headerOctets: 1 | 2 | 4 | 8;
  /** 0 to 7; 6 means that `protocolIdExtension` names the protocol. */
  readonly protocolId: number;
  /** 4 bits; 0 in headers without the field. */
  readonly protocolIdExtension: number;
  /** 4 bits; 0 in headers without the field. */
  readonly userDefined: number;
  /** 16 bits; 0 in headers without the field. */
  readonly ccsdsDefined: number;
}

/** One packet. */
export interface EncapsulationPacket extends EncapsulationFields {
  readonly packetVersion: typeof ENCAPSULATION_VERSION;
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
  writeHeader(protocolId, header, header + dataOctets, out, at);
}

/** A fresh packet around `data`, which is copied, with the shortest header; else as above. */
export function encodeEncapsulation(protocolId: number, data: Uint8Array): Uint8Array {
  const dataAt = encapsulationHeaderOctets(protocolId, data.length);
  const packet = new Uint8Array(dataAt + data.length);
  encodeEncapsulationHeader(protocolId, data.length, packet, 0);
  packet.set(data, dataAt);
  return packet;
}

/**
 * A fresh packet around `data`, which is copied, with a header of the form asked for and all of its
 * fields; a packet decoded comes out as it was.
 */
export function encodeEncapsulationAs(fields: EncapsulationFields, data: Uint8Array): Uint8Array {
  const { headerOctets, protocolId, protocolIdExtension, userDefined, ccsdsDefined } = fields;
  const length = headerOctets + data.length;
  const optional = (userDefined << 4) | protocolIdExtension;
  assert(length <= LENGTHS_MAX[headerOctets], 'the length fits its field');
  assert(headerOctets > 1 || protocolId === PROTOCOL_ID_IDLE, 'all but idle packets say how long');
  assert(headerOctets > 2 || optional === 0, 'the field is in longer headers');
  assert(headerOctets > 4 || ccsdsDefined === 0, 'the field is in the longest header');
  const packet = new Uint8Array(length);
  writeHeader(protocolId, headerOctets, length, packet, 0);
  if (headerOctets > 2) packet[1] = optional;
  if (headerOctets > 4) {
    packet[2] = ccsdsDefined >> 8;
    packet[3] = ccsdsDefined;
  }
  packet.set(data, headerOctets);
  return packet;
}

/**
 * Writes one idle packet over octets[from, to), of one octet at the least; its data are zero. This
 * completes a data zone of fixed length. Source: CCSDS 732.1-B-3 §4.1.4.3.4.
 */
export function writeIdlePacket(octets: Uint8Array, from: number, to: number): void {
  const length = to - from;
  assert(length >= 1, 'an idle packet has an octet');
  octets.fill(0, from, to);
  const header = length === 1 ? 1 : length <= 0xff ? 2 : length <= 0xffff ? 4 : 8;
  writeHeader(PROTOCOL_ID_IDLE, header, length, octets, from);
}

function writeHeader(id: number, header: number, length: number, out: Uint8Array, at: number) {
  out[at] = (ENCAPSULATION_VERSION << 5) | (id << 2) | (31 - Math.clz32(header));
  // The length ends the header; fields between are zero. Bounded by seven.
  for (let i = 1, rest = length; i < header; i++, rest >>>= 8) out[at + header - i] = rest;
}

/** The packet that starts at `octets[at]`; `more` when the octets end before the packet does. */
export function decodeEncapsulation(
  octets: Uint8Array,
  at: number,
): EncapsulationPacket | Fault | 'more' {
  const length = encapsulationOctets(octets, at);
  if (length === 'more' || length instanceof Fault) return length;
  const end = at + length;
  if (end > octets.length) return 'more';
  const header = (1 << (octets[at]! & 3)) as EncapsulationFields['headerOctets'];
  const fields = header >= 4 ? octets[at + 1]! : 0;
  return {
    packetVersion: ENCAPSULATION_VERSION,
    headerOctets: header,
    protocolId: (octets[at]! >> 2) & 7,
    protocolIdExtension: fields & 15,
    userDefined: fields >> 4,
    ccsdsDefined: header === 8 ? (octets[at + 2]! << 8) | octets[at + 3]! : 0,
    data: octets.subarray(at + header, end),
    end,
  };
}

/**
 * How long the packet at `octets[at]` says that it is, header included; `more` when its header is
 * not all there. Faults: `packet.version`, `length-of-length`, `length`.
 */
export function encapsulationOctets(octets: Uint8Array, at: number): number | Fault | 'more' {
  if (at >= octets.length) return 'more';
  const first = octets[at]!;
  if (first >> 5 !== ENCAPSULATION_VERSION) return VERSION_FAULT;
  const lengthOfLength = first & 3;
  if (lengthOfLength === 0 && first >> 2 !== IDLE_FIRST_BITS) return NO_LENGTH;
  const header = 1 << lengthOfLength;
  if (at + header > octets.length) return 'more';
  const length = packetLength(octets, at, header);
  return length < header ? LENGTH : length;
}

/** The length field, which is the last quarter, half or all but one octet of the header. */
function packetLength(octets: Uint8Array, at: number, header: number): number {
  if (header === 1) return 1;
  let length = 0;
  // Bounded by four.
  for (let i = header >> 1; i < header; i++) length = length * 256 + octets[at + i]!;
  return length;
}

const EXTENDED = 6;
/** The longest packet by the octets of its header. */
const LENGTHS_MAX = { 1: 1, 2: 0xff, 4: 0xffff, 8: 0xffff_ffff } as const;
const IDLE_FIRST_BITS = (ENCAPSULATION_VERSION << 3) | PROTOCOL_ID_IDLE;

const VERSION_FAULT = new Fault('packet', 'version', 'CCSDS 133.1-B-3 4.1.2.2');
const NO_LENGTH = new Fault('packet', 'length-of-length', 'CCSDS 133.1-B-3 4.1.2.4');
const LENGTH = new Fault('packet', 'length', 'CCSDS 133.1-B-3 4.1.2.8');
