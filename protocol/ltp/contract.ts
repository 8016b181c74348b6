/** What goes in and out of an LTP engine, for its owner. */
import type { Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import type { AnswerTime } from './answer-time.ts';
import type { LtpCounters, LtpCounts } from './counters.ts';
import type { CancelledBy, SessionId } from './segment.ts';
import type { SerialNumbers } from './serial-numbers.ts';

/** The Bundle Protocol (CCSDS 734.1-B). */
export const CLIENT_SERVICE_BUNDLE = 1;
/** Service data aggregation (CCSDS 734.1-B). */
export const CLIENT_SERVICE_AGGREGATION = 2;

/** What an engine may hold; everything in it is bounded by these. */
export interface LtpLimits {
  /** Blocks on their way out, of one lane. */
  readonly sendSessionsMax: number;
  /** Octets of those blocks. */
  readonly sendOctetsMax: number;
  /** Sessions that come in, of one lane. */
  readonly receiveSessionsMax: number;
  /** Octets of incomplete blocks, and of blocks not yet stored, of one lane. */
  readonly receiveOctetsMax: number;
  /** Octets of one red part that comes in. */
  readonly blockOctetsMax: number;
  /** How often one checkpoint, report or cancellation is sent, the first time counted. */
  readonly transmissionsMax: number;
  /** How often the far side may report data of one block missing. */
  readonly cyclesMax: number;
  /** Closed sessions that are remembered, so that late segments do not open them anew. */
  readonly closedSessionsMax: number;
}

/** One span: this engine and the one it talks to. */
export interface LtpOptions {
  readonly localEngine: number;
  readonly remoteEngine: number;
  /** The client services that this node has; data for others are refused with UNREACH. */
  readonly clientServices: readonly number[];
  readonly random: Random;
  /** Ways out that the owner chooses between, such as traffic classes; 1 by default. */
  readonly lanes?: number;
  readonly limits?: Partial<LtpLimits>;
  /** A checkpoint after so many octets of red data too, not only at their end. */
  readonly checkpointEveryOctets?: number;
  /**
   * The far side is an engine of this kind, which claims a stored block in one report. A block that
   * is claimed only by several together then went to an engine that has since begun anew, and what
   * that has not is sent again. False by default: RFC 5326 lets reports share a block out.
   */
  readonly wholeReports?: boolean;
  /** Of all spans of the engine: a session number is never used twice by one engine. */
  readonly sessionNumbers?: SerialNumbers;
  /** What is known of the far side's answers; by default that they take the round trip. */
  readonly answers?: AnswerTime;
  /** Where the engine counts; counters of its own by default. */
  readonly counters?: LtpCounters;
}

/** A block on its way out. */
export interface OutboundBlock {
  /** A view that its owner does not change until the session ends. */
  readonly octets: Uint8Array;
  /** The first so many octets are red, which means reliable; the others are green. */
  readonly redOctets: number;
  readonly clientService: number;
  /** 0 by default. */
  readonly lane?: number;
}

/** What the engine asks of its owner, or tells it. */
export type LtpOutput =
  /**
   * A red part has come, whole and once; the octets pass to the owner. The far side does not hear
   * of it before the owner calls `stored`, and hears a cancellation if it calls `refuse`.
   */
  | {
      readonly kind: 'received';
      readonly session: SessionId;
      readonly clientService: number;
      readonly lane: number;
      readonly octets: Uint8Array;
    }
  /** A green segment has come, once; `data` is a view of the segment received. */
  | {
      readonly kind: 'green';
      readonly session: SessionId;
      readonly clientService: number;
      readonly lane: number;
      readonly offset: number;
      readonly data: Uint8Array;
      readonly endOfBlock: boolean;
    }
  /** All of a block has been sent, and the far side has said that the red part is safe there. */
  | { readonly kind: 'completed'; readonly session: SessionId }
  /** The session has ended early; of a block sent it is not known whether it came. */
  | {
      readonly kind: 'cancelled';
      readonly session: SessionId;
      readonly by: CancelledBy;
      readonly reason: number;
    };

/** What there is to see of an engine: plain JSON, fresh at every asking. */
export interface LtpSnapshot extends LtpCounts {
  readonly sendSessions: number;
  readonly receiveSessions: number;
  readonly receiveOctets: number;
}

/** For contacts of minutes between satellites. */
export const DEFAULT_LIMITS: LtpLimits = {
  sendSessionsMax: 256,
  sendOctetsMax: 8 * 1024 * 1024,
  receiveSessionsMax: 512,
  receiveOctetsMax: 16 * 1024 * 1024,
  blockOctetsMax: 8 * 1024 * 1024,
  transmissionsMax: 12,
  cyclesMax: 64,
  closedSessionsMax: 16_384,
};

/** The session is neither of this engine nor of the one it talks to, or goes the other way. */
export const FOREIGN_SESSION = new Fault('ltp', 'foreign-session', 'RFC 5326 3.1.1');
/** Nobody serves the client service; the far side hears UNREACH. */
export const CLIENT_SERVICE = new Fault('ltp', 'client-service', 'RFC 5326 6');
/** A segment of a session that names another client service than the ones before it. */
export const CLIENT_CHANGED = new Fault('ltp', 'client-changed', 'RFC 5326 3.2.1');
/** A segment of a session that has ended. */
export const SESSION_CLOSED = new Fault('ltp', 'session-closed', 'RFC 5326 6.20');
/** Red where green must be, or green where red must be; the session is cancelled. */
export const MISCOLORED = new Fault('ltp', 'miscolored', 'RFC 5326 6.21');
/** Data beyond the end of the block. */
export const BEYOND_BLOCK = new Fault('ltp', 'beyond-block', 'RFC 5326 3.2.1');
/** A report about octets that were not sent. */
export const BEYOND_SENT = new Fault('ltp', 'beyond-sent', 'RFC 5326 3.2.2');
/** A block larger than this node takes; the session is cancelled. */
export const BLOCK_LARGE = new Fault('ltp', 'block-large', 'LtpLimits.blockOctetsMax');
/** No room for another session, or for more octets; a repetition may find some. */
export const NO_ROOM = new Fault('ltp', 'no-room', 'LtpLimits');
/** More gaps in one block, or reports under way, than are kept; a repetition may do better. */
export const SCATTERED = new Fault('ltp', 'scattered', 'LtpLimits');
