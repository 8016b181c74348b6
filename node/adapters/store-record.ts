/**
 * How a store writes a bundle, and what it remembers of one that has gone. Numbers are big-endian,
 * instants are Unix milliseconds as float64. The CRC is that of IEEE 802.3, which the platform has.
 *
 *   bundle      | CRC-32 of what follows 4 | previous 4 | arrived 8 | id length 2 | id | octets |
 *   seen, key   | expires 8 | id |
 *   seen, value | CRC-32 of what follows 4 | hops 4, all ones for infinitely many | went 8 |
 */
import { crc32 } from 'node:zlib';
import type { BundleNote, SeenNote, StoredBundle } from '#protocol/agent/contract.ts';
import { assert } from '#protocol/assert.ts';
import { utf8Decode } from '#protocol/bytes/octets.ts';
import { briefOctets } from '#protocol/bytes/slab.ts';

/** A fresh record of a bundle, to be written soon. */
export function encodeBundleRecord(id: string, octets: Uint8Array, note: BundleNote): Uint8Array {
  const idOctets = Buffer.byteLength(id);
  assert(idOctets <= ID_OCTETS_MAX, 'the id of a bundle is short');
  const start = HEAD_OCTETS + idOctets;
  const record = briefOctets(start + octets.length);
  const view = new DataView(record.buffer, record.byteOffset, start);
  view.setUint32(4, note.previous);
  view.setFloat64(8, note.arrivedUnixMs);
  view.setUint16(16, idOctets);
  ENCODER.encodeInto(id, record.subarray(HEAD_OCTETS, start));
  record.set(octets, start);
  view.setUint32(0, crc32(record.subarray(4)));
  return record;
}

/** The bundle of a record, its octets a view; undefined when the record is damaged. */
export function decodeBundleRecord(record: Uint8Array): StoredBundle | undefined {
  if (record.length < HEAD_OCTETS) return undefined;
  const view = new DataView(record.buffer, record.byteOffset, record.length);
  if (view.getUint32(0) !== crc32(record.subarray(4))) return undefined;
  const end = HEAD_OCTETS + view.getUint16(16);
  const id = end > record.length ? undefined : utf8Decode(record.subarray(HEAD_OCTETS, end));
  if (id === undefined) return undefined;
  const note = { previous: view.getUint32(4), arrivedUnixMs: view.getFloat64(8) };
  return { id, octets: record.subarray(end), note };
}

/** The key of a bundle that has gone; keys sort by when it expires. */
export function encodeSeenKey(id: string, { untilUnixMs }: SeenNote): Uint8Array {
  const idOctets = Buffer.byteLength(id);
  assert(idOctets <= ID_OCTETS_MAX, 'the id of a bundle is short');
  const key = briefOctets(8 + idOctets);
  // Positive numbers sort by their octets as they sort by value.
  new DataView(key.buffer, key.byteOffset, 8).setFloat64(0, Math.max(0, untilUnixMs));
  ENCODER.encodeInto(id, key.subarray(8));
  return key;
}

/** When copies of a bundle that has gone have expired, Unix milliseconds. */
export function untilOfSeenKey(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getFloat64(0);
}

/** What is remembered beside the key. */
export function encodeSeenValue({ hops, fromUnixMs }: SeenNote): Uint8Array {
  const value = briefOctets(SEEN_OCTETS);
  const view = new DataView(value.buffer, value.byteOffset, SEEN_OCTETS);
  view.setUint32(4, Math.min(hops, HOPS_INFINITE));
  view.setFloat64(8, fromUnixMs);
  view.setUint32(0, crc32(value.subarray(4)));
  return value;
}

/** The id and note that a key and its value stand for; undefined when they are damaged. */
export function decodeSeen(key: Uint8Array, value: Uint8Array): [string, SeenNote] | undefined {
  if (key.length < 8 || value.length !== SEEN_OCTETS) return undefined;
  const view = new DataView(value.buffer, value.byteOffset);
  const id = utf8Decode(key.subarray(8));
  if (id === undefined || view.getUint32(0) !== crc32(value.subarray(4))) return undefined;
  const hops = view.getUint32(4);
  return [
    id,
    {
      hops: hops === HOPS_INFINITE ? Number.POSITIVE_INFINITY : hops,
      fromUnixMs: view.getFloat64(8),
      untilUnixMs: untilOfSeenKey(key),
    },
  ];
}

const ENCODER = new TextEncoder();
const HEAD_OCTETS = 18;
const SEEN_OCTETS = 16;
const HOPS_INFINITE = 0xffff_ffff;
/** An endpoint has at most 1,023 octets; LMDB takes keys of up to 1,978. */
const ID_OCTETS_MAX = 1_900;
