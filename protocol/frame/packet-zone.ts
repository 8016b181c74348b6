/**
 * Data zones of fixed length in which packets run on from frame to frame: USLP rule 000, the M_PDU
 * of AOS and the data field of TM work alike, but for the values of the pointer that are no place.
 *
 *   frame n                  frame n + 1              frame n + 2
 *   | A ....... | B ....... | ................. B .. | .... B | C .. | idle |
 *   ^ pointer 0              pointer: none starts              ^ pointer 7
 *
 * Source: CCSDS 732.1-B-3 §4.1.4.2.4, 732.0-B-4 §4.1.4.2, 132.0-B-3 §4.1.2.7.
 */
import { assert } from '../assert.ts';
import { writeIdlePacket } from './encapsulation.ts';

/** The values of a first header pointer that are no place in the zone. */
export interface PointerValues {
  /** No packet starts in the zone. */
  readonly noStart: number;
  /** The zone holds only idle data; undefined where the link says that in another way. */
  readonly onlyIdle: number | undefined;
}

/** Packs packets into zones, one after the other. Its owner bounds what waits. */
export class PacketPacker {
  readonly #pointers: PointerValues;
  /** Whole packets, the first of them perhaps begun. */
  #packets: Uint8Array[] = [];
  /** How much of the first packet has left. */
  #at = 0;
  #waitingOctets = 0;

  constructor(pointers: PointerValues) {
    this.#pointers = pointers;
  }

  /** Octets of packets that have not left. */
  get waitingOctets(): number {
    return this.#waitingOctets;
  }

  /** Takes a whole packet: a view that its owner does not change until it has left. */
  push(packet: Uint8Array): void {
    assert(packet.length > 0, 'a packet has a header');
    this.#packets.push(packet);
    this.#waitingOctets += packet.length;
  }

  /**
   * Fills the zone out[from, to) with what waits, and the rest of it with an idle packet. Returns
   * the first header pointer, and leaves in `finished` how many packets ended in the zone.
   */
  fill(out: Uint8Array, from: number, to: number): number {
    let pointer = this.#pointers.noStart;
    let taken = 0;
    let at = from;
    // Bounded by the octets of the zone.
    for (; at < to && taken < this.#packets.length; ) {
      const packet = this.#packets[taken]!;
      if (this.#at === 0 && pointer === this.#pointers.noStart) pointer = at - from;
      const octets = Math.min(packet.length - this.#at, to - at);
      out.set(packet.subarray(this.#at, this.#at + octets), at);
      at += octets;
      this.#at += octets;
      if (this.#at < packet.length) break;
      this.#at = 0;
      taken++;
    }
    this.#waitingOctets -= at - from;
    this.#packets.splice(0, taken);
    this.finished = taken;
    if (at === to) return pointer;
    writeIdlePacket(out, at, to);
    return pointer === this.#pointers.noStart ? at - from : pointer;
  }

  /** How many packets ended in the zone filled last. */
  finished = 0;

  /** Forgets what waits. */
  clear(): void {
    this.#packets = [];
    this.#at = 0;
    this.#waitingOctets = 0;
  }
}
