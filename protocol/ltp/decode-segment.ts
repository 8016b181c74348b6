/** Reads segments: strictly, but for SDNVs longer than need be. Source: RFC 5326 §3. */
import type { Fault } from '../fault.ts';
import { SDNV_RANGE, SdnvReader, TRUNCATED } from './sdnv.ts';
import {
  type CancelledBy,
  CLAIM_BEYOND,
  CLAIM_EMPTY,
  CLAIM_ORDER,
  CLAIMS_MANY,
  CLAIMS_MAX,
  type DataSegment,
  type Extension,
  type Interval,
  NO_EXTENSIONS,
  OCTETS_LEFT,
  REPORT_BOUNDS,
  SEGMENT_TYPE,
  SERIAL_ZERO,
  type Segment,
  VERSION,
} from './segment.ts';

/**
 * The segment that the octets are, data and extensions as views; or the fault `ltp.version`,
 * `segment-type`, `sdnv-range`, `truncated`, `octets-left`, `serial-zero`, `report-bounds` or
 * `claim-*`. A segment that is refused is dropped, and no more done about it (RFC 5326 §6).
 */
export function decodeSegment(octets: Uint8Array): Segment | Fault {
  const reader = new SdnvReader(octets);
  const first = reader.octet();
  if (reader.fault !== undefined) return reader.fault;
  if (first >> 4 !== 0) return VERSION;
  const session = { originator: reader.sdnv(), number: reader.sdnv() };
  const counts = reader.octet();
  const header = readExtensions(reader, counts >> 4);
  const trailer: Extension[] = [];
  const extensions = counts === 0 ? NO_EXTENSIONS : { header, trailer };
  const segment = readContent(reader, first & 15, { session, extensions });
  trailer.push(...readExtensions(reader, counts & 15));
  if (reader.left > 0) reader.refuse(OCTETS_LEFT);
  return reader.fault ?? segment ?? SEGMENT_TYPE;
}

function readContent(reader: SdnvReader, type: number, head: Head): Segment | undefined {
  const { session, extensions } = head;
  switch (type) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 7:
      return readData(reader, type, head);
    case 8:
      return readReport(reader, head);
    case 9:
      return { kind: 'report-ack', session, extensions, serial: readSerial(reader) };
    case 12:
    case 14:
      return { kind: 'cancel', session, extensions, by: endOf(type), reason: reader.octet() };
    case 13:
    case 15:
      return { kind: 'cancel-ack', session, extensions, by: endOf(type) };
    default:
      reader.refuse(SEGMENT_TYPE);
      return undefined;
  }
}

function readData(reader: SdnvReader, type: number, head: Head): Segment {
  const clientService = reader.sdnv();
  const offset = reader.sdnv();
  const length = reader.sdnv();
  if (!Number.isSafeInteger(offset + length)) reader.refuse(SDNV_RANGE);
  const isCheckpoint = type >= 1 && type <= 3;
  return {
    kind: 'data',
    session: head.session,
    extensions: head.extensions,
    color: type < 4 ? 'red' : 'green',
    ends: ENDS[type] ?? 'nothing',
    clientService,
    offset,
    checkpoint: isCheckpoint
      ? { serial: readSerial(reader), reportSerial: reader.sdnv() }
      : undefined,
    data: reader.view(length),
  };
}

function readReport(reader: SdnvReader, head: Head): Segment {
  const serial = readSerial(reader);
  const checkpointSerial = reader.sdnv();
  const upper = reader.sdnv();
  const lower = reader.sdnv();
  if (upper <= lower) reader.refuse(REPORT_BOUNDS);
  const count = reader.sdnv();
  if (count > CLAIMS_MAX) reader.refuse(CLAIMS_MANY);
  // Two octets are the least that a claim takes.
  if (2 * count > reader.left) reader.refuse(TRUNCATED);
  const claims: Interval[] = [];
  let reached = lower;
  // Bounded by CLAIMS_MAX.
  for (let i = 0; i < count && reader.fault === undefined; i++) {
    const from = lower + reader.sdnv();
    const to = from + reader.sdnv();
    if (from < reached) reader.refuse(CLAIM_ORDER);
    if (to === from) reader.refuse(CLAIM_EMPTY);
    if (to > upper) reader.refuse(CLAIM_BEYOND);
    claims.push({ from, to });
    reached = to;
  }
  const { session, extensions } = head;
  return { kind: 'report', session, extensions, serial, checkpointSerial, lower, upper, claims };
}

function readSerial(reader: SdnvReader): number {
  const serial = reader.sdnv();
  if (serial === 0) reader.refuse(SERIAL_ZERO);
  return serial;
}

function readExtensions(reader: SdnvReader, count: number): readonly Extension[] {
  const extensions: Extension[] = [];
  // Bounded by the fifteen of four bits.
  for (let i = 0; i < count; i++) {
    extensions.push({ tag: reader.octet(), value: reader.view(reader.sdnv()) });
  }
  return extensions;
}

function endOf(type: number): CancelledBy {
  return type < 14 ? 'sender' : 'receiver';
}

/** What the content follows. */
type Head = Pick<Segment, 'session' | 'extensions'>;

const ENDS: Readonly<Record<number, DataSegment['ends']>> = {
  2: 'red-part',
  3: 'block',
  7: 'block',
};
