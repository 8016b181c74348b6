/** The red part of a block that comes in, put together. */
import type { Fault } from '../fault.ts';
import { BLOCK_LARGE, NO_ROOM, SCATTERED } from './contract.ts';
import { IntervalSet } from './interval-set.ts';
import type { Lane } from './lane.ts';

/** Bounded by `octetsMax`, the room that its lane gives, and `INTERVALS_MAX`. */
export class BlockBuffer {
  /** What has come; its owner does not change it. */
  readonly received = new IntervalSet();
  readonly #lane: Lane;
  readonly #octetsMax: number;
  #octets = NOTHING;
  /** What the lane has reserved for it. */
  #reserved = 0;
  #reached = 0;
  #end: number | undefined;

  constructor(lane: Lane, octetsMax: number) {
    this.#lane = lane;
    this.#octetsMax = octetsMax;
  }

  /** Where the red part ends, once that is known. */
  get end(): number | undefined {
    return this.#end;
  }

  /** The end of the furthest data that have come. */
  get reached(): number {
    return this.#reached;
  }

  /** Whether all of it is here. */
  get isWhole(): boolean {
    return this.#end !== undefined && this.received.covers(0, this.#end);
  }

  /** Copies data in; or the fault for which nothing has changed. */
  write(offset: number, data: Uint8Array, isEnd: boolean): Fault | undefined {
    const to = offset + data.length;
    if (to > this.#octetsMax) return BLOCK_LARGE;
    if (this.received.count >= INTERVALS_MAX && !this.#adjoins(offset, to)) return SCATTERED;
    if (!this.#grow(to, isEnd)) return NO_ROOM;
    this.#octets.set(data, offset);
    this.received.add(offset, to);
    this.#reached = Math.max(this.#reached, to);
    if (isEnd) this.#end = to;
    return undefined;
  }

  /** The whole red part, which passes to the taker; the room stays reserved until `release`. */
  take(): Uint8Array {
    const octets = this.#octets.subarray(0, this.#end);
    this.#octets = NOTHING;
    return octets;
  }

  /** Gives the room back. */
  release(): void {
    this.#lane.receiveOctets -= this.#reserved;
    this.#reserved = 0;
    this.#octets = NOTHING;
  }

  #adjoins(from: number, to: number): boolean {
    return this.received.within(from - 1, to + 1).length > 0;
  }

  /** Twice as large each time, until the end is known. */
  #grow(to: number, isEnd: boolean): boolean {
    const { length } = this.#octets;
    if (to <= length) return true;
    const doubled = Math.min(Math.max(to, 2 * length), this.#octetsMax);
    const size = isEnd ? to : doubled;
    if (!this.#lane.reserve(size - length)) return false;
    const grown = new Uint8Array(size);
    grown.set(this.#octets);
    this.#octets = grown;
    this.#reserved += size - length;
    return true;
  }
}

const NOTHING = new Uint8Array(0);
/** Pieces between gaps; a sender that is answered fills them long before. */
const INTERVALS_MAX = 2_048;
