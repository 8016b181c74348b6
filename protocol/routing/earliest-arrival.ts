/**
 * Earliest-arrival routing over a contact plan: Dijkstra's search whose vertices are contacts.
 *
 *   tx      = max(contact start, arrival at its near end)       excluded if the contact ends before
 *   departs = tx + octets / rate                                must not be after the contact's end
 *   arrives = departs + light time in force at tx
 *
 * Each contact carries one label. With one label per node a longer route that reaches a node first
 * would hide a shorter one that arrives no later in the end. One per contact may still, among
 * routes that arrive together, name one with more contacts when both wait for the same later one.
 *
 * Source: CCSDS 734.3-B-1 §3.2.4.1 and §3.2.8.1.4 a), digest section 16. The arrival is that of
 * the last octet. The light time margin is nil: the plan's ranges already hold the true distance.
 */
import { assert } from '../assert.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { Contact, ContactPlan, NodeNumber } from './contact-plan.ts';
import { Labels } from './labels.ts';
import { LightTimes } from './light-times.ts';

/** What to find a way for. `excluded` nodes may not be the first after `from`. */
export interface RouteQuery {
  readonly from: NodeNumber;
  readonly to: NodeNumber;
  readonly at: Instant;
  readonly sizeOctets: number;
  readonly excluded: ReadonlySet<NodeNumber>;
}

/** The best way from one node to another. */
export interface Route {
  /** The neighbour to send to, and when the contact with it begins. */
  readonly entry: NodeNumber;
  readonly entryStartsAt: Instant;
  /** When the last octet reaches the destination. */
  readonly arrivesAt: Instant;
  readonly hops: number;
  /** Until when a bundle of the same size that sets out still catches every contact. */
  readonly validUntil: Instant;
  /** Indexes into the plan's contacts, in order of travel. */
  readonly contacts: readonly number[];
}

/** The indexes of one plan and the scratch of one search. Keeps nothing of the plan's objects. */
export class ContactGraph {
  /** Nodes by ascending number; a node's rank is its place here. */
  readonly #nodes: readonly NodeNumber[];
  readonly #ranks = new Map<NodeNumber, number>();
  /** Node r transmits in the contacts `#first[r]` up to `#first[r + 1]`, sorted by start. */
  readonly #first: Int32Array;
  readonly #planIndex: Int32Array;
  readonly #to: Int32Array;
  readonly #startsAt: Float64Array;
  readonly #endsAt: Float64Array;
  readonly #usPerOctet: Float64Array;
  readonly #pair: Int32Array;
  readonly #lightTimes: LightTimes;
  readonly #labels: Labels;
  /** Fewest contacts with which a search has come to each node. */
  readonly #hopsMin: Int32Array;

