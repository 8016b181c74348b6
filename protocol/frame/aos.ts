/**
 * AOS transfer frame, of fixed length.
 *
 *   | 0..1 | 2..9 | 10..15 | 16..39 | 40 | 41 | 42..43 | 44..47 | [48..63]      |
 *   |  01  | SCID |  VCID  | count  | R  | C  | SCID   | cycle  | header check  |
 *
 *   primary header (6 or 8) | [insert zone] | data field | [OCF, 4] | [FECF, 2]
 *
 * R: replay. C: the cycle is in use. Bits 42 and 43 are the two high bits of the SCID; before
 * edition B-4 they were spare. Source: CCSDS 732.0-B-4 §4.1.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { aosHeaderCheck, correctAosHeader } from './aos-header-code.ts';
import { fecfHolds } from './fecf.ts';
import { draftFrame, type FrameDraft, OCF_OCTETS, trailerOctets } from './frame-draft.ts';
import type { PointerValues } from './packet-zone.ts';

/** What both ends of a physical channel agree on. Source: CCSDS 732.0-B-4 §5. */
export interface AosParameters {
  /** 10 bits; below 256 towards peers of an older edition. */
  readonly scid: number;
  /** The octets of every frame. */
  readonly frameOctets: number;
  readonly headerErrorControl: boolean;
  readonly insertZoneOctets: number;
  readonly ocf: boolean;
  readonly fecf: boolean;
}

/** The fields of the primary header but the header check. */
export interface AosHeader {
  readonly scid: number;
  /** 6 bits; 63 is reserved for frames of only idle data. */
  readonly vcid: number;
  /** 24 bits. */
  readonly vcFrameCount: number;
  readonly replay: boolean;
  /** Whether `cycle`, 4 bits, extends the count to 28 bits. */
  readonly cycleUse: boolean;
  readonly cycle: number;
}

/** A received frame whose header and checks are good. The octet fields are views. */
export interface AosFrame {
  readonly header: AosHeader;
  /** Everything before the data field. */
  readonly prefix: Uint8Array;
  readonly insertZone: Uint8Array;
  /** The data field, SDLS-protected or not. Never empty. */
  readonly data: Uint8Array;
  readonly ocf: Uint8Array | undefined;
}

/**
 * Checks a whole frame and shows its parts: as views of `octets`, or of a corrected copy where the
 * header error control had something to correct; the FECF is then that of the corrected frame. The
 * data of a frame on `OID_VCID` are to be discarded; its insert zone and OCF are as good as any.
 */
export function decodeAosFrame(octets: Uint8Array, managed: AosParameters): AosFrame | Fault {
  if (octets.length < HEADER_OCTETS) return SHORT;
  if (octets.length !== managed.frameOctets) return LENGTH;
  const frame = managed.headerErrorControl ? correctedFrame(octets) : octets;
  if (frame instanceof Fault) return frame;
  const header = decodeAosHeader(frame);
  if (header instanceof Fault) return header;
  if (header.scid !== managed.scid) return SCID;
  const zoneAt = headerOctets(managed);
  const dataAt = zoneAt + managed.insertZoneOctets;
  const dataEnd = frame.length - trailerOctets(managed.ocf, managed.fecf);
  if (dataEnd <= dataAt) return NO_DATA;
  if (managed.fecf && !fecfHolds(frame)) return FECF;
  return {
    header,
    prefix: frame.subarray(0, dataAt),
    insertZone: frame.subarray(zoneAt, dataAt),
    data: frame.subarray(dataAt, dataEnd),
    ocf: managed.ocf ? frame.subarray(dataEnd, dataEnd + OCF_OCTETS) : undefined,
  };
}

/** The first six octets of the primary header at the start of `octets`. */
export function decodeAosHeader(octets: Uint8Array): AosHeader | Fault {
  if (octets.length < HEADER_OCTETS) return SHORT;
  if (octets[0]! >> 6 !== VERSION) return VERSION_FAULT;
  const signalling = octets[5]!;
  return {
    scid: ((signalling & SCID_HIGH) << 4) | ((octets[0]! & 63) << 2) | (octets[1]! >> 6),
    vcid: octets[1]! & 63,
    vcFrameCount: (octets[2]! << 16) | (octets[3]! << 8) | octets[4]!,
    replay: (signalling & REPLAY) !== 0,
    cycleUse: (signalling & CYCLE_USE) !== 0,
    cycle: signalling & 15,
  };
}

/**
 * A frame of the channel, to be filled (`fillFrame`) or sealed (`sealDraft`). The insert zone and
 * the OCF (4 octets) are copied, and there exactly where the channel has them.
 */
