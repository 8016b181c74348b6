/** `report.json`: a published type. Later work only adds fields. */

import type { BundleSecurityCounts } from '#node/journal.ts';
import type { Ledger } from '#protocol/agent/contract.ts';
import type { CryptoProviderName } from '#protocol/crypto/ports.ts';
import type { BlockCounts } from '#protocol/link/contract.ts';
import type { TrafficClassName } from '#protocol/traffic-class.ts';
import type { FleetKind, Security } from '../scenario/scenario.ts';

/** Milliseconds at percentiles; zeros where nothing was delivered. */
export interface LatencySummary {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What became of one traffic flow. */
export interface FlowReport {
  readonly from: string;
  readonly to: string;
  readonly class: TrafficClassName;
  /** How many nodes each bundle is for: the members of a group, or one. */
  readonly members: number;
  readonly sent: number;
  /** Deliveries: of a bundle for a group one to each member. */
  readonly delivered: number;
  /** Median number of hops of the bundles delivered. */
  readonly hops: number;
  readonly latencyMs: LatencySummary;
  /** Light time of the path actually taken. */
  readonly propagationMs: { readonly p50: number };
  /** What the destination took to note the delivery on disk. */
  readonly writtenMs: { readonly p50: number };
  /** Latency less these and the time stored for want of a contact: what the emulator added. */
  readonly overheadMs: { readonly p50: number; readonly p95: number; readonly p99: number };
}

/**
 * What became of the bundles that sources accepted:
 * accepted = delivered + expired + deleted + stored + inFlight.
 *
 * One that is cut, or copied for a group, is one bundle all the time. It is delivered when it has
 * reached all whom it is for, stored while a node keeps any of it, and else has the fate that the
 * first part of it had which was lost.
 */
export interface MeshLedger {
  readonly accepted: number;
  readonly delivered: number;
  readonly expired: number;
  /** By reason. */
  readonly deleted: Readonly<Record<string, number>>;
  /** Kept by a node. */
  readonly stored: number;
  /** Sent on by a node, and not yet accepted by the next: on its way, or lost. */
  readonly inFlight: number;
  /** Status reports that came to those who had asked for them, by what they say. */
  readonly statusReports: Readonly<Record<string, number>>;
}

/** The books of all nodes together, in which every fragment and copy is a bundle of its own. */
export interface NodeLedgers extends Ledger {
  /** Nodes whose books do not balance, by name: never any. */
  readonly unbalanced: readonly string[];
}

/** One objective of the scenario, and whether it held. */
export interface ObjectiveResult {
  readonly text: string;
  readonly held: boolean;
  readonly value: string;
}

/** A child process that ended before it was told to. */
export interface Casualty {
  readonly nodes: readonly string[];
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The tail of its standard error. */
  readonly lastWords: string;
}

/** Where the keys of a link come from (link-security LS-1804). */
export type LinkKind = 'authenticated handshake' | 'pre-shared key';

/** How far the news of one revocation has come. */
export interface RevocationReport {
  readonly node: string;
  /** The node that was told first. */
  readonly from: string;
  /** Of the constellation statement. */
  readonly serial: number;
  /** When it was told. */
  readonly atMs: number;
  /** Nodes that had not learned of it at the end; those revoked do not count. */
  readonly unaware: number;
  /** From then until the last node knew; null while one does not. */
  readonly knownAfterMs: number | null;
}

/** What was done to the nodes, and what came of it for the bundles. */
export interface FaultReport {
  /** Nodes killed, each time. */
  readonly kills: number;
  /** Times that one of them was started again. */
  readonly returns: number;
  /** Records of stores that could not be read at a start and were set aside. */
  readonly recordsSetAside: number;
  /** Times that a service was given a bundle that it had had before. */
  readonly receivedAgain: number;
  /** Bundles on record as delivered whose node was killed before the service had them. */
  readonly unreceived: number;
}

/** How the links were secured. */
export interface SecurityReport {
  /** Of first handshakes. */
  readonly suite: Security['suite'];
  /** Links that came up, contact by contact. */
  readonly sessions: number;
  /** Times that new keys took over while a link was up. */
  readonly rekeys: number;
  /** Attempts that came to nothing, at both ends. */
  readonly handshakesFailed: number;
  /** What the key agreement and the protection of frames turned away, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
  /** Pairs of neighbours that have met, by where their keys come from. */
  readonly links: Readonly<Record<LinkKind, number>>;
  readonly revocations: readonly RevocationReport[];
  /** Of bundles from end to end, as all nodes have counted it. */
  readonly bundles: BundleSecurityCounts;
}

/** Everything a run found out. */
export interface Report {
  readonly scenario: string;
  readonly fleet: FleetKind;
  readonly seed: number;
  readonly commit: string;
  readonly nodeVersion: string;
  readonly machine: { readonly cpus: number; readonly memoryMb: number };
  readonly satellites: number;
  readonly groundStations: number;
  readonly processes: number;
  /** Launch to all expected links secured; null when that never happened. */
  readonly bootMs: number | null;
  readonly links: {
    readonly expected: number;
    readonly secured: number;
    readonly byCryptoProvider: Readonly<Partial<Record<CryptoProviderName, number>>>;
  };
  readonly security: SecurityReport;
  readonly bundles: MeshLedger & {
    /** Turned away at the source, by reason: never accepted, so in no other figure. */
    readonly refused: Readonly<Record<string, number>>;
    /** Taken although their sender should not have sent them so, by name of the deviation. */
    readonly deviations: Readonly<Record<string, number>>;
    /** What the nodes that were there at the end had entered since they started. */
    readonly books: NodeLedgers;
  };
  readonly faults: FaultReport;
  readonly flows: readonly FlowReport[];
  readonly frames: {
    readonly sent: number;
    readonly received: number;
    /** Octets that channel coding has put right. */
    readonly correctedSymbols: number;
    readonly faults: Readonly<Record<string, number>>;
  };
  /** What LTP did on all links, each end counted by itself; null where no link has it. */
  readonly ltp: BlockCounts | null;
  /** Proportional set size of the node processes; null where the platform does not tell. */
  readonly memory: {
    readonly pssMbPerProcess: { readonly p50: number; readonly max: number } | null;
  };
  readonly fidelity: {
    readonly timerLagMs: { readonly p50: number; readonly p99: number };
    readonly missedDeadlines: number;
    /**
     * What a datagram takes from process to process on this machine, median; the channel lets
     * datagrams go that much early. Null in virtual time.
     */
    readonly transitMs: number | null;
  };
  readonly objectives: readonly ObjectiveResult[];
  readonly casualties: readonly Casualty[];
  /** Hash over every datagram of a virtual run: same seed and commit, same digest. */
  readonly digest?: string;
  /** `pass`, `fail`, or `stopped` when a person ended the run early. */
  readonly verdict: 'pass' | 'fail' | 'stopped';
}
