/** What the bundle agent and its owner, the satellite, say to each other. */
import type { FailureHandling } from '../bpsec/policy.ts';
import type { Eid } from '../bundle/eid.ts';
import type { StatusReport } from '../bundle/status-report.ts';
import type { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import type { TrafficClass } from '../traffic-class.ts';
import type { LeastClass } from './store-room.ts';

/** What an application asks to be sent. */
export interface SendRequest {
  /** The application data unit; the agent takes ownership. */
  readonly adu: Uint8Array;
  readonly destination: Eid;
  /** ipn service number of the sending service on this node. */
  readonly sourceService: number;
  readonly lifetimeMs: number;
  readonly trafficClass: TrafficClass;
  /** The status reports that nodes on the way are asked for; none when absent. */
  readonly reports?: ReportRequest;
  /** Whether the bundle names no source: it is not fragmented, and nobody reports on it. */
  readonly anonymous?: boolean;
  /** Whether the bundle goes whole or not at all. */
  readonly mustNotFragment?: boolean;
  /** Whether to refuse it unless this node hands it over as `custody` of its options says. */
  readonly custody?: boolean;
}

/** Which status reports to ask for, and who is to have them (RFC 9171 §4.2.3). */
export interface ReportRequest {
  /** The administrative endpoint of this node when absent. */
  readonly to?: Eid;
  readonly reception?: boolean;
  readonly forwarding?: boolean;
  readonly delivery?: boolean;
  readonly deletion?: boolean;
  /** Whether reports say when it happened. */
  readonly times?: boolean;
}

/** Why an application's request came to nothing. */
export type RefusalReason =
  /** No room is left for its class. */
  | 'store-full'
  | 'store-failed'
  /** The bundle would be larger than any that the node takes. */
  | 'too-large'
  /** The destination is an endpoint where nobody can be. */
  | 'no-destination'
  /** The lifetime is no number of milliseconds, or the class none that there is. */
  | 'malformed'
  /** Custody is asked for, and not every link of this node waits for the far store. */
  | 'no-custody'
  /** It cannot be signed or encrypted as the rules of this node want it. */
  | 'not-securable';

/** Why a bundle was deleted; the name used in ledgers, traces and reports. */
export type DeletionReason =
  /** It made more hops than its limit allows (RFC 9171 reason 9). */
  | 'hop-limit-exceeded'
  /** It came when there was no room for it (reason 4). */
  | 'depleted-storage'
  /** A block unknown here asks for the bundle's deletion (reason 11). */
  | 'block-unsupported'
  /** It is a fragment that contradicts its whole (reason 8). */
  | 'block-unintelligible'
  /** It names "this very node" as one of its endpoints (RFC 9758 §5.4): nobody is told. */
  | 'local-node-eid'
  /** Its destination is an endpoint where nobody is (reason 5). */
  | 'destination-unavailable'
  /** Its lifetime lasts, but this node keeps such a bundle no longer (reason 10). */
  | 'traffic-pared'
  /** It lacks a security operation that this node requires (reason 12, RFC 9172 §7.1). */
  | 'missing-security-operation'
  /** One that must be checked here is of a context that nobody here knows (reason 13). */
  | 'unknown-security-operation'
  /** One that must end here is none that this node has a rule for (reason 14). */
  | 'unexpected-security-operation'
  /** One did not hold, or could not be added (reason 15). */
  | 'failed-security-operation'
  /** Two of one service are on one target, or would be (reason 16). */
  | 'conflicting-security-operation'
  /** The application that sent it wants it back (reason 3). */
  | 'canceled'
  /** The store no longer has it, or has it damaged. */
  | 'store-lost';

/** What a store keeps beside a bundle's octets, for the agent that finds it after a restart. */
export interface BundleNote {
  /** The neighbour it came from, 0 when it was made here. */
  readonly previous: NodeNumber;
  /** When it came, Unix milliseconds: a restart may give instant 0 another meaning. */
  readonly arrivedUnixMs: number;
}

/** What is remembered of a bundle that has gone, so that a late copy is known for one. */
export interface SeenNote {
  /** Hops it had made here; infinite for one that was delivered, of which any copy is too many. */
  readonly hops: number;
  /** When it went, Unix milliseconds. */
  readonly fromUnixMs: number;
  /** When copies have expired, Unix milliseconds: nothing need be remembered any more. */
  readonly untilUnixMs: number;
}

/** A bundle as the store kept it over a restart. */
export interface StoredBundle {
  readonly id: string;
  /** The agent owns them. */
  readonly octets: Uint8Array;
  readonly note: BundleNote;
}

/**
 * By what the owner knows a bundle that came in and stays its sender's until this node answers for
 * it. The agent only gives it back.
 */
export interface Receipt {
  /** The link, by the owner's number for it. */
  readonly link: number;
  /** The link's own number for the bundle. */
  readonly block: number;
}

/** What the agent asks of its owner, or tells it. Ids are the bundle identity as text. */
export type AgentOutput =
  /** Keep these octets, unchanged; answer with `stored` or `storeFailed`. */
  | {
      readonly kind: 'store';
      readonly id: string;
      readonly octets: Uint8Array;
      readonly note: BundleNote;
    }
  /**
   * Delete from the store and remember it as `seen`; answer with `forgotten`. A whole that was
   * joined of fragments is remembered without ever having been stored.
   */
  | { readonly kind: 'forget'; readonly id: string; readonly seen: SeenNote | undefined }
  /** Read from the store; answer with `loaded`. */
  | { readonly kind: 'load'; readonly id: string }
  /** Hand to the link of neighbour `to`; answer with `forwarded` or `notForwarded`. */
  | {
      readonly kind: 'forward';
      readonly id: string;
      readonly to: NodeNumber;
      readonly octets: Uint8Array;
      readonly trafficClass: TrafficClass;
      /** For a bundle that carries its age: when that was right. See `raiseAge`. */
      readonly agedAt: Instant | undefined;
    }
  /** Give to the local service. */
  | {
      readonly kind: 'deliver';
      readonly id: string;
      readonly service: number;
      readonly source: Eid;
      /** To read, not to change: a view of the octets given to the store, or joined anew. */
      readonly adu: Uint8Array;
      readonly trafficClass: TrafficClass;
      readonly hops: number;
    }
  /** A status report for this node, from the node `from`, in the bundle `id`. */
  | {
      readonly kind: 'report';
      readonly id: string;
      readonly from: Eid;
      readonly report: StatusReport;
    }
  /**
   * Tell every neighbour that is up that no class below `least` is taken for PRESSURE_US from now
   * on; a link that comes up later is told what `least` of the agent says.
   */
  | { readonly kind: 'press'; readonly least: LeastClass }
  /** Facts for the ledger and the trace. */
  | {
      readonly kind: 'accepted';
      readonly id: string;
      readonly originated: boolean;
      /** When it came: it may have gone on before it was accepted. */
      readonly arrivedAt: Instant;
    }
  /** The bundle is in the care of neighbour `to`. */
  | { readonly kind: 'forwarded'; readonly id: string; readonly to: NodeNumber }
  | {
      readonly kind: 'refused';
      readonly id: string;
      readonly service: number;
      readonly reason: RefusalReason;
    }
  /**
   * Said once of every bundle received with a receipt. `kept`: the store has it, or it has met its
   * fate, and the sender may forget it; else nothing is known of it here, and it is the sender's.
   */
  | { readonly kind: 'settled'; readonly receipt: Receipt; readonly kept: boolean }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'expired'; readonly id: string }
  | { readonly kind: 'deleted'; readonly id: string; readonly reason: DeletionReason }
  /** The bundle goes on as so many fragments, which have been accepted. */
  | { readonly kind: 'fragmented'; readonly id: string; readonly count: number }
  /** The bundle, which is for a group, goes on as so many copies, which have been accepted. */
  | { readonly kind: 'copied'; readonly id: string; readonly count: number }
  /** The fragment has become part of its whole, which is delivered. */
  | { readonly kind: 'reassembled'; readonly id: string; readonly whole: string }
  /**
   * Once a bundle and act: this node has added security operations, or found some to hold, which it
   * let be or took off.
   */
  | {
      readonly kind: 'security';
      readonly id: string;
      readonly act: 'secured' | 'verified' | 'accepted';
    }
  /** A security operation failed, is missing or could not be added; and what was done about it. */
  | {
      readonly kind: 'security-failed';
      readonly id: string;
      readonly fault: Fault;
      readonly handling: FailureHandling;
    }
  | {
      readonly kind: 'fault';
      readonly fault: Fault;
      /** When octets from a neighbour are no bundle: from whom, and where they are wrong. */
      readonly found?: { readonly from: NodeNumber; readonly offset: number };
    }
  /** A bundle was taken although its sender should not have sent it so. */
  | { readonly kind: 'deviation'; readonly fault: Fault };

/**
 * Every bundle ever accepted has exactly one fate: accepted =
 * delivered + forwarded + expired + fragmented + copied + reassembled + deleted + stored.
 *
 * A bundle that is cut has the fate `fragmented`, and its fragments are accepted in its place. The
 * fragments that make up a whole have the fate `reassembled`, and the whole is accepted in theirs.
 * Likewise one for a group has the fate `copied`, and its copies are accepted in its place.
 *
 * The books begin anew with each start of the node. What the store kept over the restart is
 * accepted then, so the sum holds in every life of the node and over all of them together.
 */
export interface Ledger {
  /** Stored or found here, deleted or expired on arrival, and fragments and wholes made here. */
  readonly accepted: number;
  readonly delivered: number;
  readonly forwarded: number;
  readonly expired: number;
  readonly fragmented: number;
  readonly copied: number;
  readonly reassembled: number;
  readonly deleted: Readonly<Record<string, number>>;
  readonly stored: number;
}
