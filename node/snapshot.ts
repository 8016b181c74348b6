/** What a satellite says of itself when asked: plain JSON, fresh at every asking. */
import type { Ledger } from '#protocol/agent/agent.ts';
import type { LinkSnapshot } from '#protocol/link/contract.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { BundleSecurityCounts, Journal } from './journal.ts';
import type { Neighbour } from './neighbours.ts';
import type { Service } from './service.ts';

/** Counters since the start, and the links as they are. */
export interface SatelliteSnapshot {
  readonly membership: MembershipSnapshot;
  readonly ledger: Ledger;
  /** Send requests turned away at the door, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  /** Bundles that came a second time. */
  readonly duplicates: number;
  /** Bundles that were taken although their sender should not have sent them so, by name. */
  readonly deviations: Readonly<Record<string, number>>;
  readonly bundleSecurity: BundleSecurityCounts;
  /** Idle frames among them. */
  readonly frames: {
    readonly sent: number;
    readonly received: number;
    /** Octets that the channel coding of the links has put right. */
    readonly correctedSymbols: number;
    /** Of links and agent; what sockets and channels lost is counted by their owner. */
    readonly faults: Readonly<Record<string, number>>;
  };
  readonly links: readonly NeighbourSnapshot[];
  /** What each service says of itself, by service number. */
  readonly services: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** How a node stands in its constellation. */
export interface MembershipSnapshot {
  /** The boot that the node is in; 0 before there is one. */
  readonly boot: number;
  /** Of the newest constellation statement. */
  readonly epoch: number;
  readonly serial: number;
  /** `seeded` where nothing is secret, because every run has the same keys (LS-907). */
  readonly randomness: 'system' | 'seeded';
}

/** One link and where it leads. Its faults have come as outputs and are in the journal. */
export interface NeighbourSnapshot extends Omit<LinkSnapshot, 'faults'> {
  readonly neighbour: NodeNumber;
  readonly terminal: number;
}

/** Asks everybody. */
export function snapshotOf(
  ledger: Ledger,
  journal: Journal,
  neighbours: readonly Neighbour[],
  services: readonly Service[],
  membership: MembershipSnapshot,
): SatelliteSnapshot {
  const links = neighbours.map(({ node, terminal, link }) => {
    const { faults: _, ...counters } = link.snapshot();
    return { neighbour: node, terminal, ...counters };
  });
  return {
    membership,
    ledger,
    refused: journal.refused,
    duplicates: journal.duplicates,
    deviations: journal.deviations.snapshot(),
    bundleSecurity: journal.bundleSecurity,
    frames: {
      sent: links.reduce((sum, { framesSent }) => sum + framesSent, 0),
      received: links.reduce(
        (sum, { framesReceived, idleFramesReceived }) => sum + framesReceived + idleFramesReceived,
        0,
      ),
      correctedSymbols: links.reduce((sum, link) => sum + link.correctedSymbols, 0),
      faults: journal.faults.snapshot(),
    },
    links,
    services: Object.fromEntries(
      services.map((service) => [String(service.service), service.snapshot()]),
    ),
  };
}
