/**
 * The bundles that wait for a link: one queue per traffic class, the highest class first. Each
 * class has a bound of its own, so a backlog of bulk never turns a flash bundle away.
 */

import { Fifo } from '../fifo.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';

/** A bundle on its way out. The octets are a view that its owner does not change. */
export interface OutboundBundle {
  /** The agent's name for it, answered in `sent` or `unsent`. */
  readonly id: string;
  readonly octets: Uint8Array;
  readonly trafficClass: TrafficClass;
}

/** Bounded by `octetsMax` for each class, counting `BUNDLE_COST_OCTETS` for each bundle too. */
export class ClassQueue {
  readonly #octetsMax: number;
  readonly #queues = TRAFFIC_CLASSES.map(() => new Fifo<OutboundBundle>());
  readonly #costs = TRAFFIC_CLASSES.map(() => 0);

  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** False when the class has no room; the queue is then unchanged. */
  push(bundle: OutboundBundle): boolean {
    const cost = costOf(bundle) + this.#costs[bundle.trafficClass]!;
    if (cost > this.#octetsMax) return false;
    this.#costs[bundle.trafficClass] = cost;
    this.#queues[bundle.trafficClass]!.push(bundle);
    return true;
  }

  /** The oldest bundle of the class, which leaves the queue. */
  shift(trafficClass: TrafficClass): OutboundBundle | undefined {
    const bundle = this.#queues[trafficClass]!.shift();
    if (bundle !== undefined) this.#costs[trafficClass]! -= costOf(bundle);
    return bundle;
  }

  /** How many bundles of the class wait. */
  waiting(trafficClass: TrafficClass): number {
    return this.#queues[trafficClass]!.length;
  }
}

function costOf(bundle: OutboundBundle): number {
  return bundle.octets.length + BUNDLE_COST_OCTETS;
}

/** What the record of one waiting bundle takes, so that many tiny bundles are bounded as well. */
const BUNDLE_COST_OCTETS = 64;
