/**
 * One node's routes, remembered for a short while: the bundles of a flow follow each other, so most
 * ask the same question again. An answer is used until a contact on the way would be missed, until
 * the exclusions change, and at most a second, after which a better route may have appeared.
 */
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { NodeNumber } from './contact-plan.ts';
import type { ContactGraph, Route } from './earliest-arrival.ts';

interface Answer {
  readonly sizeOctets: number;
  /** The neighbour excluded besides the others, 0 for none. */
  readonly avoided: NodeNumber;
  readonly validUntil: Instant;
  readonly route: Route | undefined;
}

/** Answers at instants that never fall. */
export class Router {
  readonly #graph: ContactGraph;
  readonly #from: NodeNumber;
  #excluded: ReadonlySet<NodeNumber> = new Set();
  /** By destination. Bounded by ANSWERS_MAX. */
  readonly #answers = new Map<NodeNumber, Answer>();
  /** By destination, the last answer that had one more neighbour excluded. Bounded as above. */
  readonly #detours = new Map<NodeNumber, Answer>();

  constructor(graph: ContactGraph, from: NodeNumber) {
    this.#graph = graph;
    this.#from = from;
  }

  /** From here on no route enters by these neighbours. The set is kept and must not change. */
  exclude(excluded: ReadonlySet<NodeNumber>): void {
    this.#excluded = excluded;
    this.#answers.clear();
    this.#detours.clear();
  }

  /**
   * The best route to `to`, preferring any that does not enter by `previous`, the node that the
   * bundle came from (0: none), as CCSDS 734.3-B-1 §3.2.5.2 asks. Only when no other way exists
   * may it go back. The size is rounded up so that bundles of a flow share an answer.
   */
  route(to: NodeNumber, at: Instant, sizeOctets: number, previous: NodeNumber): Route | undefined {
    const size = Math.ceil(sizeOctets / SIZE_STEP_OCTETS) * SIZE_STEP_OCTETS;
    const best = this.#answer(to, at, size, 0);
    if (best === undefined || best.entry !== previous) return best;
    return this.#answer(to, at, size, previous) ?? best;
  }

  #answer(to: NodeNumber, at: Instant, sizeOctets: number, avoided: NodeNumber): Route | undefined {
    const answers = avoided === 0 ? this.#answers : this.#detours;
    const known = answers.get(to);
    if (known !== undefined && known.sizeOctets === sizeOctets && known.avoided === avoided) {
      if (at <= known.validUntil) return known.route;
    }
    const excluded = avoided === 0 ? this.#excluded : new Set(this.#excluded).add(avoided);
    const route = this.#graph.route({ from: this.#from, to, at, sizeOctets, excluded });
    const validUntil = Math.min(at + AGE_US_MAX, route?.validUntil ?? Number.MAX_SAFE_INTEGER);
    if (answers.size >= ANSWERS_MAX) answers.clear();
    answers.set(to, { sizeOctets, avoided, validUntil, route });
    return route;
  }
}

const ANSWERS_MAX = 1_024;
const AGE_US_MAX = MICROSECONDS_PER_S;
const SIZE_STEP_OCTETS = 256;
