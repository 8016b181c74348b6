/**
 * Notices: the facts a satellite tells the world, for ledgers, traces, progress bars and reports.
 * Never secrets, never payloads.
 */
import type { CryptoProviderName } from '#protocol/crypto/ports.ts';
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';

/** Each carries the instant at which it happened on the node's own clock. */
export type Notice =
  | {
      readonly kind: 'link-secured';
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
  | {
      readonly kind: 'bundle-accepted';
      readonly at: Instant;
      readonly id: string;
      readonly originated: boolean;
    }
  /** The bundle went to the link towards `to`. */
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
  | {
      readonly kind: 'bundle-deleted';
      readonly at: Instant;
      readonly id: string;
      readonly reason: string;
    };
