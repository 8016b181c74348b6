/** What goes in and out of a link, for its owner, the satellite. */
import type { Random } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import type { Packet } from '../frame/packet.ts';
import type { LtpCounts } from '../ltp/counters.ts';
import type { Instant, Machine } from '../machine.ts';
import { type TrafficClass, trafficClassOf } from '../traffic-class.ts';
import type { ChannelOptions, OcfSource } from './channel.ts';
import type { Connection, DownReason, KeyingSnapshot, Secured } from './keying.ts';
import type { OutboundBundle } from './unit-queue.ts';

/** The longest packet on a link. */
export const PACKET_OCTETS_MAX = 4 * 1024 * 1024;
/** Octets of bundles that may wait in one class, with a little for each: more than any window. */
export const QUEUE_OCTETS_MAX = 2 * PACKET_OCTETS_MAX;

/** The MAP of management packets, on the virtual channel of one class. */
export const MANAGEMENT_MAP_ID = 1;
/** That class. */
export const MANAGEMENT_CLASS: TrafficClass = trafficClassOf('expedited');

/** Is told of every protected frame; of one that was accepted without a fault. */
export interface FrameSampler {
  /** `sequenceLow`: the low octet of the number as sent, 0 where no association tells its place. */
  sample(now: Instant, spi: number, sequenceLow: number, fault?: Fault): void;
}

/** Who is at both ends, and the managed parameters that both ends share. */
export interface LinkOptions extends ChannelOptions {
  readonly localScid: number;
  readonly remoteScid: number;
  /** What this node's frames say in their operational control field, on a channel that has it. */
  readonly ocfSource?: OcfSource;
  /** Reports on the frames that this node receives, on this link and others. */
  readonly sampler?: FrameSampler | undefined;
  /** Of LTP session numbers; a channel with LTP needs it. */
  readonly random?: Random | undefined;
}

/** What the link asks of its owner, or tells it. */
export type LinkOutput =
  /** One frame, or the coded block around it, for one datagram. */
  | { readonly kind: 'transmit'; readonly frame: Uint8Array }
  /**
   * A whole bundle came in, authenticated; the octets pass to the owner. One with a receipt stays
   * the far side's until the owner says by `settle` what became of it.
   */
  | {
      readonly kind: 'received';
      readonly bundle: Uint8Array;
      readonly trafficClass: TrafficClass;
      readonly receipt?: number;
    }
  /** A whole management packet of either kind came in, authenticated, its last frame by `spi`. */
  | { readonly kind: 'management'; readonly packet: Packet; readonly spi: number }
  /** The peer reports anew, in four octets of a frame; nobody has authenticated them (§4.1.5). */
  | { readonly kind: 'ocf'; readonly ocf: Uint8Array }
  /**
   * A frame of the peer has authenticated: once for each session. An initiator sends no protected
   * frame before that, so on both sides it proves that frames arrive both ways. From the first
   * `secured` until `down` the link carries bundles; a session that replaces another while it lives
   * (the peer restarted, or the keys were due) is told by one more `secured` and no `down`.
   */
  | Secured
  /** Said in place of `secured` where nothing is: the link carries bundles until `down`. */
  | { readonly kind: 'open' }
  /** The link carries no more bundles. Every `unsent` that this causes follows. */
  | { readonly kind: 'down'; readonly reason: DownReason }
  /** The last frame of the bundle has left; by LTP, the far side has stored it. */
  | { readonly kind: 'sent'; readonly id: string }
  /**
   * The bundle was not wholly sent and will not be: no contact, no room, the link went down. By LTP
   * it may have come all the same, and then the far side knows the next copy for one.
   */
  | { readonly kind: 'unsent'; readonly id: string }
  /** Something was refused; `messageType` where it was a message of VC 62. */
  | { readonly kind: 'fault'; readonly fault: Fault; readonly messageType?: number | undefined };

/** What carries bundles to one neighbour. Its owner drains `poll` after every verb. */
export interface BundleLink extends Machine<LinkOutput> {
  /** Whether `sent` means that the far node keeps the bundle, as it does by LTP. */
  readonly answers: boolean;
  /** A contact begins. */
  connect(now: Instant, connection: Connection): void;
  /** The contact is over: keys are forgotten, and bundles not wholly sent come back. */
  disconnect(now: Instant): void;
  /** Takes a bundle, whose octets the caller does not change; `sent` or `unsent` answers. */
  send(now: Instant, bundle: OutboundBundle): void;
  /** Says what became of a bundle received with `receipt`: whether this node answers for it. */
  settle(now: Instant, receipt: number, kept: boolean): void;
  /** Takes a management packet, of either kind, which the caller does not change. */
  sendManagement(now: Instant, packet: Uint8Array): void;
  /** By command from ground: the session that receives under `spi`, if it does, is over. */
  endSession(now: Instant, spi: number): void;
  /** Takes one datagram off the wire, whose octets pass to the link. */
  receive(now: Instant, datagram: Uint8Array): void;
  snapshot(): LinkSnapshot;
}

/** What LTP has done on a link, contact after contact: plain JSON, fresh at every asking. */
export interface BlockCounts extends LtpCounts {
  /** Bundles in the blocks sent. */
  readonly bundlesSent: number;
}

/** Counters since the link was made: plain JSON, fresh at every asking. */
export interface LinkSnapshot extends KeyingSnapshot {
  readonly secured: boolean;
  /** Datagrams, where there are no frames. Idle frames and those of the handshake among them. */
  readonly framesSent: number;
  /** Those that were let in: authentic, or part of a handshake. */
  readonly framesReceived: number;
  /** Frames of only idle data, sent and received. */
  readonly idleFramesSent: number;
  readonly idleFramesReceived: number;
  /** Octets that the channel coding has put right. */
  readonly correctedSymbols: number;
  /** Of LTP, where bundles go by it. */
  readonly ltp?: BlockCounts;
  /** By fault key. */
  readonly faults: Readonly<Record<string, number>>;
}
