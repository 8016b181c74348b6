/**
 * Chooses the virtual channel of the next frame. Strict priority at the frame boundary: the highest
 * class that waits goes first, so a flash bundle goes between two frames of a bulk bundle.
 *
 * `bulk` may be promised a share of the line all the same. While bulk waits, every frame of another
 * class adds to what it is owed, and when that comes to a frame, a frame of bulk goes first, ahead
 * even of flash: over any time in which it waits, bulk has its share but for one frame. With a
 * share of 0, the default, an alert never waits for more than the frame on the line, and a line
 * that the higher classes fill carries no bulk at all.
 *
 * Source: CCSDS 732.1-B-3 §4.2.9 (virtual channel multiplexing), whose order is the mission's own.
 */
import { assert } from '../assert.ts';
import type { MapMultiplexer } from './map-multiplexer.ts';

/** The virtual channels of one link. */
export class VcMultiplexer {
  readonly #bulkShare: number;
  /** Bulk goes first when it is owed so much: one frame would then still leave the share short. */
  readonly #owedOctetsMax: number;
  /** Highest class first; bulk is the last. */
  readonly #channels: readonly MapMultiplexer[];
  readonly #bulk: MapMultiplexer;
  #owedOctets = 0;

  /** `bulkShare`: from 0, and less than 1. `frameOctetsMax`: the longest frame on the line. */
  constructor(channels: readonly MapMultiplexer[], bulkShare: number, frameOctetsMax: number) {
    assert(bulkShare >= 0 && bulkShare < 1, 'bulk is promised a part of the line, not all of it');
    this.#channels = channels;
    this.#bulk = channels.at(-1)!;
    this.#bulkShare = bulkShare;
    this.#owedOctetsMax = (1 - bulkShare) * frameOctetsMax;
  }

  /** The channel whose frame goes next; undefined when nothing waits. */
  next(): MapMultiplexer | undefined {
    if (this.#owedOctets >= this.#owedOctetsMax && this.#bulk.waiting) return this.#bulk;
    // Bounded by the four classes.
    for (let n = 0; n < this.#channels.length; n++) {
      const channel = this.#channels[n]!;
      if (channel.waiting) return channel;
    }
    return undefined;
  }

  /** A frame of the channel left, with so many octets on the line. */
  charge(channel: MapMultiplexer, octets: number): void {
    if (channel === this.#bulk) {
      this.#owedOctets = Math.max(0, this.#owedOctets - (1 - this.#bulkShare) * octets);
    } else if (this.#bulk.waiting) this.#owedOctets += this.#bulkShare * octets;
  }
}
