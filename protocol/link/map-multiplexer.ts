/**
 * The sending side of one virtual channel: its MAPs take turns, the first of them with something to
 * send before the others, but segments of one unit stay together. Source: CCSDS 732.1-B-3 §4.2.5
 * (MAP multiplexing), §4.1.2.5.3.
 */
import type { Lane } from './lane.ts';
import type { OutboundUnit } from './unit-queue.ts';

/** The lanes of one virtual channel. After `next`, either `sent` or `rewind`. */
export class MapMultiplexer {
  readonly vcid: number;
  /** By priority. */
  readonly #lanes: readonly Lane[];
  #lane: Lane;

  constructor(vcid: number, lanes: readonly [Lane, ...Lane[]]) {
    this.vcid = vcid;
    this.#lanes = lanes;
    this.#lane = lanes[0];
  }

  /** Whether `next` has something to send. */
  get waiting(): boolean {
    // Bounded by the lanes, at most sixteen.
    for (let n = 0; n < this.#lanes.length; n++) if (this.#lanes[n]!.waiting) return true;
    return false;
  }

  /** The MAP of the data field given last. */
  get mapId(): number {
    return this.#lane.mapId;
  }

  /** The next data field: a view, good until the next call. Something must be waiting. */
  next(): Uint8Array {
    if (!this.#lane.midway) this.#choose();
    return this.#lane.next();
  }

  /** The field given last has left. */
  sent(): void {
    this.#lane.sent();
  }

  /** A unit whose last octet was in the field sent last, once each. */
  finished(): OutboundUnit | undefined {
    return this.#lane.finished();
  }

  /** Units partly sent start over. */
  rewind(): void {
    for (const lane of this.#lanes) lane.rewind();
  }

  /** A unit not wholly sent, which is given up; the oldest of its lane. */
  discard(): OutboundUnit | undefined {
    for (const lane of this.#lanes) {
      const unit = lane.discard();
      if (unit !== undefined) return unit;
    }
    return undefined;
  }

  #choose(): void {
    for (let n = 0; n < this.#lanes.length; n++) {
      this.#lane = this.#lanes[n]!;
      if (this.#lane.waiting) return;
    }
  }
}
