/**
 * The data of the extension blocks this node acts on. Every decoder takes the whole data of a
 * block; octets behind the value give `bundle.block-data` (RFC 9171 §4.3.2). Heads that are longer
 * than they need be are read: whether a bundle may have them is judged where it is decoded.
 */
import { CborReader, INDEFINITE } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';
import type { TrafficClass } from '../traffic-class.ts';
import { type Eid, readEid, writeEid } from './eid.ts';

/** How many hops a bundle may make (1 to 255) and how many it has made. */
export interface HopCount {
  readonly limit: number;
  readonly count: number;
}

/** The node ID of the node that forwarded the bundle (RFC 9171 §4.4.1). */
export function encodePreviousNode(node: Eid): Uint8Array {
  const writer = new CborWriter(16);
  writeEid(writer, node);
  return writer.finish();
}

/** Faults: those of `readEid`. */
export function decodePreviousNode(data: Uint8Array): Eid | Fault {
  return readPreviousNode(dataReader(data));
}

/** As `decodePreviousNode`, from a `dataReader`. */
export function readPreviousNode(reader: CborReader): Eid | Fault {
  return whole(reader, readEid(reader));
}

/** Milliseconds since the bundle was made (RFC 9171 §4.4.2). */
export function encodeBundleAge(ageMs: number): Uint8Array {
  return new CborWriter(9).uint(ageMs).finish();
}

/** Faults: those of the reader; an age above 2^53 − 1 ms is `cbor.integer-range`. */
export function decodeBundleAge(data: Uint8Array): number | Fault {
  return readBundleAge(dataReader(data));
}

/** As `decodeBundleAge`, from a `dataReader`. */
export function readBundleAge(reader: CborReader): number | Fault {
  return whole(reader, reader.uint());
}

/** `[limit, count]` (RFC 9171 §4.4.3). */
export function encodeHopCount(hops: HopCount): Uint8Array {
  return new CborWriter(12).array(2).uint(hops.limit).uint(hops.count).finish();
}

/** Faults: those of the reader; `bundle.hop-count` for other than two items or a limit of 0. */
export function decodeHopCount(data: Uint8Array): HopCount | Fault {
  return readHopCount(dataReader(data));
}

/** As `decodeHopCount`, from a `dataReader`. */
export function readHopCount(reader: CborReader): HopCount | Fault {
  const items = reader.arrayHead(true);
  if (items instanceof Fault) return items;
  const limit = items === 2 || items === INDEFINITE ? reader.uint() : HOP_COUNT;
  if (limit instanceof Fault) return limit;
  if (limit < 1 || limit > HOP_LIMIT_MAX) return HOP_COUNT;
  const count = reader.uint();
  if (count instanceof Fault) return count;
  return reader.endsArray(items, 2) ? whole(reader, { limit, count }) : HOP_COUNT;
}

/** The rank of the traffic class, of block type 217, which is for private use (RFC 9171 §9.1). */
export function encodeTrafficClass(trafficClass: TrafficClass): Uint8Array {
  return new CborWriter(1).uint(trafficClass).finish();
}

/** Faults: those of the reader; `bundle.traffic-class` for a rank above 3. */
export function decodeTrafficClass(data: Uint8Array): TrafficClass | Fault {
  const reader = dataReader(data);
  const rank = reader.uint();
  if (rank instanceof Fault) return rank;
  return rank > 3 ? TRAFFIC_CLASS : whole(reader, rank as TrafficClass);
}

/** Reads the data of one block, and tells of heads that are too long. */
export function dataReader(data: Uint8Array): CborReader {
  return new CborReader(data, 0, data.length, true);
}

/** The value, unless octets follow it. */
function whole<T>(reader: CborReader, value: T | Fault): T | Fault {
  return value instanceof Fault || reader.atEnd ? value : BLOCK_DATA;
}

const BLOCK_DATA = new Fault('bundle', 'block-data', 'RFC 9171 4.3.2');
const HOP_COUNT = new Fault('bundle', 'hop-count', 'RFC 9171 4.4.3');
const TRAFFIC_CLASS = new Fault('bundle', 'traffic-class', 'RFC 9171 9.1');

const HOP_LIMIT_MAX = 255;
