/** What the bundle agent and its owner, the satellite, say to each other. */
import type { Eid } from '../bundle/eid.ts';
import type { Fault } from '../fault.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import type { TrafficClass } from '../traffic-class.ts';

/** What an application asks to be sent. */
export interface SendRequest {
  /** The application data unit; the agent takes ownership. */
  readonly adu: Uint8Array;
  readonly destination: Eid;
  /** ipn service number of the sending service on this node. */
  readonly sourceService: number;
  readonly lifetimeMs: number;
  readonly trafficClass: TrafficClass;
}

/** Why an application's request came to nothing. */
export type RefusalReason = 'store-full' | 'store-failed' | 'too-large' | 'no-destination';

/** Why a bundle was deleted; the name used in ledgers, traces and reports. */
export type DeletionReason =
  /** It made more hops than its limit allows (RFC 9171 reason 9). */
  | 'hop-limit-exceeded'
  /** It came when there was no room for it (reason 4). */
  | 'depleted-storage'
  /** A block unknown here asks for the bundle's deletion (reason 11). */
  | 'block-unsupported'
  /** It names "this very node" as source or destination (RFC 9758 §5.4). */
  | 'local-node-eid'
  /** Its destination is the null endpoint, where nobody is (reason 5). */
  | 'destination-unavailable'
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

/** What the agent asks of its owner, or tells it. Ids are the bundle identity as text. */
export type AgentOutput =
  /** Keep these octets, unchanged; answer with `stored` or `storeFailed`. */
  | {
      readonly kind: 'store';
      readonly id: string;
      readonly octets: Uint8Array;
      readonly note: BundleNote;
    }
  /** Delete from the store and remember it as `seen`; answer with `forgotten`. */
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
    }
  /** Give to the local service. */
  | {
      readonly kind: 'deliver';
      readonly id: string;
      readonly service: number;
      readonly source: Eid;
      /** A view of the octets given to the store: to read, not to change. */
      readonly adu: Uint8Array;
      readonly trafficClass: TrafficClass;
      readonly hops: number;
    }
  /** Facts for the ledger and the trace. */
  | { readonly kind: 'accepted'; readonly id: string; readonly originated: boolean }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  | { readonly kind: 'duplicate'; readonly id: string }
  | { readonly kind: 'expired'; readonly id: string }
  | { readonly kind: 'deleted'; readonly id: string; readonly reason: DeletionReason }
  | { readonly kind: 'fault'; readonly fault: Fault };

/**
 * Every bundle ever accepted has exactly one fate:
 * accepted = delivered + forwarded + expired + deleted + stored.
 *
 * The books begin anew with each start of the node. What the store kept over the restart is
 * accepted then, so the sum holds in every life of the node and over all of them together.
 */
export interface Ledger {
  /** Bundles stored or found here, and those deleted or expired as they came in. */
  readonly accepted: number;
  readonly delivered: number;
  readonly forwarded: number;
  readonly expired: number;
  readonly deleted: Readonly<Record<string, number>>;
  readonly stored: number;
}
