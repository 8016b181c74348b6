/**
 * Telemetry transfer frame, of fixed length.
 *
 *   | 0..1 | 2..11 | 12..14 | 15 | 16..23 | 24..31 | 32 | 33 | 34 | 35..36 | 37..47 |
 *   |  00  | SCID  |  VCID  | O  | MC cnt | VC cnt | S  | Y  | P  |  seg.  |  FHP   |
 *
 *   primary header (6) | [secondary header, 2–64] | data field | [OCF, 4] | [FECF, 2]
 *
 * O: an OCF follows. S: a secondary header follows. Y: the data are not packets. Source: CCSDS
 * 132.0-B-3 §4.1.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { fecfHolds } from './fecf.ts';
import { draftFrame, type FrameDraft, OCF_OCTETS, trailerOctets } from './frame-draft.ts';
import type { PointerValues } from './packet-zone.ts';

/** What both ends of a physical channel agree on. Source: CCSDS 132.0-B-3 §5. */
export interface TmParameters {
  /** 10 bits. */
  readonly scid: number;
  /** The octets of every frame, at most 2048. */
  readonly frameOctets: number;
  readonly fecf: boolean;
}

/** The fields of the primary header. */
export interface TmHeader {
  readonly scid: number;
  /** 3 bits. */
  readonly vcid: number;
  readonly ocf: boolean;
  /** Modulo 256, over all virtual channels. */
  readonly mcFrameCount: number;
  /** Modulo 256. */
  readonly vcFrameCount: number;
  readonly secondaryHeader: boolean;
  /** False: packets. True: a virtual channel access SDU; the three fields below mean nothing. */
  readonly synchronisation: boolean;
  readonly packetOrder: boolean;
  /** 3 where the data are packets. */
  readonly segmentLengthId: number;
  /** Where the first packet starts in the data field; or one of the two values below. */
  readonly firstHeaderPointer: number;
}

/** No packet starts in the data field. */
export const TM_POINTER_NO_START = 2047;
/** The data field holds only idle data. */
export const TM_POINTER_ONLY_IDLE = 2046;

/** Both, for packets that run on from frame to frame. */
export const TM_POINTERS: PointerValues = {
  noStart: TM_POINTER_NO_START,
  onlyIdle: TM_POINTER_ONLY_IDLE,
};

/** A received frame whose header and checks are good. The octet fields are views. */
export interface TmFrame {
  readonly header: TmHeader;
  /** Everything before the data field. */
  readonly prefix: Uint8Array;
  /** The data of the secondary header, 1 to 63 octets. */
  readonly secondaryHeader: Uint8Array | undefined;
  /** The data field, SDLS-protected or not. Never empty. */
  readonly data: Uint8Array;
  readonly ocf: Uint8Array | undefined;
}

/** Checks a whole frame and shows its parts as views of `octets`. */
export function decodeTmFrame(octets: Uint8Array, managed: TmParameters): TmFrame | Fault {
  const header = decodeTmHeader(octets);
  if (header instanceof Fault) return header;
  if (header.scid !== managed.scid) return SCID;
  if (octets.length !== managed.frameOctets) return LENGTH;
  let dataAt = HEADER_OCTETS;
  if (header.secondaryHeader) {
    const first = octets[HEADER_OCTETS] ?? 0;
    if (first >> 6 !== SECONDARY_VERSION) return SECONDARY_HEADER;
    dataAt += 1 + (first & 63);
    if (dataAt === HEADER_OCTETS + 1) return SECONDARY_HEADER;
  }
  const dataEnd = octets.length - trailerOctets(header.ocf, managed.fecf);
  if (dataEnd <= dataAt) return NO_DATA;
  if (managed.fecf && !fecfHolds(octets)) return FECF;
  return {
    header,
    prefix: octets.subarray(0, dataAt),
    secondaryHeader: header.secondaryHeader
      ? octets.subarray(HEADER_OCTETS + 1, dataAt)
      : undefined,
    data: octets.subarray(dataAt, dataEnd),
    ocf: header.ocf ? octets.subarray(dataEnd, dataEnd + OCF_OCTETS) : undefined,
  };
}

