/**
 * Notices: the facts a satellite tells the world, for ledgers, traces, progress bars and reports.
 * Never secrets, never payloads.
 */
import type { FailureHandling } from '#protocol/bpsec/policy.ts';
import type { CryptoProviderName } from '#protocol/crypto/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';

/** What a node learns of its constellation, and what it could not keep. */
export type MembershipNotice =
  /** A boot of this number began; from the first one on, links come up. */
  | {
      readonly kind: 'boot';
      readonly at: Instant;
      readonly boot: number;
      /** `seeded` where nothing is secret (LS-907). */
      readonly randomness: 'system' | 'seeded';
    }
  | {
      readonly kind: 'statement-adopted';
      readonly at: Instant;
      readonly epoch: number;
      readonly serial: number;
    }
  /** A statement that was handed in changed nothing: it is known or older, or a fault. */
  | { readonly kind: 'statement-ignored'; readonly at: Instant; readonly reason: string }
  /** Two statements bear this serial: a root key is misused. */
  | { readonly kind: 'statement-alarm'; readonly at: Instant; readonly serial: number }
  /** Ground has handed in admission keys, of these epochs, in the place of those before. */
  | { readonly kind: 'admission-keys'; readonly at: Instant; readonly epochs: readonly number[] }
  /** A record could not be made durable; it is tried again. Without a boot there are no links. */
  | { readonly kind: 'record-unwritten'; readonly at: Instant; readonly record: string }
  /** The certificate of a peer is outside its dates, as far as the clock can be trusted. */
  | { readonly kind: 'certificate-out-of-date'; readonly at: Instant; readonly eid: string };

/** Each carries the instant at which it happened on the node's own clock. */
export type Notice =
  | MembershipNotice
  /** What the store had kept since an earlier start, if anything. */
  | {
      readonly kind: 'store-restored';
      readonly at: Instant;
      readonly bundles: number;
      /** Bundles that have gone, of which a copy would be known. */
      readonly seen: number;
      /** Records that could not be read. */
      readonly setAside: number;
    }
  | {
      readonly kind: 'link-secured';
      readonly at: Instant;
      readonly neighbour: NodeNumber;
      readonly terminal: number;
      readonly provider: CryptoProviderName;
      /** Said of a neighbour that no handshake has authenticated. */
      readonly keying?: 'pre-shared key';
    }
  /** A neighbour can be sent bundles, and nothing says that it is the one: LTP over UDP. */
  | {
      readonly kind: 'link-open';
      readonly at: Instant;
      readonly neighbour: NodeNumber;
      readonly terminal: number;
    }
  /** Another session took over while the link was up. */
  | {
      readonly kind: 'link-rekeyed';
      readonly at: Instant;
      readonly neighbour: NodeNumber;
      readonly terminal: number;
      readonly provider: CryptoProviderName;
    }
  | {
      readonly kind: 'link-down';
      readonly at: Instant;
      readonly neighbour: NodeNumber;
      readonly terminal: number;
      readonly reason: string;
    }
  /** Something that came in was refused, for a reason of link-security §19; ten a second told. */
  | {
      readonly kind: 'link-refusal';
      readonly at: Instant;
      readonly neighbour: NodeNumber;
      readonly terminal: number;
      readonly reason: string;
      /** Of a message of the handshake, as it claims (link-security §6.1). */
      readonly messageType?: number;
    }
  | {
      readonly kind: 'bundle-accepted';
      readonly at: Instant;
      /** When it came: it may have gone on before it was accepted. */
      readonly arrivedAt: Instant;
      readonly id: string;
      readonly originated: boolean;
    }
  /** A neighbour sent what is no bundle; ten a second told. */
  | {
      readonly kind: 'bundle-unintelligible';
      readonly at: Instant;
      readonly neighbour: NodeNumber;
      /** The fault, and the rule that was broken. */
      readonly reason: string;
      readonly clause: string;
      /** Where in the octets. */
      readonly offset: number;
    }
  /** A security operation failed, is missing or could not be added; what was done about it. */
  | {
      readonly kind: 'bundle-insecure';
      readonly at: Instant;
      readonly id: string;
      readonly reason: string;
      readonly handling: FailureHandling;
    }
  /** A request of a service of this node came to nothing. */
  | {
      readonly kind: 'bundle-refused';
      readonly at: Instant;
      readonly service: number;
      readonly reason: string;
    }
  /** The bundle is in the care of `to`. */
  | {
      readonly kind: 'bundle-forwarded';
      readonly at: Instant;
      readonly id: string;
      readonly to: NodeNumber;
    }
  | {
      readonly kind: 'bundle-delivered';
      readonly at: Instant;
      readonly id: string;
      readonly service: number;
      readonly trafficClass: TrafficClass;
      readonly hops: number;
    }
  | { readonly kind: 'bundle-expired'; readonly at: Instant; readonly id: string }
  /** The bundle goes on as so many fragments, or copies for a group, accepted in its place. */
  | {
      readonly kind: 'bundle-fragmented' | 'bundle-copied';
      readonly at: Instant;
      readonly id: string;
      readonly count: number;
    }
  /** The fragment became part of its whole, which was delivered. */
  | {
      readonly kind: 'bundle-reassembled';
      readonly at: Instant;
      readonly id: string;
      readonly whole: string;
    }
  /** A status report for this node, from `from`, about the bundle `subject`. */
  | {
      readonly kind: 'status-report';
      readonly at: Instant;
      readonly id: string;
      readonly from: string;
      readonly subject: string;
      readonly statuses: readonly string[];
      /** See RFC 9171 §9.5. */
      readonly reason: number;
    }
  | {
      readonly kind: 'bundle-deleted';
      readonly at: Instant;
      readonly id: string;
      readonly reason: string;
    };
