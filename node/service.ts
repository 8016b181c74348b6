/**
 * A service is an application on a node, reached by its ipn service number: a machine that takes
 * deliveries in and puts send requests out. It knows nothing of bundles, links or sockets.
 */
import type { SendRequest } from '#protocol/agent/agent.ts';
import type { Eid } from '#protocol/bundle/eid.ts';
import type { Instant, Machine } from '#protocol/machine.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';

/** An application data unit that has arrived. */
export interface Delivery {
  /** The bundle that carried it. */
  readonly id: string;
  readonly source: Eid;
  /** A view, to read and not to change; a service may keep it. */
  readonly adu: Uint8Array;
  readonly trafficClass: TrafficClass;
  readonly hops: number;
}

/** One application. Its outputs are what it asks the agent to send. */
export interface Service extends Machine<SendRequest> {
  /** The ipn service number it is registered under, 1 … 2^32−1. */
  readonly service: number;
  receive(now: Instant, delivery: Delivery): void;
  /** Whether it is there since the last `tick`; what comes for one that is away waits. */
  readonly present?: boolean;
  /** What it has done so far, for people and reports. */
  snapshot(): Readonly<Record<string, number>>;
}
