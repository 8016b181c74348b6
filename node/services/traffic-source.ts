/** A traffic source: sends application data units of one size to one endpoint on a beat. */
import type { ReportRequest, SendRequest } from '#protocol/agent/contract.ts';
import type { Eid } from '#protocol/bundle/eid.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import type { Service } from '../service.ts';
import { Periodic, type Timetable } from './periodic.ts';

/** One flow. Each has a source service of its own, so a bundle's id names the flow. */
export interface TrafficFlow extends Timetable {
  readonly service: number;
  readonly destination: Eid;
  readonly sizeOctets: number;
  readonly lifetimeMs: number;
  readonly trafficClass: TrafficClass;
  /** Status reports that its bundles ask for. */
  readonly reports?: ReportRequest | undefined;
}

/** Sends the flow's units, all zero octets; whatever is sent to it is ignored. */
export class TrafficSource implements Service {
  readonly service: number;
  readonly #flow: TrafficFlow;
  readonly #beat: Periodic;
  #sent = 0;

  constructor(flow: TrafficFlow) {
    this.service = flow.service;
    this.#flow = flow;
    this.#beat = new Periodic(flow);
  }

  receive(): void {}

  tick(now: Instant): void {
    this.#beat.tick(now);
  }

  poll(): SendRequest | undefined {
    if (!this.#beat.take()) return undefined;
    this.#sent++;
    const { destination, lifetimeMs, trafficClass, sizeOctets, reports } = this.#flow;
    return {
      adu: new Uint8Array(sizeOctets),
      destination,
      sourceService: this.service,
      lifetimeMs,
      trafficClass,
      ...(reports === undefined ? {} : { reports }),
    };
  }

  deadline(): Deadline | undefined {
    return this.#beat.deadline('traffic');
  }

  snapshot(): Record<string, number> {
    return { sent: this.#sent };
  }
}
