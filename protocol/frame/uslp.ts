/**
 * USLP transfer frame with the normal primary header; of variable length unless the channel has
 * frames of fixed length. Frames with a truncated header are in `uslp-truncated.ts`.
 *
 *   | 0..3 | 4..19 |20 |21..26|27..30|31|32..47 |48|49|50..51|52|53..55|56..     |
 *   | TFVN | SCID  |S/D| VCID |MAP ID|E |LENGTH |B |C | spare|O |  n   |VCF count|
 *   | 1100 |       |   |      |      |0 |total-1|  |  |  00  |  |      |n octets |
 *
 *   primary header (7 + n) | [insert zone] | data field | [OCF, 4] | [FECF, 2]
 *
 * Bit 0 is the highest of its octet and travels first. Source: CCSDS 732.1-B-3 §4.1.
 */
import { assert } from '../assert.ts';
import { briefOctets } from '../bytes/slab.ts';
import { Fault } from '../fault.ts';
import { FECF_OCTETS, fecfHolds, writeFecf } from './fecf.ts';
import { OCF_OCTETS, OID_VCID } from './frame-draft.ts';
import type { ManagedParameters } from './managed-parameters.ts';

/** Modulo 256^vcfCountOctets: a bigint only from 2^53 on, where a number loses its low bits. */
export type VcfCount = number | bigint;

/** The fields of the normal primary header. Source: CCSDS 732.1-B-3 §4.1.2. */
export interface FrameHeader {
  /** 16 bits. */
  readonly scid: number;
  /** 0: the SCID names the source; 1: the destination. */
  readonly sourceOrDestination: 0 | 1;
  /** 6 bits; 63 is reserved for frames of only idle data. */
  readonly vcid: number;
  /** 4 bits. */
  readonly mapId: number;
  /** Expedited: the frame passes the receiver's frame acceptance checks by. */
  readonly bypass: boolean;
  /** The frame carries commands to the protocol instead of user data. */
  readonly controlCommand: boolean;
  /** The frame ends with an operational control field. */
  readonly ocf: boolean;
  /** 0 to 7. */
  readonly vcfCountOctets: number;
  /** 0 when it has no octets. */
  readonly vcfCount: VcfCount;
}

/** A received frame whose header and checks are good. The octet fields are views. */
export interface TransferFrame {
  readonly header: FrameHeader;
  /** Everything before the data field: the primary header and the insert zone. */
  readonly prefix: Uint8Array;
  readonly insertZone: Uint8Array | undefined;
  /** The data field: the TFDF, or the SDLS-protected TFDF. Never empty. */
  readonly data: Uint8Array;
  readonly ocf: Uint8Array | undefined;
}

/** Fields that few channels have. Views, copied into the frame. */
export interface ExtraFields {
  /** As long as the channel's insert zone is. */
  readonly insertZone?: Uint8Array;
  /** Four octets, where the header announces them. */
  readonly ocf?: Uint8Array;
}

/** Octets of the primary header with a VCF count of so many octets. */
export function headerOctets(vcfCountOctets: number): number {
  return FIXED_HEADER_OCTETS + vcfCountOctets;
}

/** Room for the TFDF in a clear frame without an OCF. */
export function clearTfdfOctetsMax(managed: ManagedParameters): number {
  return managed.frameOctetsMax - dataOffset(managed) - fecfOctets(managed);
}

/** Where the data field of the channel's frames starts. */
export function dataOffset(managed: ManagedParameters): number {
  return headerOctets(managed.vcfCountOctets) + (managed.insertZoneOctets ?? 0);
}

/** The VCF count after `vcfCount`. Source: CCSDS 732.1-B-3 §4.1.2.12. */
export function followingCount(vcfCount: VcfCount, vcfCountOctets: number): VcfCount {
  if (vcfCount < Number.MAX_SAFE_INTEGER) return (Number(vcfCount) + 1) % 256 ** vcfCountOctets;
  const following = BigInt.asUintN(8 * vcfCountOctets, BigInt(vcfCount) + 1n);
  return following > Number.MAX_SAFE_INTEGER ? following : Number(following);
}

/**
 * Checks a whole frame and shows its parts as views of `octets`. The checks and their order are
 * those of CCSDS 732.1-B-3 §4.3.11; extra octets are an error, for one datagram is one frame. The
 * data of a frame on `OID_VCID` are to be discarded; its OCF is as good as any.
 */
