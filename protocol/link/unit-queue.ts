/** The bundles or packets that wait for one lane of a link, in the order of their arrival. */
import { Fifo } from '../fifo.ts';
import type { Instant } from '../machine.ts';
import type { TrafficClass } from '../traffic-class.ts';

/** A bundle or packet on its way out. The octets are a view that its owner does not change. */
export interface OutboundUnit {
  /** The owner's name for it, answered in `sent` or `unsent`; undefined where nobody asks. */
  readonly id: string | undefined;
  readonly octets: Uint8Array;
}

/** A bundle on its way out. */
export interface OutboundBundle extends OutboundUnit {
  readonly id: string;
  readonly trafficClass: TrafficClass;
  /**
   * Where they change with time: the octets as they are to leave at an instant, `GROWTH_OCTETS_MAX`
   * more than `octets` at most.
   */
  readonly octetsAt?: ((now: Instant) => Uint8Array) | undefined;
}

/** An age that was one octet and has become nine. */
export const GROWTH_OCTETS_MAX = 8;

/** Bounded by `octetsMax`, counting `UNIT_COST_OCTETS` for each unit too. */
export class UnitQueue<U extends OutboundUnit = OutboundUnit> {
  readonly #octetsMax: number;
  readonly #units = new Fifo<U>();
  #cost = 0;

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** How many units wait. */
  get length(): number {
    return this.#units.length;
  }

  /** The oldest unit, which stays. */
  get first(): U | undefined {
    return this.#units.first;
  }

  /** False when there is no room; the queue is then unchanged. */
  push(unit: U): boolean {
    const cost = this.#cost + costOf(unit);
    if (cost > this.#octetsMax) return false;
    this.#cost = cost;
    this.#units.push(unit);
    return true;
  }

  /** The oldest unit, which leaves the queue. */
  shift(): U | undefined {
    const unit = this.#units.shift();
    if (unit !== undefined) this.#cost -= costOf(unit);
    return unit;
  }
}

function costOf(unit: OutboundUnit): number {
  return unit.octets.length + UNIT_COST_OCTETS;
}

/** What the record of one waiting unit takes, so that many tiny units are bounded as well. */
const UNIT_COST_OCTETS = 64;
