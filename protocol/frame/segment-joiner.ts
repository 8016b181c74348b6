/**
 * Joins the segments of units that were cut for the way, of whatever link. A unit that is never
 * ended, that has no start, or that grows too long is lost with a fault; what is left of it is then
 * dropped without a further one.
 */
import { assert } from '../assert.ts';
import type { Fault } from '../fault.ts';

/** Which part of a unit a segment holds. */
export type Part = 'first' | 'middle' | 'last' | 'whole';

/** What can be wrong, by the names of the link that cut the unit. */
export interface JoinerFaults {
  /** A unit starts before the one before has ended. */
  readonly unfinished: Fault;
  /** A segment of a unit that has not started. */
  readonly orphan: Fault;
  readonly tooLong: Fault;
}

/** After every `take` and `lose` the owner calls `next` until undefined. */
export class SegmentJoiner {
  /** The longest unit joined from segments: the bound on memory. */
  readonly #octetsMax: number;
  readonly #faults: JoinerFaults;
  /** `open` holds a first segment; `lost` waits for the next start. */
  #state: 'idle' | 'open' | 'lost' = 'idle';
  /** Bounded by octetsMax; kept from unit to unit, so that it grows only to the longest seen. */
  #collected = new Uint8Array(0);
  #length = 0;
  /** Bounded by two: one segment drops an unfinished unit and completes another. */
  readonly #outputs: (Uint8Array | Fault)[] = [];

  constructor(octetsMax: number, faults: JoinerFaults) {
    this.#octetsMax = octetsMax;
    this.#faults = faults;
  }

  /** Whether a unit has started and not ended. */
  get collecting(): boolean {
    return this.#state === 'open';
  }

  /** Segments are missing before the next one: what was collected is lost. */
  interrupt(): void {
    this.#state = 'lost';
  }

  /** The next segment is of no use, for the reason given; what was collected is lost with it. */
  lose(fault: Fault): void {
    this.#state = 'lost';
    this.#outputs.push(fault);
  }

  /** Takes the next segment; its octets are copied, but for those of a whole unit. */
  take(part: Part, octets: Uint8Array): void {
    assert(this.#outputs.length === 0, 'the outputs of the segment before have been taken');
    if (part === 'whole' || part === 'first') {
      if (this.#state === 'open') this.lose(this.#faults.unfinished);
      this.#state = part === 'whole' ? 'idle' : 'open';
      this.#length = 0;
      if (part === 'whole') {
        this.#outputs.push(octets);
        return;
      }
    }
    if (this.#state === 'idle') this.lose(this.#faults.orphan);
    if (this.#state === 'lost') return;
    if (this.#length + octets.length > this.#octetsMax) {
      this.lose(this.#faults.tooLong);
      return;
    }
    this.#append(octets);
    if (part !== 'last') return;
    this.#outputs.push(this.#collected.slice(0, this.#length));
    this.#state = 'idle';
  }

  /** The next whole unit, whose octets belong to the taker; or a fault; or undefined. */
  next(): Uint8Array | Fault | undefined {
    return this.#outputs.shift();
  }

  #append(octets: Uint8Array): void {
    const length = this.#length + octets.length;
    if (length > this.#collected.length) {
      const room = Math.min(Math.max(length, 2 * this.#collected.length), this.#octetsMax);
      const grown = new Uint8Array(room);
      grown.set(this.#collected.subarray(0, this.#length));
      this.#collected = grown;
    }
    this.#collected.set(octets, this.#length);
    this.#length = length;
  }
}
