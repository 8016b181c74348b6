/**
 * The bundles of one traffic class that wait to be put into LTP blocks. Those that wait together
 * and fit one segment are one block (client service 2): one session and one report for all. So
 * nothing waits for the sake of company, and a bundle is not complete later than its own frame.
 *
 * Source: CCSDS 734.1-B (service data aggregation); decision 0022.
 */
import { CLIENT_SERVICE_AGGREGATION, CLIENT_SERVICE_BUNDLE } from '../ltp/contract.ts';
import { encodeServiceData, serviceDataOctets, UNITS_MAX } from '../ltp/service-data.ts';
import type { Instant } from '../machine.ts';
import { QUEUE_OCTETS_MAX } from './contract.ts';
import { GROWTH_OCTETS_MAX, type OutboundBundle, UnitQueue } from './unit-queue.ts';

/** One or more bundles on their way into a session. */
export interface BundleBlock {
  readonly ids: readonly string[];
  readonly clientService: number;
  /** A view of the bundle, or fresh. */
  readonly octets: Uint8Array;
}

/** Bounded by `QUEUE_OCTETS_MAX` and `APART_MAX`. */
export class BlockQueue {
  readonly #waiting = new UnitQueue<OutboundBundle>(QUEUE_OCTETS_MAX);
  /** Ids that go alone, for they came back in company. */
  readonly #apart = new Set<string>();

  /** False when there is no room. */
  push(bundle: OutboundBundle): boolean {
    return this.#waiting.push(bundle);
  }

  /** Octets of the bundle that is next, at most; undefined when none waits. */
  get nextOctets(): number | undefined {
    const next = this.#waiting.first;
    if (next === undefined) return undefined;
    return next.octets.length + (next.octetsAt === undefined ? 0 : GROWTH_OCTETS_MAX);
  }

  /**
   * The next bundle as a block, with those behind it that fit as well into `shareOctetsMax`: 0 for
   * a far side that takes no more than one. They leave at `now`.
   */
  take(shareOctetsMax: number, now: Instant): BundleBlock | undefined {
    const first = this.#waiting.shift();
    if (first === undefined) return undefined;
    const units = [unitOf(first, now)];
    const ids = [first.id];
    let octets = serviceDataOctets(units[0]!);
    // Bounded by UNITS_MAX.
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      const unit = unitOf(next, now);
      octets += serviceDataOctets(unit);
      if (octets > shareOctetsMax || units.length === UNITS_MAX) break;
      if (this.#apart.has(first.id) || this.#apart.has(next.id)) break;
      units.push(unit);
      ids.push(next.id);
      this.#waiting.shift();
    }
    this.#apart.delete(first.id);
    if (units.length === 1) {
      return { ids, ...units[0]! };
    }
    return { ids, clientService: CLIENT_SERVICE_AGGREGATION, octets: encodeServiceData(units) };
  }

  /**
   * The far side has refused a block of these. It would refuse all of them again for the sake of
   * one, so each goes alone when it comes again; where one is forgotten, it may come back so twice.
   */
  setApart(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.#apart.size < APART_MAX) this.#apart.add(id);
    }
  }

  /** The ids of all that wait, which leave. */
  discard(): string[] {
    const ids: string[] = [];
    // Bounded by the bundles that wait.
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      ids.push(next.id);
    }
    this.#apart.clear();
    return ids;
  }
}

function unitOf({ octets, octetsAt }: OutboundBundle, now: Instant) {
  return { clientService: CLIENT_SERVICE_BUNDLE, octets: octetsAt?.(now) ?? octets };
}

/** Some refused blocks full of the smallest bundles. */
const APART_MAX = 4_096;
