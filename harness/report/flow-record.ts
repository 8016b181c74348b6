/** What is measured of one traffic flow. */
import { TRAFFIC_CLASSES, type TrafficClass } from '#protocol/traffic-class.ts';
import type { JourneyTimes } from './journey.ts';
import type { FlowReport } from './report.ts';
import { Samples } from './samples.ts';

/** A flow to watch. */
export interface TracedFlow {
  readonly from: string;
  readonly to: string;
  readonly trafficClass: TrafficClass;
  /** Source EID of its bundles, such as `ipn:101.1001`: the beginning of their ids. */
  readonly source: string;
  /** How many nodes each of its bundles is for. */
  readonly members: number;
}

/** Counts and samples, from the start to the report. */
export class FlowRecord {
  sent = 0;
  delivered = 0;
  readonly #flow: TracedFlow;
  readonly #hops = new Samples();
  readonly #latencyMs = new Samples();
  readonly #propagationMs = new Samples();
  readonly #writtenMs = new Samples();
  readonly #overheadMs = new Samples();

  constructor(flow: TracedFlow) {
    this.#flow = flow;
  }

  /** How many nodes each of its bundles is for. */
  get members(): number {
    return this.#flow.members;
  }

  /** Takes in one delivery. */
  add({ hops, latencyUs, propagationUs, writtenUs, overheadUs }: JourneyTimes): void {
    this.#hops.add(hops);
    this.#latencyMs.add(latencyUs / 1_000);
    this.#propagationMs.add(propagationUs / 1_000);
    this.#writtenMs.add(writtenUs / 1_000);
    this.#overheadMs.add(overheadUs / 1_000);
  }

  /** All of it, for the report. */
  report(): FlowReport {
    const { from, to, trafficClass, members } = this.#flow;
    const [hops = 0] = this.#hops.percentiles(50);
    const [latency50 = 0, latency95 = 0, latency99 = 0] = this.#latencyMs.percentiles(50, 95, 99);
    const [propagation50 = 0] = this.#propagationMs.percentiles(50);
    const [written50 = 0] = this.#writtenMs.percentiles(50);
    const [overhead50 = 0, overhead95 = 0, overhead99 = 0] = this.#overheadMs.percentiles(
      50,
      95,
      99,
    );
    return {
      from,
      to,
      class: TRAFFIC_CLASSES[trafficClass],
      members,
      sent: this.sent,
      delivered: this.delivered,
      hops,
      latencyMs: { p50: latency50, p95: latency95, p99: latency99, max: this.#latencyMs.max },
      propagationMs: { p50: propagation50 },
      writtenMs: { p50: written50 },
      overheadMs: { p50: overhead50, p95: overhead95, p99: overhead99 },
    };
  }
}
