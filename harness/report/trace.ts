/**
 * What the notices of all nodes say about the bundles: the ledger of the mesh, and how long the
 * bundles of each flow took. A bundle that has met its fate is added to its flow and forgotten.
 */
import type { Notice } from '#node/notice.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '#protocol/traffic-class.ts';
import { Journey } from './journey.ts';
import type { FlowReport, MeshLedger } from './report.ts';
import { Samples } from './samples.ts';

/** A flow to watch. */
export interface TracedFlow {
  readonly from: string;
  readonly to: string;
  readonly trafficClass: TrafficClass;
  /** Source EID of its bundles, such as `ipn:101.1001`: the beginning of their ids. */
  readonly source: string;
}

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
  /** Since when each node has had each link secured. Bounded by the links of the plan. */
  readonly #securedAt = new Map<string, Instant>();
  /** Bounded by the deletion reasons. */
  readonly #deleted: Record<string, number> = {};
  #accepted = 0;
  #delivered = 0;
  #expired = 0;
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
        this.#journey(id).forward(node, to, at, securedAt, this.#owltUs(node, to, at));
        this.#settle(id);
        break;
      }
      case 'bundle-delivered': {
        this.#delivered++;
        const flow = this.#flowOf(notice.id);
        if (flow !== undefined) flow.delivered++;
        this.#journey(notice.id).deliver(node, notice.at);
        this.#settle(notice.id);
        break;
      }
      case 'bundle-expired':
        this.#expired++;
        this.#journeys.delete(notice.id);
        break;
      case 'bundle-deleted':
        this.#deleted[notice.reason] = (this.#deleted[notice.reason] ?? 0) + 1;
        this.#journeys.delete(notice.id);
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
      if (!journey.begun || journey.delivered) continue;
      if (journey.held) stored++;
      else inFlight++;
    }
    return {
      accepted: this.#accepted,
      delivered: this.#delivered,
      expired: this.#expired,
      deleted: { ...this.#deleted },
      stored,
      inFlight,
    };
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
    if (originated) {
      this.#accepted++;
      const flow = this.#flowOf(id);
      if (flow !== undefined) flow.sent++;
    }
    this.#journey(id).accept(node, arrivedAt, originated);
    this.#settle(id);
  }

  #journey(id: string): Journey {
    let journey = this.#journeys.get(id);
    if (journey === undefined) {
      if (this.#journeys.size === JOURNEYS_MAX) this.#evictOldest();
      journey = new Journey();
      this.#journeys.set(id, journey);
    }
    return journey;
  }

  #evictOldest(): void {
    for (const [id, { begun, delivered }] of this.#journeys) {
      if (begun && !delivered) this.#evicted++;
      this.#journeys.delete(id);
      return;
    }
  }

  /** Adds a bundle to its flow when all is known of it, and forgets it. */
  #settle(id: string): void {
    const times = this.#journeys.get(id)?.times();
    if (times === undefined) return;
    this.#journeys.delete(id);
    const flow = this.#flowOf(id);
    if (flow === undefined) return;
    const { hops, latencyUs, propagationUs, overheadUs } = times;
    flow.hops.add(hops);
    flow.latencyMs.add(latencyUs / 1_000);
    flow.propagationMs.add(propagationUs / 1_000);
    flow.overheadMs.add(overheadUs / 1_000);
    this.latencyMs.add(latencyUs / 1_000);
    if (hops > 0) this.overheadPerHopMs.add(overheadUs / 1_000 / hops);
  }

  #flowOf(id: string): FlowRecord | undefined {
    return this.#flows.get(id.slice(0, id.indexOf('-')));
  }
}

class FlowRecord {
  readonly hops = new Samples();
  readonly latencyMs = new Samples();
  readonly propagationMs = new Samples();
  readonly overheadMs = new Samples();
  sent = 0;
  delivered = 0;
  readonly #flow: TracedFlow;

  constructor(flow: TracedFlow) {
    this.#flow = flow;
  }

  report(): FlowReport {
    const { from, to, trafficClass } = this.#flow;
    const [hops = 0] = this.hops.percentiles(50);
    const [latency50 = 0, latency95 = 0, latency99 = 0] = this.latencyMs.percentiles(50, 95, 99);
    const [propagation50 = 0] = this.propagationMs.percentiles(50);
    const [overhead50 = 0, overhead95 = 0, overhead99 = 0] = this.overheadMs.percentiles(
      50,
      95,
      99,
    );
    return {
      from,
      to,
      class: TRAFFIC_CLASSES[trafficClass],
      sent: this.sent,
      delivered: this.delivered,
      hops,
      latencyMs: {
        p50: latency50,
        p95: latency95,
        p99: latency99,
        max: this.latencyMs.max,
      },
      propagationMs: { p50: propagation50 },
      overheadMs: { p50: overhead50, p95: overhead95, p99: overhead99 },
    };
  }
}

/** Bundles under way at once; beyond this the oldest are no longer timed, and count as stored. */
const JOURNEYS_MAX = 200_000;
