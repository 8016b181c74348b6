/**
 * USLP frame with the truncated header: a short command to a spacecraft that is hard to reach.
 *
 *   | 0..3 | 4..19 |20 |21..26|27..30|31|
 *   | TFVN | SCID  |S/D| VCID |MAP ID|E |   primary header (4) | data field
 *   | 1100 |       |   |      |      |1 |
 *
 * Its length is agreed, 6 to 32 octets; it has no insert zone, OCF or FECF, and counts as expedited
 * user data. Source: CCSDS 732.1-B-3 annex D.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { OID_VCID } from './frame-draft.ts';

/** What both ends agree on about a virtual channel with truncated frames. */
export interface TruncatedParameters {
  readonly scid: number;
  /** The octets of every truncated frame, 6 to 32. */
  readonly frameOctets: number;
}

/** The fields of the truncated primary header; they mean what they mean in `FrameHeader`. */
export interface TruncatedHeader {
  readonly scid: number;
  readonly sourceOrDestination: 0 | 1;
  readonly vcid: number;
  readonly mapId: number;
}

/** A received frame. The octet fields are views. */
export interface TruncatedFrame {
  readonly header: TruncatedHeader;
  /** The primary header. */
  readonly prefix: Uint8Array;
  /** The data field, SDLS-protected or not. Never empty. */
  readonly data: Uint8Array;
}

/** Whether the octets start with a truncated header rather than a normal one. */
export function isTruncated(octets: Uint8Array): boolean {
  return octets.length >= HEADER_OCTETS && (octets[3]! & END_OF_HEADER) !== 0;
}

/** Checks a frame for which `isTruncated` holds; extra octets are an error. */
export function decodeTruncatedFrame(
  octets: Uint8Array,
  managed: TruncatedParameters,
): TruncatedFrame | Fault {
  assert(isTruncated(octets), 'a frame with a truncated header');
  if (octets[0]! >> 4 !== VERSION) return VERSION_FAULT;
  const header = decodeTruncatedHeader(octets);
  if (header.scid !== managed.scid) return SCID;
  if (header.vcid === OID_VCID) return OID;
  if (octets.length !== managed.frameOctets) return LENGTH;
  return {
    header,
    prefix: octets.subarray(0, HEADER_OCTETS),
    data: octets.subarray(HEADER_OCTETS),
  };
}

/** A fresh frame, its data field still to be set or sealed from octet 4 on. */
export function beginTruncatedFrame(
  header: TruncatedHeader,
  managed: TruncatedParameters,
): Uint8Array {
  const { scid, vcid, mapId } = header;
  const { frameOctets } = managed;
  assert(frameOctets >= 6 && frameOctets <= 32, 'a truncated frame has 6 to 32 octets');
  assert(scid === managed.scid, 'a frame names the spacecraft of its channel');
  assert(scid >>> 16 === 0 && vcid >>> 6 === 0 && mapId >>> 4 === 0, 'the ids fit their fields');
  const frame = new Uint8Array(frameOctets);
  frame[0] = (VERSION << 4) | (scid >> 12);
  frame[1] = scid >> 4;
  frame[2] = (scid << 4) | (header.sourceOrDestination << 3) | (vcid >> 3);
  frame[3] = (vcid << 5) | (mapId << 1) | END_OF_HEADER;
  return frame;
}

/** The truncated primary header at the start of `octets`, of which four must be there. */
export function decodeTruncatedHeader(octets: Uint8Array): TruncatedHeader {
  return {
    scid: ((octets[0]! & 15) << 12) | (octets[1]! << 4) | (octets[2]! >> 4),
    sourceOrDestination: ((octets[2]! >> 3) & 1) as 0 | 1,
    vcid: ((octets[2]! & 7) << 3) | (octets[3]! >> 5),
    mapId: (octets[3]! >> 1) & 15,
  };
}

const VERSION = 0b1100;
const HEADER_OCTETS = 4;
const END_OF_HEADER = 1;

const VERSION_FAULT = new Fault('frame', 'version', 'CCSDS 732.1-B-3 4.1.2.2');
const SCID = new Fault('frame', 'scid', 'CCSDS 732.1-B-3 4.3.11.3 b');
const OID = new Fault('frame', 'unsupported-oid', 'CCSDS 732.1-B-3 4.1.4.1.5');
const LENGTH = new Fault('frame', 'truncated-length', 'CCSDS 732.1-B-3 4.3.11.3 d 2');
