/**
 * Packets out of data zones in which they run on from frame to frame.
 *
 * Where frames are missing, the packet begun before is dropped, and reading resumes at the next
 * first header pointer, so that no packet is lost whose octets all arrived. The pointer is
 * believed: a packet begun that would end elsewhere is dropped (§4.3.2.2.5). Incomplete packets are
 * never delivered: the option to do so is not supported. Source: CCSDS 732.1-B-3 §4.3.2.2.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { decodePacket, isIdlePacket, type Packet, packetOctets } from './packet.ts';
import type { PointerValues } from './packet-zone.ts';

/** What one channel carries and how much of it may wait. */
export interface PacketStreamOptions {
  readonly pointers: PointerValues;
  /** The longest packet joined from several zones, in octets: the bound on memory. */
  readonly packetOctetsMax: number;
}

/** After every `push` the owner calls `next` until undefined. */
export class PacketStream {
  readonly #pointers: PointerValues;
  readonly #packetOctetsMax: number;
  /** Whether the octets that come next belong to what came before; if not, a pointer must say. */
  #synchronised = false;
  /** The octets of a packet begun. Bounded by packetOctetsMax, kept from packet to packet. */
  #begun = new Uint8Array(0);
  #begunOctets = 0;
  /** How long the packet begun will be, where enough of its header is there. */
  #begunEnd: number | undefined = undefined;
  /** The zone pushed last, of which what is before `#at` has been taken. */
  #zone: Uint8Array = NOTHING;
  #at = 0;
  /** What the start of the zone has completed, or done wrong. */
  #output: Packet | Fault | undefined = undefined;

  constructor(options: PacketStreamOptions) {
    this.#pointers = options.pointers;
    this.#packetOctetsMax = options.packetOctetsMax;
  }

  /** Frames are missing before the next one: what was begun is lost. */
  interrupt(): void {
    this.#synchronised = false;
    this.#dropBegun();
  }

  /**
   * Takes the zone of the next frame received and its first header pointer; the octets pass to the
   * stream.
   */
  push(zone: Uint8Array, pointer: number): void {
    assert(this.#output === undefined && this.#at === this.#zone.length, 'what came is taken');
    const { noStart, onlyIdle } = this.#pointers;
    if (pointer === onlyIdle) return;
    this.#zone = zone;
    if (pointer === noStart) this.#continue(zone.length, false);
    else if (pointer < zone.length) this.#continue(pointer, true);
    else this.#output = this.#abandon(POINTER);
  }

  /**
   * The next packet that is not idle, its octets the taker's; or the fault by which something was
   * lost; or undefined.
   */
  next(): Packet | Fault | undefined {
    const output = this.#output;
    this.#output = undefined;
    if (output !== undefined) return output;
    // Bounded by the octets of the zone: each turn takes some.
    while (this.#at < this.#zone.length) {
      const octets = packetOctets(this.#zone, this.#at);
      if (octets instanceof Fault) return this.#abandon(octets);
      if (octets === 'more' || this.#at + octets > this.#zone.length) return this.#begin();
      const packet = decodePacket(this.#zone, this.#at) as Packet;
      this.#at = packet.end;
      if (!isIdlePacket(packet)) return packet;
    }
    return undefined;
  }

  /** The first `octets` of the zone end the packet begun, or, without an end, go on with it. */
  #continue(octets: number, ends: boolean): void {
    this.#at = octets;
    const fault = this.#synchronised ? this.#append(octets, ends) : undefined;
    this.#synchronised = ends || (this.#synchronised && fault === undefined);
    if (fault !== undefined) {
      this.#dropBegun();
      this.#output = fault;
    } else if (this.#begunOctets > 0 && this.#begunOctets === this.#begunEnd) this.#complete();
  }

  /** Adds the first `octets` of the zone to the packet begun; why they do not belong there. */
  #append(octets: number, ends: boolean): Fault | undefined {
    // A packet that ended with its frame is followed by the start of another.
    if (this.#begunOctets === 0) return octets > 0 ? DISAGREEMENT : undefined;
    let from = 0;
    if (this.#begunEnd === undefined) {
      from = Math.min(octets, HEADER_OCTETS_MAX - this.#begunOctets);
      this.#keep(this.#zone.subarray(0, from));
      const fault = this.#measure();
      if (fault !== undefined) return fault;
    }
    const end = this.#begunOctets + octets - from;
    if (this.#begunEnd !== undefined && end > this.#begunEnd) return DISAGREEMENT;
    if (ends && end !== this.#begunEnd) return DISAGREEMENT;
    this.#keep(this.#zone.subarray(from, octets));
    return undefined;
  }

  /** The rest of the zone begins a packet; why it does not. */
  #begin(): Fault | undefined {
    const head = Math.min(this.#at + HEADER_OCTETS_MAX, this.#zone.length);
    this.#keep(this.#zone.subarray(this.#at, head));
    const fault = this.#measure();
    if (fault !== undefined) return this.#abandon(fault);
    this.#keep(this.#zone.subarray(head));
    this.#at = this.#zone.length;
    return undefined;
  }

  /** Learns the length of the packet begun from its header, once that is there. */
  #measure(): Fault | undefined {
    const end = packetOctets(this.#begun.subarray(0, this.#begunOctets), 0);
    if (end instanceof Fault) return end;
    if (end === 'more') return undefined;
    this.#begunEnd = end;
    return end > this.#packetOctetsMax ? TOO_LONG : undefined;
  }

  #complete(): void {
    const packet = decodePacket(this.#begun.slice(0, this.#begunOctets), 0);
    assert(packet !== 'more' && !(packet instanceof Fault), 'a packet begun was measured');
    this.#dropBegun();
    if (!isIdlePacket(packet)) this.#output = packet;
  }

  #keep(octets: Uint8Array): void {
    const length = this.#begunOctets + octets.length;
    if (length > this.#begun.length) {
      const room = Math.min(2 * this.#begun.length, this.#packetOctetsMax);
      const grown = new Uint8Array(Math.max(length, room));
      grown.set(this.#begun.subarray(0, this.#begunOctets));
      this.#begun = grown;
    }
    this.#begun.set(octets, this.#begunOctets);
    this.#begunOctets = length;
  }

  /** What follows in the zone cannot be read. */
  #abandon(fault: Fault): Fault {
    this.interrupt();
    this.#at = this.#zone.length;
    return fault;
  }

  #dropBegun(): void {
    this.#begunOctets = 0;
    this.#begunEnd = undefined;
  }
}

const NOTHING = new Uint8Array(0);
/** Of an Encapsulation Packet; a Space Packet has six. */
const HEADER_OCTETS_MAX = 8;

const POINTER = new Fault('frame', 'pointer', 'CCSDS 732.1-B-3 4.1.4.2.4.3');
const DISAGREEMENT = new Fault('frame', 'pointer-disagrees', 'CCSDS 732.1-B-3 4.3.2.2.5');
const TOO_LONG = new Fault('packet', 'too-long', 'CCSDS 732.1-B-3 5');
