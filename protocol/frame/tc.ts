/**
 * Telecommand transfer frame, of variable length.
 *
 *   | 0..1 | 2 | 3 | 4..5 | 6..15 | 16..21 |  22..31  | 32..39 |
 *   |  00  | B | C |  00  | SCID  |  VCID  | octets−1 |  N(S)  |
 *
 *   primary header (5) | [segment header, 1] | data field | [FECF, 2]
 *
 * B: bypass. C: control command. Type AD has neither, BD has B, BC has both. Source: CCSDS
 * 232.0-B-4 §4.1.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { FECF_OCTETS, fecfHolds } from './fecf.ts';
import { draftFrame, type FrameDraft } from './frame-draft.ts';
import type { SequenceFlags } from './space-packet.ts';

/** What both ends agree on about a virtual channel. Source: CCSDS 232.0-B-4 §5. */
export interface TcParameters {
  /** 10 bits. */
  readonly scid: number;
  /** The longest frame, at most 1024. */
  readonly frameOctetsMax: number;
  readonly fecf: boolean;
  /** Whether the data of AD and BD frames start with a segment header. */
  readonly segmentHeader: boolean;
}

/** The fields of the primary header but the length. */
export interface TcHeader {
  readonly bypass: boolean;
  readonly controlCommand: boolean;
  readonly scid: number;
  /** 6 bits. */
  readonly vcid: number;
  /** N(S), modulo 256; 0 in frames that bypass. */
  readonly sequenceNumber: number;
}

/** Which part of which MAP's unit a frame holds. Source: CCSDS 232.0-B-4 §4.1.3.2. */
export interface SegmentHeader {
  readonly sequenceFlags: SequenceFlags;
  /** 6 bits. */
  readonly mapId: number;
}

/** A received frame whose header and checks are good. The octet fields are views. */
export interface TcFrame {
  readonly header: TcHeader;
  readonly segmentHeader: SegmentHeader | undefined;
  /** Everything before the data. */
  readonly prefix: Uint8Array;
  /** The data, SDLS-protected or not; the command where the frame is of type BC. Never empty. */
  readonly data: Uint8Array;
}

/** Checks a whole frame and shows its parts as views of `octets`; extra octets are an error. */
export function decodeTcFrame(octets: Uint8Array, managed: TcParameters): TcFrame | Fault {
  if (octets.length < HEADER_OCTETS) return SHORT;
  if (octets[0]! >> 6 !== VERSION) return VERSION_FAULT;
  if (octets.length !== tcFrameOctets(octets)) return LENGTH;
  if (octets.length > managed.frameOctetsMax) return TOO_LONG;
  if ((octets[0]! & SPARE) !== 0) return SPARE_BITS;
  const header = decodeTcHeader(octets);
  if (header.controlCommand && !header.bypass) return RESERVED_FLAGS;
  if (header.scid !== managed.scid) return SCID;
  const isSegment = managed.segmentHeader && !header.controlCommand;
  const dataAt = HEADER_OCTETS + (isSegment ? SEGMENT_HEADER_OCTETS : 0);
  const dataEnd = octets.length - (managed.fecf ? FECF_OCTETS : 0);
  if (dataEnd <= dataAt) return NO_DATA;
  if (managed.fecf && !fecfHolds(octets)) return FECF;
  const segment = octets[HEADER_OCTETS]!;
  return {
    header,
    segmentHeader: isSegment
      ? { sequenceFlags: (segment >> 6) as SequenceFlags, mapId: segment & 63 }
      : undefined,
    prefix: octets.subarray(0, dataAt),
    data: octets.subarray(dataAt, dataEnd),
  };
}

/** How long the frame says that it is, where its first four octets are there. */
export function tcFrameOctets(octets: Uint8Array): number {
  return (((octets[2]! & 3) << 8) | octets[3]!) + 1;
}

/**
 * A frame with room for so many octets of data, to be filled (`fillFrame`) or sealed (`sealDraft`);
 * frames of type BC are never sealed. The segment header is there exactly where the virtual
 * channel has one and the frame is not of type BC.
 */