/** The primary header at the start of `octets`, whatever spacecraft it names. */
export function decodeTmHeader(octets: Uint8Array): TmHeader | Fault {
  if (octets.length < HEADER_OCTETS) return SHORT;
  if (octets[0]! >> 6 !== VERSION) return VERSION_FAULT;
  const status = (octets[4]! << 8) | octets[5]!;
  return {
    scid: (octets[0]! << 4) | (octets[1]! >> 4),
    vcid: (octets[1]! >> 1) & 7,
    ocf: (octets[1]! & 1) !== 0,
    mcFrameCount: octets[2]!,
    vcFrameCount: octets[3]!,
    secondaryHeader: (status & SECONDARY) !== 0,
    synchronisation: (status & SYNCHRONISATION) !== 0,
    packetOrder: (status & PACKET_ORDER) !== 0,
    segmentLengthId: (status >> 11) & 3,
    firstHeaderPointer: status & 2047,
  };
}

/**
 * A frame of the channel, to be filled (`fillFrame`) or sealed (`sealDraft`). The secondary header
 * (1 to 63 octets) and the OCF (4) are copied, and there exactly where the header says so.
 */
export function draftTmFrame(
  header: TmHeader,
  managed: TmParameters,
  secondaryHeader?: Uint8Array,
  ocf?: Uint8Array,
): FrameDraft {
  assert(header.scid === managed.scid, 'a frame names the spacecraft of its channel');
  assert(managed.frameOctets <= FRAME_OCTETS_MAX, 'a frame has at most 2048 octets');
  assert(header.ocf === (ocf !== undefined), 'the header tells of the OCF');
  assert(header.secondaryHeader === (secondaryHeader !== undefined), 'and of the second header');
  const secondaryOctets = secondaryHeader === undefined ? 0 : 1 + secondaryHeader.length;
  const dataAt = HEADER_OCTETS + secondaryOctets;
  const draft = draftFrame(managed.frameOctets, dataAt, ocf, managed.fecf);
  encodeTmHeader(header, draft.octets);
  if (secondaryHeader !== undefined) {
    const { length } = secondaryHeader;
    assert(length >= 1 && length <= 63, 'a secondary header has 1 to 63 octets of data');
    draft.octets[HEADER_OCTETS] = (SECONDARY_VERSION << 6) | length;
    draft.octets.set(secondaryHeader, HEADER_OCTETS + 1);
  }
  return draft;
}

/** Writes the six octets of the primary header at the start of `out`. */
export function encodeTmHeader(header: TmHeader, out: Uint8Array): void {
  const { scid, vcid, segmentLengthId, firstHeaderPointer } = header;
  assert(scid >>> 10 === 0 && vcid >>> 3 === 0, 'the ids fit their fields');
  assert(segmentLengthId >>> 2 === 0 && firstHeaderPointer >>> 11 === 0, 'so do status fields');
  const status =
    (header.secondaryHeader ? SECONDARY : 0) |
    (header.synchronisation ? SYNCHRONISATION : 0) |
    (header.packetOrder ? PACKET_ORDER : 0) |
    (segmentLengthId << 11) |
    firstHeaderPointer;
  out[0] = (VERSION << 6) | (scid >> 4);
  out[1] = (scid << 4) | (vcid << 1) | (header.ocf ? 1 : 0);
  out[2] = header.mcFrameCount;
  out[3] = header.vcFrameCount;
  out[4] = status >> 8;
  out[5] = status;
}

const VERSION = 0b00;
const SECONDARY_VERSION = 0b00;
const HEADER_OCTETS = 6;
const FRAME_OCTETS_MAX = 2048;
const SECONDARY = 0x8000;
const SYNCHRONISATION = 0x4000;
const PACKET_ORDER = 0x2000;

const SHORT = new Fault('frame', 'short', 'CCSDS 132.0-B-3 4.1');
const VERSION_FAULT = new Fault('frame', 'version', 'CCSDS 132.0-B-3 4.1.2.2');
const SCID = new Fault('frame', 'scid', 'CCSDS 132.0-B-3 4.1.2.2');
const LENGTH = new Fault('frame', 'length', 'CCSDS 132.0-B-3 4.1.1');
const SECONDARY_HEADER = new Fault('frame', 'secondary-header', 'CCSDS 132.0-B-3 4.1.3');
const NO_DATA = new Fault('frame', 'no-data', 'CCSDS 132.0-B-3 4.1.4');
const FECF = new Fault('frame', 'fecf', 'CCSDS 132.0-B-3 4.1.6');
