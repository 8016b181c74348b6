/**
 * Administrative records, of which there is one type: the status report.
 *
 *   [1, [[received, forwarded, delivered, deleted], reason, source, [creationTime, sequence],
 *        (fragmentOffset, payloadLength)?]]
 *
 * Each of the four is `[false]`, `[true]`, or `[true, time]` when the subject asked for times.
 *
 * Source: RFC 9171 §6.1, RFC 9713 §3.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';
import { type Eid, readEid, writeEid } from './eid.ts';

/** What a node has to say of a bundle, its subject. */
export interface StatusReport {
  readonly received: Assertion | undefined;
  readonly forwarded: Assertion | undefined;
  readonly delivered: Assertion | undefined;
  readonly deleted: Assertion | undefined;
  /** See REASON; others are kept as they came. */
  readonly reason: number;
  /** Source, creation time and sequence are those of the subject. */
  readonly source: Eid;
  readonly creationTimeMs: number | bigint;
  readonly sequence: number | bigint;
  /** When the subject is a fragment: its offset and the octets of its payload. */
  readonly fragment: { readonly offset: number; readonly length: number } | undefined;
}

/** Something that happened to the subject, and the DTN time at which it did, if that is told. */
export interface Assertion {
  readonly timeMs: number | undefined;
}

/** Reason codes of status reports (RFC 9171 §9.5, RFC 9172 §7.1). */
export const REASON = {
  none: 0,
  lifetimeExpired: 1,
  canceled: 3,
  depletedStorage: 4,
  destinationUnavailable: 5,
  blockUnintelligible: 8,
  hopLimitExceeded: 9,
  trafficPared: 10,
  blockUnsupported: 11,
  missingSecurity: 12,
  unknownSecurity: 13,
  unexpectedSecurity: 14,
  failedSecurity: 15,
  conflictingSecurity: 16,
} as const;

/** Fresh octets of an administrative record, the payload of a bundle with that flag. */
export function encodeStatusReport(report: StatusReport): Uint8Array {
  const { fragment } = report;
  const writer = new CborWriter(RECORD_OCTETS_TYPICAL);
  writer
    .array(2)
    .uint(STATUS_REPORT)
    .array(fragment === undefined ? 4 : 6);
  writer.array(STATUSES);
  writeAssertion(writer, report.received);
  writeAssertion(writer, report.forwarded);
  writeAssertion(writer, report.delivered);
  writeAssertion(writer, report.deleted);
  writer.uint(report.reason);
  writeEid(writer, report.source);
  writer.array(2).uint(report.creationTimeMs).uint(report.sequence);
  if (fragment !== undefined) writer.uint(fragment.offset).uint(fragment.length);
  return writer.finish();
}

/**
 * Reads an administrative record. Faults: those of the reader and of `readEid`;
 * `bundle.record-type` for a type other than 1; `bundle.record-structure` for a wrong number of
 * items, a time beside what is not asserted, and octets behind the record. Statuses beyond the
 * fourth are passed over.
 */
export function decodeStatusReport(octets: Uint8Array): StatusReport | Fault {
  const reader = new CborReader(octets);
  const pair = reader.arrayHead();
  if (pair instanceof Fault) return pair;
  if (pair !== 2) return STRUCTURE;
  const type = reader.uint();
  if (type instanceof Fault) return type;
  if (type !== STATUS_REPORT) return TYPE;
  const items = reader.arrayHead();
  if (items instanceof Fault) return items;
  if (items !== 4 && items !== 6) return STRUCTURE;
  const statuses = readStatuses(reader);
  if (statuses instanceof Fault) return statuses;
  const [received, forwarded, delivered, deleted] = statuses;
  const reason = reader.uint();
  if (reason instanceof Fault) return reason;
  const source = readEid(reader);
  if (source instanceof Fault) return source;
  const stamp = reader.arrayHead();
  if (stamp instanceof Fault) return stamp;
  if (stamp !== 2) return STRUCTURE;
  const creationTimeMs = reader.uint64();
  if (creationTimeMs instanceof Fault) return creationTimeMs;
  const sequence = reader.uint64();
  if (sequence instanceof Fault) return sequence;
  const fragment = items === 6 ? readFragment(reader) : undefined;
  if (fragment instanceof Fault) return fragment;
  if (!reader.atEnd) return STRUCTURE;
  const subject = { source, creationTimeMs, sequence, fragment };
  return { received, forwarded, delivered, deleted, reason, ...subject };
}

type Statuses = readonly (Assertion | undefined)[];

function readStatuses(reader: CborReader): Statuses | Fault {
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count < STATUSES) return STRUCTURE;
  const statuses: (Assertion | undefined)[] = [];
  // Bounded by the octets left, which the reader has compared.
  for (let i = 0; i < count; i++) {
    const status = i < STATUSES ? readAssertion(reader) : reader.skip();
    if (status instanceof Fault) return status;
    if (i < STATUSES) statuses.push(status);
  }
  return statuses;
}

function readAssertion(reader: CborReader): Assertion | undefined | Fault {
  const items = reader.arrayHead();
  if (items instanceof Fault) return items;
  if (items !== 1 && items !== 2) return STRUCTURE;
  const asserted = reader.boolean();
  if (asserted instanceof Fault) return asserted;
  if (!asserted) return items === 1 ? undefined : STRUCTURE;
  const timeMs = items === 2 ? reader.uint() : undefined;
  return timeMs instanceof Fault ? timeMs : { timeMs };
}

function writeAssertion(writer: CborWriter, assertion: Assertion | undefined): void {
  const timeMs = assertion?.timeMs;
  writer.array(timeMs === undefined ? 1 : 2).boolean(assertion !== undefined);
  if (timeMs !== undefined) writer.uint(timeMs);
}

function readFragment(reader: CborReader): StatusReport['fragment'] | Fault {
  const offset = reader.uint();
  if (offset instanceof Fault) return offset;
  const length = reader.uint();
  return length instanceof Fault ? length : { offset, length };
}

const TYPE = new Fault('bundle', 'record-type', 'RFC 9713 3');
const STRUCTURE = new Fault('bundle', 'record-structure', 'RFC 9171 6.1');

/** The record type (RFC 9171 §9.3). */
const STATUS_REPORT = 1;
const STATUSES = 4;
const RECORD_OCTETS_TYPICAL = 64;
