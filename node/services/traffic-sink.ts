/** The traffic sink: takes every application data unit, counts it and forgets it. */
import type { SendRequest } from '#protocol/agent/agent.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { Delivery, Service } from '../service.ts';

/** Is told the id of each bundle that the sink has received, before the sink does anything else. */
export type SinkRecord = (id: string) => void;

/** Listens on SINK_SERVICE and never sends. */
export class TrafficSink implements Service {
  readonly service = SINK_SERVICE;
  readonly #record: SinkRecord | undefined;
  #received = 0;
  #receivedOctets = 0;

  constructor(record?: SinkRecord) {
    this.#record = record;
  }

  receive(_now: Instant, delivery: Delivery): void {
    this.#record?.(delivery.id);
    this.#received++;
    this.#receivedOctets += delivery.adu.length;
  }

  tick(_now: Instant): void {}

  poll(): SendRequest | undefined {
    return undefined;
  }

  deadline(): Deadline | undefined {
    return undefined;
  }

  snapshot(): Record<string, number> {
    return { received: this.#received, receivedOctets: this.#receivedOctets };
  }
}

/** The ipn service number of the sink, as the discard port of RFC 863. */
export const SINK_SERVICE = 9;
