/**
 * What the notices of all nodes say about the bundles: the ledger of the mesh, and how long the
 * bundles of each flow took. What is counted are units, the bundles that sources sent: fragments,
 * copies for the members of a group and wholes that are joined again are pieces of these. A unit
 * that has been delivered and timed is added to its flow; only its name is kept.
 *
 * A node that is killed takes its last notices with it. What its store holds when it returns sets
 * the ledger right: a unit of which anybody has told was accepted by its source.
 */
import type { Notice } from '#node/notice.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { Inventory } from '../fleet/inventory.ts';
import { FlowRecord, type TracedFlow } from './flow-record.ts';
import { Journey } from './journey.ts';
import { type Piece, pieceOf } from './piece.ts';
import type { FlowReport, MeshLedger } from './report.ts';
import { Samples } from './samples.ts';

/** Watches every node's notices. */
export class Trace {
  /** Over all flows. */
  readonly latencyMs = new Samples();
  /** Over all flows: the overhead of a bundle divided by its hops. */
  readonly overheadPerHopMs = new Samples();
  readonly #owltUs: (a: NodeNumber, b: NodeNumber, at: Instant) => number;
  /** By source EID. Bounded by the flows of the scenario. */
  readonly #flows: ReadonlyMap<string, FlowRecord>;
  /** By unit, oldest first. Bounded by JOURNEYS_MAX. */
  readonly #journeys = new Map<string, Journey>();
  /** Units that have been delivered and timed, oldest first. Bounded by DONE_MAX. */
  readonly #done = new Set<string>();
  /** Units for groups of which it is not known who is a member. Bounded by `#journeys`. */
  readonly #groups = new Set<string>();
  /** Since when each node has had each link secured. Bounded by the links of the plan. */
  readonly #securedAt = new Map<string, Instant>();
  /** Status reports that have come to those who asked, by what they say. Bounded by that. */
  readonly #statusReports: Record<string, number> = {};
  /** What has become of the units that are forgotten. Bounded by the reasons there are. */
  readonly #ended = new Map<string, number>();
  #accepted = 0;
  #deliveredAgain = 0;

  /** `owltUs` gives the light time between two nodes at an instant, as World does. */
  constructor(
    flows: readonly TracedFlow[],
    owltUs: (a: NodeNumber, b: NodeNumber, at: Instant) => number,
  ) {
    this.#flows = new Map(flows.map((flow) => [flow.source, new FlowRecord(flow)]));
    this.#owltUs = owltUs;
  }

  /** Takes in what a node tells. Those of one node come in order, nodes in any order. */
  notice(node: NodeNumber, notice: Notice): void {
    switch (notice.kind) {
      case 'link-secured':
      case 'link-down':
        this.#onLink(node, notice);
        break;
      case 'bundle-accepted':
        this.#onAccepted(node, notice);
        break;
      case 'bundle-forwarded': {
        const { id, to, at } = notice;
        const piece = pieceOf(id);
        const securedAt = this.#securedAt.get(`${node}-${to}`) ?? 0;
        const owltUs = this.#owltUs(node, to, at);
        this.#journeyOf(piece.unit)?.forward(node, to, piece, at, securedAt, owltUs);
        this.#time(piece.unit);
        break;
      }
      case 'status-report':
        for (const status of notice.statuses) {
          this.#statusReports[status] = (this.#statusReports[status] ?? 0) + 1;
        }
        this.#onDelivered(node, notice);
        break;
      case 'bundle-delivered':
        this.#onDelivered(node, notice);
        break;
      case 'bundle-expired':
        this.#end(node, pieceOf(notice.id), EXPIRED);
        break;
      case 'bundle-deleted':
        this.#end(node, pieceOf(notice.id), notice.reason);
        break;
      case 'bundle-copied':
      case 'bundle-fragmented':
      case 'bundle-reassembled':
        this.#onSucceeded(node, notice);
    }
  }

