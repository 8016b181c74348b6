/**
 * Cuts one packet or SDU into transfer frame data fields: whole where it fits one (rule 111), else
 * first, middle and last segments (rules 100, 101, 110). Source: CCSDS 732.1-B-3 §4.1.4.2.2.
 *
 * The segments are views of one buffer, and nothing is copied: each TFDF header overwrites the last
 * octet of the segment before, which has left by then.
 *
 *   buffer  | spare | SDU ............................ |
 *   first   | head  | .......... |
 *   middle                | head | .......... |
 */
import { assert } from '../assert.ts';
import { briefOctets } from '../bytes/slab.ts';
import { encapsulationHeaderOctets, encodeEncapsulationHeader } from './encapsulation.ts';
import {
  RULE_FIRST,
  RULE_LAST,
  RULE_MIDDLE,
  RULE_WHOLE,
  TFDF_HEADER_OCTETS,
  tfdfHeader,
  UPID_MISSION,
  UPID_PACKETS,
} from './tfdf.ts';

/** The segments of one SDU, in order; all must leave on one VC and MAP, in consecutive frames. */
export interface Segments {
  /** Whether every segment has been taken. */
  readonly done: boolean;
  /** The next TFDF, or undefined after the last: a view, good until the next call. */
  next(): Uint8Array | undefined;
}

/** Of variable length. */
export class SduSegmenter implements Segments {
  readonly #buffer: Uint8Array;
  readonly #upid: number;
  readonly #tfdfOctetsMax: number;
  /** Where the next TFDF header goes. */
  #at: number;

  /** `buffer`: one spare octet, then the SDU, at least one octet. It belongs to the segmenter. */
  constructor(buffer: Uint8Array, upid: number, tfdfOctetsMax: number) {
    assert(buffer.length > TFDF_HEADER_OCTETS, 'an SDU has octets');
    assert(tfdfOctetsMax > TFDF_HEADER_OCTETS, 'a segment has room for an octet');
    this.#buffer = buffer;
    this.#upid = upid;
    this.#tfdfOctetsMax = tfdfOctetsMax;
    this.#at = 0;
  }

  get done(): boolean {
    return this.#at + TFDF_HEADER_OCTETS >= this.#buffer.length;
  }

  next(): Uint8Array | undefined {
    if (this.done) return undefined;
    const from = this.#at;
    const to = Math.min(from + this.#tfdfOctetsMax, this.#buffer.length);
    const isLast = to === this.#buffer.length;
    const rule = from === 0 ? (isLast ? RULE_WHOLE : RULE_FIRST) : isLast ? RULE_LAST : RULE_MIDDLE;
    this.#buffer[from] = tfdfHeader(rule, this.#upid);
    this.#at = to - TFDF_HEADER_OCTETS;
    return this.#buffer.subarray(from, to);
  }
}

/** The segments of one Encapsulation Packet around `data`, which is copied. */
export function segmentPacket(
  protocolId: number,
  data: Uint8Array,
  tfdfOctetsMax: number,
): SduSegmenter {
  const dataAt = TFDF_HEADER_OCTETS + encapsulationHeaderOctets(protocolId, data.length);
  const buffer = briefOctets(dataAt + data.length);
  encodeEncapsulationHeader(protocolId, data.length, buffer, TFDF_HEADER_OCTETS);
  buffer.set(data, dataAt);
  return new SduSegmenter(buffer, UPID_PACKETS, tfdfOctetsMax);
}

/** The segments of one packet of either kind, which is copied. */
export function segmentWholePacket(packet: Uint8Array, tfdfOctetsMax: number): SduSegmenter {
  return segmentsOf(packet, UPID_PACKETS, tfdfOctetsMax);
}

/** The segments of one mission-specific MAP access SDU, which is copied. */
export function segmentSdu(sdu: Uint8Array, tfdfOctetsMax: number): SduSegmenter {
  return segmentsOf(sdu, UPID_MISSION, tfdfOctetsMax);
}

function segmentsOf(sdu: Uint8Array, upid: number, tfdfOctetsMax: number): SduSegmenter {
  const buffer = briefOctets(TFDF_HEADER_OCTETS + sdu.length);
  buffer.set(sdu, TFDF_HEADER_OCTETS);
  return new SduSegmenter(buffer, upid, tfdfOctetsMax);
}
