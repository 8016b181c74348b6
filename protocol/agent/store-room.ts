/**
 * How much of the store each traffic class may fill, and what neighbours are told before it is
 * full.
 *
 *   flash      all of it, so that there is always room of its own for an alert
 *   expedited  95 %, normal 85 %, bulk 70 %: whoever matters least is refused first
 *
 * A class is stopped at seven eighths of its share, when what is on its way still fits, and goes on
 * at three quarters. What neighbours are told holds for PRESSURE_US, and is told again meanwhile: a
 * word that gets lost stops nobody for good.
 */
import type { Deadline, Instant } from '../machine.ts';
import type { TrafficClass } from '../traffic-class.ts';

/** The least class that is taken; 4 when none is. */
export type LeastClass = TrafficClass | 4;

/** How long a neighbour heeds what it was told. */
export const PRESSURE_US = 10_000_000;

/** The store of one agent, seen from the door. */
export class StoreRoom {
  readonly #octetsMax: number;
  #least: LeastClass = 0;
  #tellAt: Instant = 0;

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** Whether a bundle of this class and size still fits beside `heldOctets`. */
  has(heldOctets: number, sizeOctets: number, trafficClass: TrafficClass): boolean {
    return heldOctets + sizeOctets <= this.#octetsMax * SHARES[trafficClass]!;
  }

  /** The least class that neighbours may send, when they are to be told; else undefined. */
  look(now: Instant, heldOctets: number): LeastClass | undefined {
    const before = this.#least;
    let least = 0;
    // Bounded by the classes.
    while (least < SHARES.length && heldOctets > this.#limitOf(least, least < before)) least++;
    this.#least = least as LeastClass;
    if (least === before && (least === 0 || now < this.#tellAt)) return undefined;
    this.#tellAt = now + PRESSURE_US / 2;
    return this.#least;
  }

  /** The least class that neighbours may send, as they were told last. */
  get least(): LeastClass {
    return this.#least;
  }

  deadline(): Deadline | undefined {
    return this.#least === 0 ? undefined : { at: this.#tellAt, why: 'the store is nearly full' };
  }

  /** Beyond this a class is stopped, or stays so. */
  #limitOf(trafficClass: number, stopped: boolean): number {
    return this.#octetsMax * SHARES[trafficClass]! * (stopped ? RESUME_PART : STOP_PART);
  }
}

/** By class. */
const SHARES: readonly number[] = [0.7, 0.85, 0.95, 1];
const STOP_PART = 7 / 8;
const RESUME_PART = 3 / 4;
