/**
 * What gives a link its keys. The link keeps the contact, the frames and the bundles; its keying
 * keeps the security associations: who the peer is, which keys seal and open, whether the peer is
 * still there, and what travels on the handshake channel (VC 62) and in link control (VC 61).
 *
 * A keying is a machine: the link calls a verb, drains `poll`, then reads `deadline`. Verbs other
 * than `connect` come only between `connect` and `disconnect`.
 *
 *   connect ─▶ message* ─▶ secured ─▶ control* ─▶ (secured again)* ─▶ down ─▶ …
 *
 * Source: link-security §4, §6.7, §7, §10, §18.
 */
import type { AssociationState } from '../association/association-state.ts';
import type { CryptoProviderName } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import type { FrameOpener, FrameSealer } from '../frame/sdls.ts';
import type { Instant, Machine } from '../machine.ts';

/** What the plan says of a contact. */
export interface Connection {
  /**
   * The terminal and the peer's address, at most 255 octets of UTF-8: what handshake cookies and
   * budgets hold for (LS-1203). Empty by default.
   */
  readonly portName?: string;
  /** Counts every bit of a frame. */
  readonly rateBps: number;
  /** The longest round trip of light during the contact. */
  readonly roundTripUs: number;
  /** Whether this side says HELLO; the other waits for it. */
  readonly initiate: boolean;
  /**
   * When the contact ends, where known. The link then stops sending in time for its last frame to
   * arrive: half a round trip and 50 ms before.
   */
  readonly endsAt?: Instant;
}

/**
 * Why a link carries no more bundles. Where the constellation no longer stands behind the peer, the
 * code of the fault says what it has against it.
 */
export type DownReason =
  | 'contact over'
  | 'closed by peer'
  | 'peer silent'
  | 'key spent'
  | 'stopped by command'
  | `not a member: ${string}`;

/** Whether a link that is down stays so for as long as the constellation says what it says now. */
export function lasts({ reason }: { readonly reason: DownReason }): boolean {
  return reason.startsWith('not a member');
}

/** The peer is known and both directions work. */
export interface Secured {
  readonly kind: 'secured';
  readonly peerEid: string;
  readonly sessionId: string;
  readonly provider: CryptoProviderName;
  /** Said of a peer that no handshake has authenticated (LS-1804). */
  readonly keying?: 'pre-shared key';
}

/** What a keying asks of its link, or tells it. */
export type KeyingOutput =
  /** Goes out on VC 62, clear. */
  | { readonly kind: 'message'; readonly octets: Uint8Array }
  /** Goes out on VC 61, sealed by `sealer`; a view that its owner does not change. */
  | { readonly kind: 'control'; readonly octets: Uint8Array; readonly sealer: FrameSealer }
  /** Bundles partly sent start over: the peer that had the first part may have lost it. */
  | { readonly kind: 'rewind' }
  /** Said again, without `down`, when other associations take over. */
  | Secured
  /** No association carries bundles any more, or one that was to carry them never will. */
  | { readonly kind: 'down'; readonly reason: DownReason }
  /** Something was refused; `messageType` where it was a message of VC 62. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly messageType?: number | undefined };

/** Counters since the keying was made: plain JSON, fresh at every asking. */
export interface KeyingSnapshot {
  /** Where the keys come from. A pre-shared key is never called anything else (LS-1804). */
  readonly keying: 'handshake' | 'pre-shared key' | 'none';
  /** First contacts that led to a session on which a frame has come. */
  readonly handshakes: number;
  /** Successions that led to one. */
  readonly rekeys: number;
  /** Own attempts that came to nothing, by `attempt.reason`, such as `rekey.declined`. */
  readonly failed: Readonly<Record<string, number>>;
  /** Those that exist. */
  readonly associations: readonly AssociationSnapshot[];
}

/** One security association: one direction of a session. */
export interface AssociationSnapshot {
  readonly direction: 'sending' | 'receiving';
  readonly spi: number;
  readonly state: AssociationState;
  /** Frames, and octets with their additional data, protected so far. */
  readonly frames: number;
  readonly octets: number;
  /** That of the session, where there is one yet. */
  readonly sessionId?: string;
}

/** The machine. */
export interface Keying extends Machine<KeyingOutput> {
  /** A contact begins. */
  connect(now: Instant, connection: Connection): void;
  /** The contact nears its end: nothing is sent from here on, but frames may still come in. */
  close(now: Instant): void;
  /** The contact is over: nothing is received any more. Follows `close`. */
  disconnect(now: Instant): void;

  /** Comes before any other verb of a turn: ends what a new constellation statement has ended. */
  review(now: Instant): void;

  /** Seals what leaves now; undefined while there is nothing to seal with. */
  readonly sealer: FrameSealer | undefined;
  /** A frame of a bundle left under `sealer`. */
  sent(now: Instant): void;
  /** A sealer refused a frame with this fault: its limit is reached. */
  spent(now: Instant, fault: Fault): void;

  /**
   * Opens frames that arrive under `spi` on that virtual channel and MAP; `session.sa-unknown`, or
   * what else keeps the association from opening them.
   */
  opener(spi: number, vcid: number, mapId: number): FrameOpener | Fault;
  /** A frame authenticated under `spi`. */
  heard(now: Instant, spi: number): void;
  /** A frame came in under an SPI that has no opener. */
  unknown(now: Instant): void;

  /** Takes a message of VC 62, which nobody has authenticated; the octets are not kept. */
  receiveMessage(now: Instant, octets: Uint8Array): void;
  /** Takes an authentic message of VC 61 that came under `spi`, after `heard`; it is not kept. */
  receiveControl(now: Instant, spi: number, octets: Uint8Array): void;

  /** By command from ground: the session that receives under `spi`, if it does, is over. */
  end(now: Instant, spi: number): void;

  snapshot(): KeyingSnapshot;
}
