/**
 * The sending side of a MAP that carries LTP: as many segments as a data field has room for, each
 * whole in an Encapsulation Packet, so that a lost frame costs the segments in it and no others.
 *
 *   variable length   | 111 | packet | packet |
 *   fixed length      | 000 | pointer 0 | packet | packet | idle packet |
 *
 * A segment is made when its field is, of the size that the field has left.
 *
 * Source: CCSDS 732.1-B-3 §4.1.4.2; CCSDS 734.1-B.
 */
import { assert } from '../assert.ts';
import {
  encapsulationHeaderOctets,
  encodeEncapsulationHeader,
  PROTOCOL_ID_LTP,
  writeIdlePacket,
} from '../frame/encapsulation.ts';
import {
  POINTED_HEADER_OCTETS,
  RULE_PACKETS,
  RULE_WHOLE,
  TFDF_HEADER_OCTETS,
  tfdfHeader,
  UPID_PACKETS,
  writePointedHeader,
} from '../frame/tfdf.ts';
import { SEGMENT_OCTETS_MIN } from '../ltp/encode-segment.ts';
import type { Lane, LaneOptions } from './lane.ts';

/** The segments of one traffic class. */
export interface SegmentSource {
  /** Whether `pull` would give a segment. */
  readonly waiting: boolean;
  /** The next segment, fresh, of at most so many octets, from `SEGMENT_OCTETS_MIN`. */
  pull(octetsMax: number): Uint8Array | undefined;
}

/** Bounded by one data field: what waits, waits in its source. */
export class SegmentLane implements Lane {
  readonly mapId: number;
  readonly midway = false;
  readonly #source: SegmentSource;
  readonly #tfdfOctets: number;
  readonly #fixedLength: boolean;
  readonly #headerOctets: number;
  /** The field, of which the first `#octets` are made and have not left. */
  #tfdf = NOTHING;
  #octets = 0;

  constructor(
    options: Pick<LaneOptions, 'mapId' | 'tfdfOctets' | 'fixedLength'>,
    source: SegmentSource,
  ) {
    this.mapId = options.mapId;
    this.#source = source;
    this.#tfdfOctets = options.tfdfOctets;
    this.#fixedLength = options.fixedLength;
    this.#headerOctets = options.fixedLength ? POINTED_HEADER_OCTETS : TFDF_HEADER_OCTETS;
    const room = this.#roomFrom(this.#headerOctets);
    assert(room >= SEGMENT_OCTETS_MIN, 'a frame has room for a segment');
  }

  get waiting(): boolean {
    return this.#octets > 0 || this.#source.waiting;
  }

  /** Units do not come this way. */
  push(): boolean {
    return false;
  }

  next(): Uint8Array {
    if (this.#octets === 0) this.#fill();
    return this.#tfdf.subarray(0, this.#octets);
  }

  sent(): void {
    this.#octets = 0;
  }

  finished(): undefined {
    return undefined;
  }

  /** Its segments stand for themselves: the field goes as it is. */
  rewind(): void {}

  /** No owner waits for a segment. */
  discard(): undefined {
    this.#octets = 0;
    return undefined;
  }

  #fill(): void {
    assert(this.#source.waiting, 'something waits');
    if (this.#tfdf.length === 0) this.#tfdf = new Uint8Array(this.#tfdfOctets);
    const tfdf = this.#tfdf;
    let at = this.#headerOctets;
    // Bounded by the octets of the field: no segment is empty.
    while (this.#roomFrom(at) >= SEGMENT_OCTETS_MIN) {
      const segment = this.#source.pull(this.#roomFrom(at));
      if (segment === undefined) break;
      encodeEncapsulationHeader(PROTOCOL_ID_LTP, segment.length, tfdf, at);
      at += encapsulationHeaderOctets(PROTOCOL_ID_LTP, segment.length);
      tfdf.set(segment, at);
      at += segment.length;
    }
    if (this.#fixedLength) {
      if (at < tfdf.length) writeIdlePacket(tfdf, at, tfdf.length);
      writePointedHeader(RULE_PACKETS, UPID_PACKETS, 0, tfdf, 0);
      at = tfdf.length;
    } else tfdf[0] = tfdfHeader(RULE_WHOLE, UPID_PACKETS);
    this.#octets = at;
  }

  /** How long a segment may be whose packet starts there. */
  #roomFrom(at: number): number {
    return this.#tfdfOctets - at - PACKET_HEADER_OCTETS_MAX;
  }
}

const NOTHING = new Uint8Array(0);
/** Of a packet that one frame holds. */
const PACKET_HEADER_OCTETS_MAX = 4;
