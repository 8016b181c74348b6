/**
 * What the notices of all nodes say about the bundles: the ledger of the mesh, and how long the
 * bundles of each flow took. A bundle that has met its fate is added to its flow, and only the fate
 * is kept.
 *
 * A node that is killed takes its last notices with it. What its store holds when it returns sets
 * the ledger right: a bundle of which anybody has told was accepted by its source.
 */
import type { Notice } from '#node/notice.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { Inventory } from '../fleet/inventory.ts';
import { FlowRecord, type TracedFlow } from './flow-record.ts';
import { Journey } from './journey.ts';
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
  /** By bundle id, oldest first. Bounded by JOURNEYS_MAX. */
  readonly #journeys = new Map<string, Journey>();
  /** Of bundles that are on no journey any more, by id. Bounded by JOURNEYS_MAX. */
  readonly #fates = new Map<string, string>();
  /** Since when each node has had each link secured. Bounded by the links of the plan. */
  readonly #securedAt = new Map<string, Instant>();
  /** Bundles by fate: `delivered`, `expired` or why they were deleted. Bounded by the reasons. */
  readonly #counts: Record<string, number> = {};
  #accepted = 0;
  #deliveredAgain = 0;
  #evicted = 0;

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
        const securedAt = this.#securedAt.get(`${node}-${to}`) ?? 0;
        const journey = this.#journeyOf(id);
        journey?.forward(node, to, at, securedAt, this.#owltUs(node, to, at));
        this.#settle(id, journey);
        break;
      }
      case 'bundle-delivered':
        this.#deliver(node, notice.id, notice.at);
        break;
      case 'bundle-expired':
        this.#end(node, notice.id, 'expired');
        break;
      case 'bundle-deleted':
        this.#end(node, notice.id, notice.reason);
    }
  }

  /** A node that was killed runs again, and this is what its store has kept. */
  returned(node: NodeNumber, at: Instant, { held, delivered }: Inventory): void {
    const kept = new Set(held); // Bounded by the node's store.
    const given = new Set(delivered); // Bounded by what the node's store remembers.
    for (const key of this.#securedAt.keys()) {
      if (key.startsWith(`${node}-`)) this.#securedAt.delete(key);
    }
    for (const [id, journey] of this.#journeys) {
      if (given.has(id) && !journey.delivered) this.#deliver(node, id, at);
      if (!kept.has(id)) journey.leave(node);
      this.#settle(id, journey);
    }
    for (const id of held) {
      const journey = this.#journeyOf(id);
      // When it came is not known, so nobody measures by it.
      if (journey?.heldBy(node) === false) journey.accept(node, at, false);
    }
  }

  /**
   * What has become of every bundle that a source accepted. Each part is counted by itself, so
   * that the sum is a check: accepted = delivered + expired + deleted + stored + inFlight. It
   * holds once all nodes have told all they have to tell.
   */
  ledger(): MeshLedger {
    let stored = this.#evicted;
    let inFlight = 0;
    for (const journey of this.#journeys.values()) {
      if (journey.delivered) continue;
      if (journey.held) stored++;
      else inFlight++;
    }
    const { delivered = 0, expired = 0, ...deleted } = this.#counts;
    return { accepted: this.#accepted, delivered, expired, deleted, stored, inFlight };
  }

  /** How often a bundle was delivered that had been delivered before. */
  get deliveredAgain(): number {
    return this.#deliveredAgain;
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
    { id, arrivedAt, originated }: Extract<Notice, { kind: 'bundle-accepted' }>,
  ): void {
    const journey = this.#journeyOf(id);
    journey?.accept(node, arrivedAt, originated);
    this.#settle(id, journey);
  }

  #deliver(node: NodeNumber, id: string, at: Instant): void {
    const fate = this.#fates.get(id);
    if (fate === 'delivered' || this.#journeys.get(id)?.delivered) {
      this.#deliveredAgain++;
      return;
    }
    // Another copy of it ended before.
    if (fate !== undefined) this.#count(fate, -1);
    this.#count('delivered', 1);
    const flow = this.#flowOf(id);
    if (flow !== undefined) flow.delivered++;
    if (fate !== undefined) {
      this.#fates.set(id, 'delivered');
      return;
    }
    const journey = this.#journeyOf(id);
    journey?.deliver(node, at);
    this.#settle(id, journey);
  }

  /** A node has let it go, which is its fate unless another keeps it. */
  #end(node: NodeNumber, id: string, fate: string): void {
    const journey = this.#journeyOf(id);
    journey?.leave(node);
    if (journey !== undefined) journey.ended = fate;
    this.#settle(id, journey);
  }

  /** The journey of a bundle, which begins when it is heard of; undefined when it has ended. */
  #journeyOf(id: string): Journey | undefined {
    if (this.#fates.has(id)) return undefined;
    let journey = this.#journeys.get(id);
    if (journey === undefined) {
      if (this.#journeys.size === JOURNEYS_MAX) this.#evictOldest();
      journey = new Journey();
      this.#journeys.set(id, journey);
      this.#accepted++;
      const flow = this.#flowOf(id);
      if (flow !== undefined) flow.sent++;
    }
    return journey;
  }

  #evictOldest(): void {
    for (const [id, { delivered }] of this.#journeys) {
      if (!delivered) this.#evicted++;
      this.#journeys.delete(id);
      return;
    }
  }

  /** Keeps only the fate of a bundle once all is known of it, and adds it to its flow. */
  #settle(id: string, journey: Journey | undefined): void {
    if (journey === undefined) return;
    const { ended, delivered, held } = journey;
    if (ended !== undefined && !delivered && !held) {
      this.#count(ended, 1);
      this.#forget(id, ended);
    }
    const times = journey.times();
    if (times === undefined) return;
    this.#forget(id, 'delivered');
    const flow = this.#flowOf(id);
    if (flow === undefined) return;
    flow.add(times);
    const { hops, latencyUs, overheadUs } = times;
    this.latencyMs.add(latencyUs / 1_000);
    if (hops > 0) this.overheadPerHopMs.add(overheadUs / 1_000 / hops);
  }

  #forget(id: string, fate: string): void {
    this.#journeys.delete(id);
    this.#fates.set(id, fate);
    if (this.#fates.size <= JOURNEYS_MAX) return;
    for (const oldest of this.#fates.keys()) {
      this.#fates.delete(oldest);
      return;
    }
  }

  #count(fate: string, by: number): void {
    this.#counts[fate] = (this.#counts[fate] ?? 0) + by;
  }

  #flowOf(id: string): FlowRecord | undefined {
    return this.#flows.get(id.slice(0, id.indexOf('-')));
  }
}

/** Bundles under way at once; beyond this the oldest are no longer timed, and count as stored. */
const JOURNEYS_MAX = 200_000;