  constructor(plan: ContactPlan) {
    const contacts = plan.contacts;
    const numbers = new Set<NodeNumber>();
    for (const contact of contacts) numbers.add(contact.from).add(contact.to);
    this.#nodes = [...numbers].sort((a, b) => a - b);
    this.#nodes.forEach((node, rank) => {
      this.#ranks.set(node, rank);
    });
    this.#first = firstContacts(contacts, this.#ranks);
    this.#planIndex = new Int32Array(contacts.length);
    this.#to = new Int32Array(contacts.length);
    this.#startsAt = new Float64Array(contacts.length);
    this.#endsAt = new Float64Array(contacts.length);
    this.#usPerOctet = new Float64Array(contacts.length);
    this.#pair = new Int32Array(contacts.length);
    const pairs = this.#fill(contacts);
    this.#lightTimes = new LightTimes(plan.ranges, pairs.size, (range) => {
      const key = this.#pairKey(range.a, range.b);
      return key === undefined ? undefined : pairs.get(key);
    });
    this.#labels = new Labels(contacts.length);
    this.#hopsMin = new Int32Array(this.#nodes.length);
  }

  /** The best route, or undefined when no sequence of contacts leads there, or `to` is `from`. */
  route(query: RouteQuery): Route | undefined {
    const source = this.#ranks.get(query.from);
    const target = this.#ranks.get(query.to);
    if (source === undefined || target === undefined || source === target) return undefined;
    const labels = this.#labels;
    labels.clear();
    this.#hopsMin.fill(HOPS_UNKNOWN);
    let arrivalMax = this.#expand(-1, source, source, target, query, Number.MAX_SAFE_INTEGER);
    // Bounded by the contacts of the plan: each settles once.
    for (let contact = labels.settle(); contact >= 0; contact = labels.settle()) {
      const node = this.#to[contact]!;
      if (node === target) return this.#routeOf(contact, query.at);
      // Whatever goes on from here was reached no later, and by fewer contacts, before.
      if (this.#hopsMin[node]! < labels.hops[contact]!) continue;
      this.#hopsMin[node] = labels.hops[contact]!;
      arrivalMax = this.#expand(contact, node, source, target, query, arrivalMax);
    }
    return undefined;
  }

  /**
   * Offers a label to each contact out of `node` that can be caught from `parent` (−1: the source
   * itself). Arrivals after `arrivalMax` cannot win; returns that limit, lowered where possible.
   */
  #expand(
    parent: number,
    node: number,
    source: number,
    target: number,
    query: RouteQuery,
    arrivalMax: Instant,
  ): Instant {
    const labels = this.#labels;
    const here = parent < 0 ? query.at : labels.arrivesAt[parent]!;
    const hops = parent < 0 ? 1 : labels.hops[parent]! + 1;
    const terminatesAt = parent < 0 ? Number.MAX_SAFE_INTEGER : labels.terminatesAt[parent]!;
    let limit = arrivalMax;
    const end = this.#first[node + 1]!;
    for (let contact = this.#first[node]!; contact < end; contact++) {
      const startsAt = this.#startsAt[contact]!;
      if (startsAt > limit) break;
      const to = this.#to[contact]!;
      const endsAt = this.#endsAt[contact]!;
      const sendsAt = Math.max(startsAt, here);
      const departsAt = sendsAt + Math.ceil(query.sizeOctets * this.#usPerOctet[contact]!);
      if (departsAt > endsAt || to === source) continue;
      if (parent < 0 && query.excluded.has(this.#nodes[to]!)) continue;
      const owltUs = this.#lightTimes.owltUs(this.#pair[contact]!, sendsAt);
      const arrivesAt = departsAt + owltUs;
      if (owltUs < 0 || arrivesAt > limit) continue;
      if (to === target) limit = arrivesAt;
      labels.offer(
        contact,
        parent,
        departsAt,
        arrivesAt,
        hops,
        Math.min(endsAt, terminatesAt),
        parent < 0 ? to : labels.entry[parent]!,
      );
    }
    return limit;
  }

  #routeOf(last: number, at: Instant): Route {
    const labels = this.#labels;
    const contacts = new Array<number>(labels.hops[last]!);
    let slackUs = Number.MAX_SAFE_INTEGER;
    let entry = last;
    let hop = contacts.length;
    // Bounded by the contacts of the plan: a label's parent settled before it.
    for (let contact = last; contact >= 0; contact = labels.parent[contact]!) {
      slackUs = Math.min(slackUs, this.#endsAt[contact]! - labels.departsAt[contact]!);
      contacts[--hop] = this.#planIndex[contact]!;
      entry = contact;
    }
    return {
      entry: this.#nodes[this.#to[entry]!]!,
      entryStartsAt: this.#startsAt[entry]!,
      arrivesAt: labels.arrivesAt[last]!,
      hops: contacts.length,
      validUntil: at + slackUs,
      contacts,
    };
  }

  /** Copies the contacts, grouped by transmitter; returns the pairs of nodes, numbered. */
  #fill(contacts: readonly Contact[]): Map<number, number> {
    const pairs = new Map<number, number>();
    const next = this.#first.slice();
    contacts.forEach((contact, index) => {
      const rank = this.#ranks.get(contact.from)!;
      const slot = next[rank]!;
      next[rank] = slot + 1;
      const key = this.#pairKey(contact.from, contact.to)!;
      if (!pairs.has(key)) pairs.set(key, pairs.size);
      this.#planIndex[slot] = index;
      this.#to[slot] = this.#ranks.get(contact.to)!;
      this.#startsAt[slot] = contact.startsAt;
      this.#endsAt[slot] = contact.endsAt;
      this.#usPerOctet[slot] = (8 * MICROSECONDS_PER_S) / contact.rateBps;
      this.#pair[slot] = pairs.get(key)!;
    });
    return pairs;
  }

  /** One number for a pair in either order; undefined when the plan has no contact of a node. */
  #pairKey(a: NodeNumber, b: NodeNumber): number | undefined {
    const rankA = this.#ranks.get(a);
    const rankB = this.#ranks.get(b);
    if (rankA === undefined || rankB === undefined) return undefined;
    return Math.min(rankA, rankB) * this.#nodes.length + Math.max(rankA, rankB);
  }
}

/** Counts the contacts of each transmitter and adds them up; asserts the plan's order. */
function firstContacts(
  contacts: readonly Contact[],
  ranks: ReadonlyMap<NodeNumber, number>,
): Int32Array {
  const first = new Int32Array(ranks.size + 1);
  let startsAt = 0;
  for (const contact of contacts) {
    assert(contact.startsAt >= startsAt, 'the contacts of a plan are sorted by their start');
    startsAt = contact.startsAt;
    first[ranks.get(contact.from)! + 1]! += 1;
  }
  for (let rank = 0; rank < ranks.size; rank++) first[rank + 1]! += first[rank]!;
  return first;
}

const HOPS_UNKNOWN = 0x7fffffff;
