/** Writes segments, every SDNV as short as it can be. Source: RFC 5326 §3. */
import { assert } from '../assert.ts';
import { briefOctets } from '../bytes/slab.ts';
import { sdnvOctets, writeSdnv } from './sdnv.ts';
import type {
  CheckpointMark,
  DataSegment,
  Extension,
  ReportSegment,
  Segment,
  SessionId,
} from './segment.ts';

/** The least that a maximum for segments may be: room for any head and some content. */
export const SEGMENT_OCTETS_MIN = 96;

/** Fresh octets of the segment, which is soon sent; its data and extensions are copied. */
export function encodeSegment(segment: Segment): Uint8Array {
  const out = briefOctets(segmentOctets(segment));
  const { header, trailer } = segment.extensions;
  assert(header.length <= 15 && trailer.length <= 15, 'counts have four bits');
  out[0] = typeOf(segment);
  let at = writeSdnv(segment.session.originator, out, 1);
  at = writeSdnv(segment.session.number, out, at);
  out[at++] = (header.length << 4) | trailer.length;
  at = writeExtensions(header, out, at);
  at = writeContent(segment, out, at);
  at = writeExtensions(trailer, out, at);
  assert(at === out.length, 'a segment is as long as it was counted to be');
  return out;
}

/** Octets of a segment. */
export function segmentOctets(segment: Segment): number {
  const { header, trailer } = segment.extensions;
  return (
    sessionOctets(segment.session) +
    extensionsOctets(header) +
    contentOctets(segment) +
    extensionsOctets(trailer)
  );
}

/**
 * How many octets of data, from `offset` on, a segment with the checkpoint (or without one) has
 * room for within `octetsMax`, which is `SEGMENT_OCTETS_MIN` or more.
 */
export function dataRoom(
  { session, clientService, offset }: Pick<DataSegment, 'session' | 'clientService' | 'offset'>,
  checkpoint: CheckpointMark | undefined,
  octetsMax: number,
): number {
  const head = sessionOctets(session) + sdnvOctets(clientService) + sdnvOctets(offset);
  const room = octetsMax - head - markOctets(checkpoint);
  return room - sdnvOctets(room);
}

/** How many of the claims of a report, the first ones, fit in `octetsMax`. */
export function claimsThatFit(report: ReportSegment, octetsMax: number): number {
  let octets = segmentOctets(report);
  let count = report.claims.length;
  // Bounded by the claims.
  for (; octets > octetsMax; count--) {
    const { from, to } = report.claims[count - 1]!;
    octets -= claimOctets(from - report.lower, to - from);
  }
  return count;
}

function sessionOctets({ originator, number }: SessionId): number {
  return 1 + sdnvOctets(originator) + sdnvOctets(number) + 1;
}

function extensionsOctets(extensions: readonly Extension[]): number {
  let octets = 0;
  // Bounded by the fifteen of four bits.
  for (const { value } of extensions) octets += 1 + sdnvOctets(value.length) + value.length;
  return octets;
}

function contentOctets(segment: Segment): number {
  switch (segment.kind) {
    case 'data':
      return dataOctets(segment);
    case 'report':
      return reportOctets(segment);
    case 'report-ack':
      return sdnvOctets(segment.serial);
    case 'cancel':
      return 1;
    case 'cancel-ack':
      return 0;
  }
}

function dataOctets({ clientService, offset, checkpoint, data }: DataSegment): number {
  const head = sdnvOctets(clientService) + sdnvOctets(offset) + sdnvOctets(data.length);
  return head + markOctets(checkpoint) + data.length;
}

function markOctets(checkpoint: CheckpointMark | undefined): number {
  if (checkpoint === undefined) return 0;
  return sdnvOctets(checkpoint.serial) + sdnvOctets(checkpoint.reportSerial);
}

function reportOctets(report: ReportSegment): number {
  const { serial, checkpointSerial, upper, lower, claims } = report;
  let octets = sdnvOctets(serial) + sdnvOctets(checkpointSerial);
  octets += sdnvOctets(upper) + sdnvOctets(lower) + sdnvOctets(claims.length);
  // Bounded by the claims given.
  for (const { from, to } of claims) octets += claimOctets(from - lower, to - from);
  return octets;
}

function claimOctets(offset: number, length: number): number {
  return sdnvOctets(offset) + sdnvOctets(length);
}

function typeOf(segment: Segment): number {
  switch (segment.kind) {
    case 'data':
      return dataType(segment);
    case 'report':
      return 8;
    case 'report-ack':
      return 9;
    case 'cancel':
      return segment.by === 'sender' ? 12 : 14;
    case 'cancel-ack':
      return segment.by === 'sender' ? 13 : 15;
  }
}

function dataType({ color, ends, checkpoint }: DataSegment): number {
  if (color === 'green') {
    assert(checkpoint === undefined && ends !== 'red-part', 'a green segment asks for no report');
    return ends === 'block' ? 7 : 4;
  }
  assert(checkpoint !== undefined || ends === 'nothing', 'what ends the red part is a checkpoint');
  if (checkpoint === undefined) return 0;
  return ends === 'nothing' ? 1 : ends === 'red-part' ? 2 : 3;
}

function writeContent(segment: Segment, out: Uint8Array, from: number): number {
  let at = from;
  switch (segment.kind) {
    case 'data': {
      const { clientService, offset, data, checkpoint } = segment;
      at = writeSdnv(data.length, out, writeSdnv(offset, out, writeSdnv(clientService, out, at)));
      if (checkpoint !== undefined) {
        at = writeSdnv(checkpoint.reportSerial, out, writeSdnv(checkpoint.serial, out, at));
      }
      out.set(data, at);
      return at + data.length;
    }
    case 'report':
      return writeReport(segment, out, at);
    case 'report-ack':
      return writeSdnv(segment.serial, out, at);
    case 'cancel':
      out[at] = segment.reason;
      return at + 1;
    case 'cancel-ack':
      return at;
  }
}

function writeReport(report: ReportSegment, out: Uint8Array, from: number): number {
  const { serial, checkpointSerial, upper, lower, claims } = report;
  let at = writeSdnv(checkpointSerial, out, writeSdnv(serial, out, from));
  at = writeSdnv(claims.length, out, writeSdnv(lower, out, writeSdnv(upper, out, at)));
  // Bounded by the claims given.
  for (const claim of claims) {
    at = writeSdnv(claim.from - lower, out, at);
    at = writeSdnv(claim.to - claim.from, out, at);
  }
  return at;
}

function writeExtensions(extensions: readonly Extension[], out: Uint8Array, from: number): number {
  let at = from;
  // Bounded by the fifteen of four bits.
  for (const { tag, value } of extensions) {
    out[at] = tag;
    at = writeSdnv(value.length, out, at + 1);
    out.set(value, at);
    at += value.length;
  }
  return at;
}