  /** A node that was killed runs again, and this is what its store has kept. */
  returned(node: NodeNumber, at: Instant, { held, delivered }: Inventory): void {
    for (const key of this.#securedAt.keys()) {
      if (key.startsWith(`${node}-`)) this.#securedAt.delete(key);
    }
    for (const id of delivered) {
      const piece = pieceOf(id);
      // Most of these have been told of before.
      const isNews = this.#journeys.get(piece.unit)?.deliver(node, piece, at) === true;
      if (isNews) this.#countDelivery(piece.unit);
    }
    const kept = new Map<string, Piece[]>(); // Bounded by the node's store.
    for (const id of held) {
      const piece = pieceOf(id);
      const pieces = kept.get(piece.unit);
      if (pieces !== undefined) pieces.push(piece);
      else if (this.#journeyOf(piece.unit) !== undefined) kept.set(piece.unit, [piece]);
    }
    for (const [unit, journey] of this.#journeys) {
      journey.find(node, kept.get(unit) ?? [], at);
      this.#time(unit);
    }
  }

  /** How often a node was given a unit that it had been given before. */
  get deliveredAgain(): number {
    return this.#deliveredAgain;
  }

  /**
   * What has become of every unit that a source accepted. It holds once all nodes have told all
   * they have to tell; then a unit that no node keeps, delivered, expired or deleted was lost.
   */
  ledger(): MeshLedger {
    const counts = new Map(this.#ended);
    for (const [unit, journey] of this.#journeys) add(counts, this.#stateOf(unit, journey));
    const take = (state: string): number => {
      const count = counts.get(state) ?? 0;
      counts.delete(state);
      return count;
    };
    const ledger = {
      accepted: this.#accepted,
      delivered: take(DELIVERED),
      expired: take(EXPIRED),
      stored: take(STORED),
      inFlight: take(IN_FLIGHT),
      statusReports: { ...this.#statusReports },
    };
    return { ...ledger, deleted: Object.fromEntries(counts) };
  }

  /** Every flow, in the order given. */
  flows(): FlowReport[] {
    return [...this.#flows.values()].map((flow) => flow.report());
  }

  #onLink(
    node: NodeNumber,
    { kind, neighbour, at }: Extract<Notice, { kind: 'link-secured' | 'link-down' }>,
  ): void {
    const key = `${node}-${neighbour}`;
    if (kind === 'link-down') this.#securedAt.delete(key);
    // A link that is secured anew while it is up has been there all the time.
    else if (!this.#securedAt.has(key)) this.#securedAt.set(key, at);
  }

  #onAccepted(
    node: NodeNumber,
    { id, at, arrivedAt, originated }: Extract<Notice, { kind: 'bundle-accepted' }>,
  ): void {
    const piece = pieceOf(id);
    this.#journeyOf(piece.unit)?.accept(node, piece, arrivedAt, originated, at);
    this.#time(piece.unit);
  }

  #onDelivered(node: NodeNumber, { id, at }: { readonly id: string; readonly at: Instant }): void {
    const piece = pieceOf(id);
    if (this.#journeyOf(piece.unit)?.deliver(node, piece, at) === true) {
      this.#countDelivery(piece.unit);
      this.#time(piece.unit);
    } else this.#deliveredAgain++;
  }

  #countDelivery(unit: string): void {
    const flow = this.#flowOf(unit);
    if (flow !== undefined) flow.delivered++;
  }

  #onSucceeded(
    node: NodeNumber,
    { id, kind }: Extract<Notice, { kind: `bundle-${'copied' | 'fragmented' | 'reassembled'}` }>,
  ): void {
    const piece = pieceOf(id);
    this.#end(node, piece);
    const isOpen = kind === 'bundle-copied' && this.#flowOf(piece.unit) === undefined;
    if (isOpen && this.#journeys.has(piece.unit)) this.#groups.add(piece.unit);
  }

  #end(node: NodeNumber, piece: Piece, loss?: string): void {
    this.#journeyOf(piece.unit)?.end(node, piece, loss);
  }

  /** What has become of a unit by what is known now. */
  #stateOf(unit: string, journey: Journey): string {
    if (this.#isComplete(unit, journey)) return DELIVERED;
    if (journey.held) return STORED;
    // Members of which nobody has heard may be none.
    if (this.#groups.has(unit))
      return journey.deliveries > 0 ? DELIVERED : (journey.loss ?? DELIVERED);
    return journey.loss ?? IN_FLIGHT;
  }

  /** Whether all whom it is for have it, as far as it is known who that is. */
  #isComplete(unit: string, { deliveries }: Journey): boolean {
    return !this.#groups.has(unit) && deliveries >= (this.#flowOf(unit)?.members ?? 1);
  }

  /** The journey of a unit, which begins when it is heard of; undefined when it has ended. */
  #journeyOf(unit: string): Journey | undefined {
    if (this.#done.has(unit)) return undefined;
    let journey = this.#journeys.get(unit);
    if (journey === undefined) {
      if (this.#journeys.size === JOURNEYS_MAX) this.#evictOldest();
      journey = new Journey();
      this.#journeys.set(unit, journey);
      this.#accepted++;
      const flow = this.#flowOf(unit);
      if (flow !== undefined) flow.sent++;
    }
    return journey;
  }

  #evictOldest(): void {
    for (const [unit, journey] of this.#journeys) {
      this.#forget(unit, journey);
      return;
    }
  }

  #forget(unit: string, journey: Journey): void {
    add(this.#ended, this.#stateOf(unit, journey));
    this.#journeys.delete(unit);
    this.#groups.delete(unit);
  }

  /** Adds what deliveries took to the flow of a unit, and forgets it when all is known of it. */
  #time(unit: string): void {
    const journey = this.#journeys.get(unit);
    if (journey === undefined || journey.deliveries === 0) return;
    const flow = this.#flowOf(unit);
    for (const times of journey.takeTimes()) {
      if (flow === undefined) continue;
      flow.add(times);
      const { hops, latencyUs, overheadUs } = times;
      this.latencyMs.add(latencyUs / 1_000);
      if (hops > 0) this.overheadPerHopMs.add(overheadUs / 1_000 / hops);
    }
    if (!journey.timed || !this.#isComplete(unit, journey)) return;
    this.#forget(unit, journey);
    this.#done.add(unit);
    if (this.#done.size <= DONE_MAX) return;
    for (const oldest of this.#done) {
      this.#done.delete(oldest);
      return;
    }
  }

  #flowOf(unit: string): FlowRecord | undefined {
    return this.#flows.get(unit.slice(0, unit.indexOf('-')));
  }
}

function add(counts: Map<string, number>, state: string): void {
  counts.set(state, (counts.get(state) ?? 0) + 1);
}

/** States of a unit beside the reasons for which it may have been deleted. */
const DELIVERED = 'delivered';
const EXPIRED = 'expired';
const STORED = 'stored';
const IN_FLIGHT = 'in flight';
/** Units under way at once; beyond this the oldest are no longer watched. */
const JOURNEYS_MAX = 200_000;
/** A second delivery of a unit is known for one as long as no more have been delivered since. */
const DONE_MAX = 200_000;
