/**
 * What an LTP segment is, and what makes octets none.
 *
 *   | 0..3    | 4..7 |                   |                |          |           |
 *   | version | type | session originator| session number | exts 4|4 | header    |
 *   |    0    |      |       SDNV        |      SDNV      |  counts  | extensions|
 *   | content, which follows from the type                | trailer extensions   |
 *
 *   0, 1, 2, 3  red data; 1 to 3 checkpoint, 2 and 3 end of red part, 3 end of block
 *   4, 7        green data; 7 end of block
 *   8, 9        report and its acknowledgment
 *   12, 13      cancellation by the block sender and its acknowledgment
 *   14, 15      cancellation by the block receiver and its acknowledgment
 *
 * Source: RFC 5326 §3.1, §3.2.
 */
import { Fault } from '../fault.ts';

/** Names one block on its way: the engine that sends it, and its number there. */
export interface SessionId {
  readonly originator: number;
  readonly number: number;
}

/** One extension: 0 authentication, 1 cookie, 0xC0 and above private. The value is a view. */
export interface Extension {
  readonly tag: number;
  readonly value: Uint8Array;
}

/** Before and after the content; at most 15 of each. */
export interface Extensions {
  readonly header: readonly Extension[];
  readonly trailer: readonly Extension[];
}

/** What nearly every segment has of them. */
export const NO_EXTENSIONS: Extensions = Object.freeze({
  header: Object.freeze([]),
  trailer: Object.freeze([]),
});

interface SegmentBase {
  readonly session: SessionId;
  readonly extensions: Extensions;
}

/** What asks the receiver for a report. */
export interface CheckpointMark {
  /** Not 0. */
  readonly serial: number;
  /** The report that this answers, or 0. */
  readonly reportSerial: number;
}

/** A piece of a block. Source: RFC 5326 §3.2.1. */
export interface DataSegment extends SegmentBase {
  readonly kind: 'data';
  readonly color: 'red' | 'green';
  /** What ends with this segment. Of a red one that ends anything, `checkpoint` is there. */
  readonly ends: 'nothing' | 'red-part' | 'block';
  readonly clientService: number;
  /** Of the first octet, from the start of the block. */
  readonly offset: number;
  /** Of red segments only. */
  readonly checkpoint: CheckpointMark | undefined;
  /** A view. */
  readonly data: Uint8Array;
}

/** Octets [from, to) of a block. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** What of a scope of the red part has come. Source: RFC 5326 §3.2.2. */
export interface ReportSegment extends SegmentBase {
  readonly kind: 'report';
  /** Not 0. */
  readonly serial: number;
  /** The checkpoint that this answers, or 0. */
  readonly checkpointSerial: number;
  /** The scope is octets [lower, upper) of the block. */
  readonly lower: number;
  readonly upper: number;
  /** From the start of the block (on the wire: from `lower`), in order, without overlap. */
  readonly claims: readonly Interval[];
}

/** Source: RFC 5326 §3.2.3. */
export interface ReportAckSegment extends SegmentBase {
  readonly kind: 'report-ack';
  /** Of the report; not 0. */
  readonly serial: number;
}

/** Which end of the session cancels. */
export type CancelledBy = 'sender' | 'receiver';

/** Source: RFC 5326 §3.2.4. */
export interface CancelSegment extends SegmentBase {
  readonly kind: 'cancel';
  readonly by: CancelledBy;
  /** One of `CANCEL_REASON`, or a reserved code, 0 to 255. */
  readonly reason: number;
}

/** Acknowledges a cancellation by the end named. Source: RFC 5326 §3.2.4. */
export interface CancelAckSegment extends SegmentBase {
  readonly kind: 'cancel-ack';
  readonly by: CancelledBy;
}

/** A segment of any type. */
export type Segment =
  | DataSegment
  | ReportSegment
  | ReportAckSegment
  | CancelSegment
  | CancelAckSegment;

/** Why a session ends early. Source: RFC 5326 §3.2.4. */
export const CANCEL_REASON = {
  /** USR_CNCLD: the client service wants it. */
  user: 0,
  /** UNREACH: nobody serves the client service. */
  unreachable: 1,
  /** RLEXC: a segment was repeated too often. */
  retransmissionLimit: 2,
  /** MISCOLORED: red where green must be, or green where red must be. */
  miscolored: 3,
  /** SYS_CNCLD: a condition of the engine. */
  system: 4,
  /** RXMTCYCEXC: data were reported missing too often. */
  retransmissionCycles: 5,
} as const;

/** Claims that a report may have; one with more is refused. */
export const CLAIMS_MAX = 4_096;

/** Not version 0. */
export const VERSION = new Fault('ltp', 'version', 'RFC 5326 3.1');
/** Types 5, 6, 10 and 11 are not defined. */
export const SEGMENT_TYPE = new Fault('ltp', 'segment-type', 'RFC 5326 3.1');
/** More octets than the segment has. */
export const OCTETS_LEFT = new Fault('ltp', 'octets-left', 'RFC 5326 3');
/** A checkpoint or a report numbered 0. */
export const SERIAL_ZERO = new Fault('ltp', 'serial-zero', 'RFC 5326 3.2');
/** The upper bound of a report is not above the lower one. */
export const REPORT_BOUNDS = new Fault('ltp', 'report-bounds', 'RFC 5326 3.2.2');
/** A claim of no octets. */
export const CLAIM_EMPTY = new Fault('ltp', 'claim-empty', 'RFC 5326 3.2.2');
/** A claim begins before the end of the one before it. */
export const CLAIM_ORDER = new Fault('ltp', 'claim-order', 'RFC 5326 3.2.2');
/** A claim beyond the upper bound. */
export const CLAIM_BEYOND = new Fault('ltp', 'claim-beyond', 'RFC 5326 3.2.2');
/** More claims than `CLAIMS_MAX`. */
export const CLAIMS_MANY = new Fault('ltp', 'claims-many', 'RFC 5326 3.2.2');