export function draftAosFrame(
  header: AosHeader,
  managed: AosParameters,
  insertZone?: Uint8Array,
  ocf?: Uint8Array,
): FrameDraft {
  const zoneOctets = insertZone?.length ?? 0;
  assert(header.scid === managed.scid, 'a frame names the spacecraft of its channel');
  assert(zoneOctets === managed.insertZoneOctets, 'the insert zone has its agreed length');
  assert(managed.ocf === (ocf !== undefined), 'the channel tells of the OCF');
  const zoneAt = headerOctets(managed);
  const draft = draftFrame(managed.frameOctets, zoneAt + zoneOctets, ocf, managed.fecf);
  const out = draft.octets;
  encodeAosHeader(header, out);
  if (managed.headerErrorControl) {
    const check = aosHeaderCheck(out[0]!, out[1]!, out[5]!);
    out[6] = check >> 8;
    out[7] = check;
  }
  if (insertZone !== undefined) out.set(insertZone, zoneAt);
  return draft;
}

/** The data field of a virtual channel that carries packets (M_PDU). Source: §4.1.4.2. */
export interface PacketUnit {
  /** Where the first packet starts in the zone; or one of the two values below. */
  readonly firstHeaderPointer: number;
  /** A view, perhaps empty. */
  readonly zone: Uint8Array;
}

/** No packet starts in the zone. */
export const AOS_POINTER_NO_START = 2047;
/** The zone holds only idle data. */
export const AOS_POINTER_ONLY_IDLE = 2046;

/** Both, for packets that run on from frame to frame. */
export const AOS_POINTERS: PointerValues = {
  noStart: AOS_POINTER_NO_START,
  onlyIdle: AOS_POINTER_ONLY_IDLE,
};

/** Reads the clear data field of a frame with packets; `frame.short` or `frame.pointer`. */
export function decodePacketUnit(data: Uint8Array): PacketUnit | Fault {
  if (data.length < PACKET_UNIT_HEADER_OCTETS) return SHORT;
  const firstHeaderPointer = ((data[0]! & 7) << 8) | data[1]!;
  const zone = data.subarray(PACKET_UNIT_HEADER_OCTETS);
  const isOffset = firstHeaderPointer < AOS_POINTER_ONLY_IDLE;
  return isOffset && firstHeaderPointer >= zone.length ? POINTER : { firstHeaderPointer, zone };
}

/** A fresh data field around the zone, which is copied. */
export function encodePacketUnit({ firstHeaderPointer, zone }: PacketUnit): Uint8Array {
  assert(firstHeaderPointer >>> 11 === 0, 'the pointer fits its field');
  const data = new Uint8Array(PACKET_UNIT_HEADER_OCTETS + zone.length);
  data[0] = firstHeaderPointer >> 8;
  data[1] = firstHeaderPointer;
  data.set(zone, PACKET_UNIT_HEADER_OCTETS);
  return data;
}

function encodeAosHeader(header: AosHeader, out: Uint8Array): void {
  const { scid, vcid, vcFrameCount, cycle } = header;
  assert(scid >>> 10 === 0 && vcid >>> 6 === 0, 'the ids fit their fields');
  assert(vcFrameCount >>> 24 === 0 && cycle >>> 4 === 0, 'the counts fit their fields');
  out[0] = (VERSION << 6) | ((scid >> 2) & 63);
  out[1] = (scid << 6) | vcid;
  out[2] = vcFrameCount >> 16;
  out[3] = vcFrameCount >> 8;
  out[4] = vcFrameCount;
  out[5] =
    (header.replay ? REPLAY : 0) |
    (header.cycleUse ? CYCLE_USE : 0) |
    ((scid >> 4) & SCID_HIGH) |
    cycle;
}

function headerOctets(managed: AosParameters): number {
  return managed.headerErrorControl ? CHECKED_HEADER_OCTETS : HEADER_OCTETS;
}

function correctedFrame(octets: Uint8Array): Uint8Array | Fault {
  if (octets.length < CHECKED_HEADER_OCTETS) return SHORT;
  const header = correctAosHeader(octets);
  if (header === undefined) return HEADER_CHECK;
  if (header === octets) return octets;
  const frame = octets.slice();
  frame.set(header);
  return frame;
}

const VERSION = 0b01;
const HEADER_OCTETS = 6;
const CHECKED_HEADER_OCTETS = 8;
const PACKET_UNIT_HEADER_OCTETS = 2;
const REPLAY = 0x80;
const CYCLE_USE = 0x40;
const SCID_HIGH = 0x30;

const SHORT = new Fault('frame', 'short', 'CCSDS 732.0-B-4 4.1');
const VERSION_FAULT = new Fault('frame', 'version', 'CCSDS 732.0-B-4 4.1.2.2');
const SCID = new Fault('frame', 'scid', 'CCSDS 732.0-B-4 4.1.2.2');
const LENGTH = new Fault('frame', 'length', 'CCSDS 732.0-B-4 4.1.1');
const HEADER_CHECK = new Fault('frame', 'header-check', 'CCSDS 732.0-B-4 4.1.2.6');
const POINTER = new Fault('frame', 'pointer', 'CCSDS 732.0-B-4 4.1.4.2');
const NO_DATA = new Fault('frame', 'no-data', 'CCSDS 732.0-B-4 4.1.4');
const FECF = new Fault('frame', 'fecf', 'CCSDS 732.0-B-4 4.1.6');
