/** What a satellite says of itself when asked: plain JSON, fresh at every asking. */
import type { Ledger } from '#protocol/agent/agent.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { Neighbour } from './neighbours.ts';
import type { Service } from './service.ts';

/** Counters since the start, and the links as they are. */
export interface SatelliteSnapshot {
  readonly ledger: Ledger;
  /** Send requests turned away at the door, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Bundles that came a second time. */
  readonly duplicates: number;
  readonly frames: {
    readonly sent: number;
    readonly received: number;
    /** Of links and agent; what sockets and channels lost is counted by their owner. */
    readonly faults: Readonly<Record<string, number>>;
  };
  readonly links: readonly LinkSnapshot[];
  /** What each service says of itself, by service number. */
  readonly services: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One link. */
export interface LinkSnapshot {
  readonly neighbour: NodeNumber;
  readonly terminal: number;
  readonly secured: boolean;
  readonly framesSent: number;
  readonly framesReceived: number;
  /** Own attempts that came to nothing. */
  readonly handshakesFailed: number;
}

/** The links of a snapshot. */
export function snapshotLinks(neighbours: readonly Neighbour[]): LinkSnapshot[] {
  return neighbours.map(({ node, terminal, link }) => {
    // The link's faults have come as outputs and are in the journal.
    const { faults: _, ...counters } = link.snapshot();
    return { neighbour: node, terminal, ...counters };
  });
}

/** The services of a snapshot. */
export function snapshotServices(services: readonly Service[]): SatelliteSnapshot['services'] {
  return Object.fromEntries(
    services.map((service) => [String(service.service), service.snapshot()]),
  );
}