export function draftTcFrame(
  header: TcHeader,
  dataOctets: number,
  managed: TcParameters,
  segmentHeader?: SegmentHeader,
): FrameDraft {
  const isSegment = managed.segmentHeader && !header.controlCommand;
  assert(isSegment === (segmentHeader !== undefined), 'the channel tells of the segment header');
  assert(header.bypass || !header.controlCommand, 'a control command bypasses');
  assert(header.scid === managed.scid, 'a frame names the spacecraft of its channel');
  const dataAt = HEADER_OCTETS + (isSegment ? SEGMENT_HEADER_OCTETS : 0);
  const frameOctets = dataAt + dataOctets + (managed.fecf ? FECF_OCTETS : 0);
  const { frameOctetsMax } = managed;
  assert(frameOctets <= Math.min(frameOctetsMax, FRAME_OCTETS_MAX), 'the data fit a frame');
  const draft = draftFrame(frameOctets, dataAt, undefined, managed.fecf);
  encodeTcHeader(header, frameOctets, draft.octets);
  if (segmentHeader !== undefined) {
    assert(segmentHeader.mapId >>> 6 === 0, 'a MAP ID has six bits');
    draft.octets[HEADER_OCTETS] = (segmentHeader.sequenceFlags << 6) | segmentHeader.mapId;
  }
  return draft;
}

/** What a frame of type BC tells the receiver's frame acceptance (CCSDS 232.1-B-2). */
export type TcCommand =
  | { readonly kind: 'unlock' }
  | { readonly kind: 'set-vr'; readonly receiverFrameSequenceNumber: number };

/** The command in the data of a BC frame, or `frame.control-command`. Source: §4.1.3.3. */
export function decodeTcCommand(data: Uint8Array): TcCommand | Fault {
  if (data.length === 1 && data[0] === 0) return UNLOCK;
  if (data.length !== 3 || data[0] !== SET_VR || data[1] !== 0) return COMMAND;
  return { kind: 'set-vr', receiverFrameSequenceNumber: data[2]! };
}

/** The fresh data of a BC frame. */
export function encodeTcCommand(command: TcCommand): Uint8Array {
  if (command.kind === 'unlock') return Uint8Array.of(0);
  return Uint8Array.of(SET_VR, 0, command.receiverFrameSequenceNumber);
}

function decodeTcHeader(octets: Uint8Array): TcHeader {
  return {
    bypass: (octets[0]! & BYPASS) !== 0,
    controlCommand: (octets[0]! & CONTROL) !== 0,
    scid: ((octets[0]! & 3) << 8) | octets[1]!,
    vcid: octets[2]! >> 2,
    sequenceNumber: octets[4]!,
  };
}

function encodeTcHeader(header: TcHeader, frameOctets: number, out: Uint8Array): void {
  const { scid, vcid } = header;
  assert(scid >>> 10 === 0 && vcid >>> 6 === 0, 'the ids fit their fields');
  out[0] =
    (VERSION << 6) |
    (header.bypass ? BYPASS : 0) |
    (header.controlCommand ? CONTROL : 0) |
    (scid >> 8);
  out[1] = scid;
  out[2] = (vcid << 2) | ((frameOctets - 1) >> 8);
  out[3] = frameOctets - 1;
  out[4] = header.sequenceNumber;
}

const VERSION = 0b00;
const HEADER_OCTETS = 5;
const FRAME_OCTETS_MAX = 1024;
const SEGMENT_HEADER_OCTETS = 1;
const BYPASS = 0x20;
const CONTROL = 0x10;
const SPARE = 0x0c;
const SET_VR = 0x82;
const UNLOCK = { kind: 'unlock' } as const;

const SHORT = new Fault('frame', 'short', 'CCSDS 232.0-B-4 4.1');
const VERSION_FAULT = new Fault('frame', 'version', 'CCSDS 232.0-B-4 4.1.2.2');
const LENGTH = new Fault('frame', 'length', 'CCSDS 232.0-B-4 4.1.2.7');
const TOO_LONG = new Fault('frame', 'too-long', 'CCSDS 232.0-B-4 4.1.2.7');
const SPARE_BITS = new Fault('frame', 'spare', 'CCSDS 232.0-B-4 4.1.2.4');
const RESERVED_FLAGS = new Fault('frame', 'reserved-flags', 'CCSDS 232.0-B-4 4.1.2.3');
const SCID = new Fault('frame', 'scid', 'CCSDS 232.0-B-4 4.1.2.5');
const NO_DATA = new Fault('frame', 'no-data', 'CCSDS 232.0-B-4 4.1.3');
const FECF = new Fault('frame', 'fecf', 'CCSDS 232.0-B-4 4.1.4');
const COMMAND = new Fault('frame', 'control-command', 'CCSDS 232.0-B-4 4.1.3.3');