export function decodeFrame(octets: Uint8Array, managed: ManagedParameters): TransferFrame | Fault {
  const header = decodeHeader(octets);
  if (header instanceof Fault) return header;
  if (header.scid !== managed.scid) return SCID;
  const isFixed = managed.fixedLength === true;
  if (header.vcid === OID_VCID && !isFixed) return UNSUPPORTED_OID;
  if (header.controlCommand && managed.controlCommands !== true) return UNSUPPORTED_CONTROL;
  if (header.ocf && managed.ocf !== true) return UNSUPPORTED_OCF;
  if (header.vcfCountOctets !== managed.vcfCountOctets) return VCF_COUNT_LENGTH;
  if (octets.length > managed.frameOctetsMax) return TOO_LONG;
  if (octets.length !== frameLength(octets)) return LENGTH;
  if (isFixed && octets.length !== managed.frameOctetsMax) return LENGTH;
  const dataAt = dataOffset(managed);
  const ocfAt = octets.length - fecfOctets(managed) - (header.ocf ? OCF_OCTETS : 0);
  if (ocfAt <= dataAt) return NO_DATA;
  if (managed.fecf && !fecfHolds(octets)) return FECF;
  const { insertZoneOctets = 0 } = managed;
  return {
    header,
    prefix: octets.subarray(0, dataAt),
    insertZone:
      insertZoneOctets === 0 ? undefined : octets.subarray(dataAt - insertZoneOctets, dataAt),
    data: octets.subarray(dataAt, ocfAt),
    ocf: header.ocf ? octets.subarray(ocfAt, ocfAt + OCF_OCTETS) : undefined,
  };
}

/** The primary header at the start of `octets`, whatever channel it belongs to. */
export function decodeHeader(octets: Uint8Array): FrameHeader | Fault {
  if (octets.length < TRUNCATED_HEADER_OCTETS) return SHORT;
  if (octets[0]! >> 4 !== USLP_VERSION) return VERSION_FAULT;
  if ((octets[3]! & 1) === 1) return UNSUPPORTED_TRUNCATED;
  if (octets.length < FIXED_HEADER_OCTETS) return SHORT;
  const flags = octets[6]!;
  if ((flags & BYPASS_AND_CONTROL) === CONTROL) return RESERVED_FLAGS;
  if ((flags & SPARE) !== 0) return SPARE_BITS;
  const vcfCountOctets = flags & 7;
  if (octets.length < headerOctets(vcfCountOctets)) return SHORT;
  return {
    scid: ((octets[0]! & 15) << 12) | (octets[1]! << 4) | (octets[2]! >> 4),
    sourceOrDestination: ((octets[2]! >> 3) & 1) as 0 | 1,
    vcid: ((octets[2]! & 7) << 3) | (octets[3]! >> 5),
    mapId: (octets[3]! >> 1) & 15,
    bypass: (flags & BYPASS) !== 0,
    controlCommand: (flags & CONTROL) !== 0,
    ocf: (flags & OCF) !== 0,
    vcfCountOctets,
    vcfCount: readCount(octets, vcfCountOctets),
  };
}

/** A fresh clear frame around a TFDF, which is copied. */
export function encodeFrame(
  header: FrameHeader,
  tfdf: Uint8Array,
  managed: ManagedParameters,
  extra: ExtraFields = NO_EXTRA,
): Uint8Array {
  const frame = beginFrame(header, tfdf.length, managed, extra);
  frame.set(tfdf, dataOffset(managed));
  endFrame(frame, managed);
  return frame;
}

/**
 * A fresh frame with its primary header and extra fields, room for so many octets of data, and its
 * FECF unset.
 */
export function beginFrame(
  header: FrameHeader,
  dataOctets: number,
  managed: ManagedParameters,
  extra: ExtraFields = NO_EXTRA,
): Uint8Array {
  const { insertZone, ocf } = extra;
  const ocfAt = dataOffset(managed) + dataOctets;
  const size = ocfAt + (ocf === undefined ? 0 : OCF_OCTETS) + fecfOctets(managed);
  assert(dataOctets > 0 && size <= managed.frameOctetsMax, 'the data fit a frame');
  assert(managed.fixedLength !== true || size === managed.frameOctetsMax, 'and fill a fixed one');
  assert(header.scid === managed.scid, 'a frame names the spacecraft of its channel');
  assert(header.vcfCountOctets === managed.vcfCountOctets, 'a count has its agreed length');
  assert(header.ocf === (ocf?.length === OCF_OCTETS), 'the header announces the OCF');
  assert((insertZone?.length ?? 0) === (managed.insertZoneOctets ?? 0), 'an agreed insert zone');
  const frame = briefOctets(size);
  encodeHeader(header, size, frame);
  if (insertZone !== undefined) frame.set(insertZone, headerOctets(header.vcfCountOctets));
  if (ocf !== undefined) frame.set(ocf, ocfAt);
  return frame;
}

/** Sets the FECF, where the channel has one, after everything before it is in place. */
export function endFrame(frame: Uint8Array, managed: ManagedParameters): void {
  if (managed.fecf) writeFecf(frame);
}

