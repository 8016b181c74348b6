/**
 * The link's contract with its owner (the satellite): one Link is one neighbour reached through
 * one terminal. See link machine below.
 */
import type { CryptoProviderName } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import type { TrafficClass } from '../traffic-class.ts';

/** What the link asks of its owner, or tells it. */
export type LinkOutput =
  /** One frame for one datagram. */
  | { readonly kind: 'transmit'; readonly frame: Uint8Array }
  /** A whole bundle came in, authenticated. */
  | { readonly kind: 'received'; readonly bundle: Uint8Array; readonly trafficClass: TrafficClass }
  /** A session is up both ways. */
  | {
      readonly kind: 'secured';
      readonly peerEid: string;
      readonly sessionId: string;
      readonly provider: CryptoProviderName;
    }
  /** The session ended: the contact closed or the peer went silent. */
  | { readonly kind: 'down'; readonly reason: string }
  /** The last frame of the bundle has left (later: the far node has stored it). */
  | { readonly kind: 'sent'; readonly id: string }
  /** The link ended before the bundle was wholly sent; the agent keeps it. */
  | { readonly kind: 'unsent'; readonly id: string }
  | { readonly kind: 'fault'; readonly fault: Fault };
