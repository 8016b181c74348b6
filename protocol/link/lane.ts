/**
 * The sending side of one MAP: what waits for it, as transfer frame data fields.
 *
 *   variable length   each packet in a field of its own, cut into segments where it fits none
 *                     (rules 111, 100, 101, 110)
 *   fixed length      packets run on from field to field; where nothing more waits, an idle packet
 *                     completes the field (rule 000)
 *
 * Source: CCSDS 732.1-B-3 §4.2.2 (MAP packet processing).
 */
import { assert } from '../assert.ts';
import { Fifo } from '../fifo.ts';
import { encodeEncapsulation } from '../frame/encapsulation.ts';
import { PacketPacker } from '../frame/packet-zone.ts';
import { type Segments, segmentPacket, segmentWholePacket } from '../frame/sdu-segmenter.ts';
import {
  POINTED_HEADER_OCTETS,
  RULE_PACKETS,
  UPID_PACKETS,
  USLP_POINTERS,
  writePointedHeader,
} from '../frame/tfdf.ts';
import { type OutboundUnit, UnitQueue } from './unit-queue.ts';

/** What a lane is made of. */
export interface LaneOptions {
  readonly mapId: number;
  /** The protocol of the Encapsulation Packets around its units; undefined: they are packets. */
  readonly protocolId: number | undefined;
  /** Octets of every data field where they are of fixed length, else of the longest. */
  readonly tfdfOctets: number;
  readonly fixedLength: boolean;
  /** The bound on what waits, besides the units partly sent. */
  readonly octetsMax: number;
}

/** After `next`, either `sent` or `rewind`. */
export interface Lane {
  readonly mapId: number;
  /** Whether `next` has something to send. */
  readonly waiting: boolean;
  /** A unit is partly sent in segments, which no frame of another MAP may part (§4.1.2.5.3). */
  readonly midway: boolean;
  /** Takes a unit in; false when there is no room. */
  push(unit: OutboundUnit): boolean;
  /** The next data field: a view, good until the next call. */
  next(): Uint8Array;
  /** The field given last has left. */
  sent(): void;
  /** A unit whose last octet has left, once each. */
  finished(): OutboundUnit | undefined;
  /** Units partly sent start over. */
  rewind(): void;
  /** A unit not wholly sent, the oldest one, which is given up. */
  discard(): OutboundUnit | undefined;
}

/** A lane of either kind. */
export function makeLane(options: LaneOptions): Lane {
  return options.fixedLength ? new PackedLane(options) : new SegmentedLane(options);
}

/** Variable length. Bounded by its queue and one unit. */
class SegmentedLane implements Lane {
  readonly #options: LaneOptions;
  readonly #queue: UnitQueue;
  #unit: OutboundUnit | undefined = undefined;
  #segments: Segments | undefined = undefined;
  #finished: OutboundUnit | undefined = undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#queue = new UnitQueue(options.octetsMax);
  }

  get mapId(): number {
    return this.#options.mapId;
  }

  get waiting(): boolean {
    return this.#unit !== undefined || this.#queue.length > 0;
  }

  get midway(): boolean {
    return this.#segments !== undefined;
  }

  push(unit: OutboundUnit): boolean {
    return this.#queue.push(unit);
  }

  next(): Uint8Array {
    this.#unit ??= this.#queue.shift();
    assert(this.#unit !== undefined, 'something waits');
    this.#segments ??= this.#cut(this.#unit.octets);
    return this.#segments.next()!;
  }

  sent(): void {
    if (!this.#segments?.done) return;
    this.#finished = this.#unit;
    this.#unit = undefined;
    this.#segments = undefined;
  }

  finished(): OutboundUnit | undefined {
    const unit = this.#finished;
    this.#finished = undefined;
    return unit;
  }

  rewind(): void {
    this.#segments = undefined;
  }

  discard(): OutboundUnit | undefined {
    const unit = this.#unit ?? this.#queue.shift();
    this.#unit = undefined;
    this.#segments = undefined;
    return unit;
  }

  #cut(octets: Uint8Array): Segments {
    const { protocolId, tfdfOctets } = this.#options;
    return protocolId === undefined
      ? segmentWholePacket(octets, tfdfOctets)
      : segmentPacket(protocolId, octets, tfdfOctets);
  }
}

/** Fixed length. Bounded by its queue and the units of one data field. */
class PackedLane implements Lane {
  readonly #options: LaneOptions;
  readonly #queue: UnitQueue;
  readonly #packer = new PacketPacker(USLP_POINTERS);
  readonly #tfdf: Uint8Array;
  /** Out of the queue and not wholly sent. */
  readonly #units: OutboundUnit[] = [];
  /** How many of them the packer has. */
  #packed = 0;
  /** Bounded by the units that end in one field. */
  readonly #finished = new Fifo<OutboundUnit>();

  constructor(options: LaneOptions) {
    assert(options.tfdfOctets > POINTED_HEADER_OCTETS, 'a data field has room for an octet');
    this.#options = options;
    this.#queue = new UnitQueue(options.octetsMax);
    this.#tfdf = new Uint8Array(options.tfdfOctets);
  }

  get mapId(): number {
    return this.#options.mapId;
  }

  get waiting(): boolean {
    return this.#units.length > 0 || this.#queue.length > 0;
  }

  /** Every field of rule 000 says for itself where its packets start. */
  get midway(): boolean {
    return false;
  }

  push(unit: OutboundUnit): boolean {
    return this.#queue.push(unit);
  }

  next(): Uint8Array {
    assert(this.waiting, 'something waits');
    const tfdf = this.#tfdf;
    // Bounded by the octets of the field: no packet is empty.
    while (this.#packer.waitingOctets < tfdf.length && this.#pack());
    const pointer = this.#packer.fill(tfdf, POINTED_HEADER_OCTETS, tfdf.length);
    writePointedHeader(RULE_PACKETS, UPID_PACKETS, pointer, tfdf, 0);
    return tfdf;
  }

  sent(): void {
    const { finished } = this.#packer;
    // Bounded by the units that end in one field.
    for (let n = 0; n < finished; n++) this.#finished.push(this.#units[n]!);
    this.#units.splice(0, finished);
    this.#packed -= finished;
  }

  finished(): OutboundUnit | undefined {
    return this.#finished.shift();
  }

  rewind(): void {
    this.#packer.clear();
    this.#packed = 0;
  }

  discard(): OutboundUnit | undefined {
    this.rewind();
    return this.#units.shift() ?? this.#queue.shift();
  }

  /** Gives the packer one more packet; false when nothing more waits. */
  #pack(): boolean {
    if (this.#packed === this.#units.length) {
      const unit = this.#queue.shift();
      if (unit === undefined) return false;
      this.#units.push(unit);
    }
    const { octets } = this.#units[this.#packed++]!;
    const { protocolId } = this.#options;
    this.#packer.push(protocolId === undefined ? octets : encodeEncapsulation(protocolId, octets));
    return true;
  }
}