/** Writes the primary header of a frame of `frameOctets` octets at the start of `out`. */
export function encodeHeader(header: FrameHeader, frameOctets: number, out: Uint8Array): void {
  const { scid, vcid, mapId, vcfCountOctets } = header;
  assert(scid >>> 16 === 0 && vcid >>> 6 === 0 && mapId >>> 4 === 0, 'the ids fit their fields');
  assert(frameOctets <= 65536, 'a frame has at most 65536 octets');
  assert(header.bypass || !header.controlCommand, 'a control command bypasses');
  out[0] = (USLP_VERSION << 4) | (scid >> 12);
  out[1] = scid >> 4;
  out[2] = (scid << 4) | (header.sourceOrDestination << 3) | (vcid >> 3);
  out[3] = (vcid << 5) | (mapId << 1);
  out[4] = (frameOctets - 1) >> 8;
  out[5] = frameOctets - 1;
  out[6] =
    (header.bypass ? BYPASS : 0) |
    (header.controlCommand ? CONTROL : 0) |
    (header.ocf ? OCF : 0) |
    vcfCountOctets;
  writeCount(header.vcfCount, vcfCountOctets, out);
}

/** Up to six octets fit a number; the seventh may not. */
function readCount(octets: Uint8Array, vcfCountOctets: number): VcfCount {
  let count = 0;
  const numberOctets = Math.min(vcfCountOctets, COUNT_OCTETS_MAX - 1);
  // Bounded by six.
  for (let i = 0; i < numberOctets; i++) count = count * 256 + octets[FIXED_HEADER_OCTETS + i]!;
  if (vcfCountOctets < COUNT_OCTETS_MAX) return count;
  const last = octets[FIXED_HEADER_OCTETS + COUNT_OCTETS_MAX - 1]!;
  return count < 2 ** 45 ? count * 256 + last : (BigInt(count) << 8n) | BigInt(last);
}

function writeCount(count: VcfCount, vcfCountOctets: number, out: Uint8Array): void {
  let at = FIXED_HEADER_OCTETS + vcfCountOctets - 1;
  let rest = count;
  if (typeof rest === 'bigint') {
    out[at--] = Number(rest & 0xffn);
    rest = Number(rest >> 8n);
  }
  // Bounded by seven. The count may pass 2^32, so no shifts.
  for (; at >= FIXED_HEADER_OCTETS; at--) {
    out[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function frameLength(octets: Uint8Array): number {
  return ((octets[4]! << 8) | octets[5]!) + 1;
}

function fecfOctets(managed: ManagedParameters): number {
  return managed.fecf ? FECF_OCTETS : 0;
}

/** The transfer frame version number. Source: CCSDS 732.1-B-3 §4.1.2.2. */
export const USLP_VERSION = 0b1100;

const TRUNCATED_HEADER_OCTETS = 4;
const FIXED_HEADER_OCTETS = 7;
const COUNT_OCTETS_MAX = 7;
const NO_EXTRA: ExtraFields = {};
const BYPASS = 0x80;
const CONTROL = 0x40;
const BYPASS_AND_CONTROL = BYPASS | CONTROL;
const SPARE = 0x30;
const OCF = 0x08;

const SHORT = new Fault('frame', 'short', 'CCSDS 732.1-B-3 4.3.11.3 a');
const VERSION_FAULT = new Fault('frame', 'version', 'CCSDS 732.1-B-3 4.1.2.2');
const SCID = new Fault('frame', 'scid', 'CCSDS 732.1-B-3 4.3.11.3 b');
const RESERVED_FLAGS = new Fault('frame', 'reserved-flags', 'CCSDS 732.1-B-3 table 4-1');
const SPARE_BITS = new Fault('frame', 'spare', 'CCSDS 732.1-B-3 4.1.2.9.2');
const VCF_COUNT_LENGTH = new Fault('frame', 'vcf-count-length', 'CCSDS 732.1-B-3 4.1.2.11.4');
const TOO_LONG = new Fault('frame', 'too-long', 'CCSDS 732.1-B-3 5');
const LENGTH = new Fault('frame', 'length', 'CCSDS 732.1-B-3 4.1.2.7');
const NO_DATA = new Fault('frame', 'no-data', 'CCSDS 732.1-B-3 4.1.4');
const FECF = new Fault('frame', 'fecf', 'CCSDS 732.1-B-3 4.3.11.3 e');
const UNSUPPORTED_TRUNCATED = new Fault(
  'frame',
  'unsupported-truncated',
  'CCSDS 732.1-B-3 annex D',
);
const UNSUPPORTED_OID = new Fault('frame', 'unsupported-oid', 'CCSDS 732.1-B-3 4.1.4.1.5');
const UNSUPPORTED_CONTROL = new Fault('frame', 'unsupported-control', 'CCSDS 732.1-B-3 table 4-1');
const UNSUPPORTED_OCF = new Fault('frame', 'unsupported-ocf', 'CCSDS 732.1-B-3 4.1.5');
