/**
 * The contact plan: who can talk to whom, when, how fast, and how far away they are. Contacts are
 * unidirectional; ranges hold for both directions, as in CCSDS 734.3-B-1 §2.3 and ION's text form.
 */
import type { Instant } from '../machine.ts';

/** An ipn node number (allocator 0), 1 … 2^32−2. */
export type NodeNumber = number;

/** One node can transmit to another from `startsAt` to `endsAt`. */
export interface Contact {
  readonly from: NodeNumber;
  readonly to: NodeNumber;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly rateBps: number;
  /** Index of the terminal used at `from`. */
  readonly fromTerminal: number;
  /** Index of the terminal used at `to`. */
  readonly toTerminal: number;
}

/** The one-way light time between two nodes over an interval; `a < b`. */
export interface Range {
  readonly a: NodeNumber;
  readonly b: NodeNumber;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  readonly owltUs: number;
}

/** Contacts and ranges, each sorted by `startsAt`. */
export interface ContactPlan {
  readonly contacts: readonly Contact[];
  readonly ranges: readonly Range[];
}
