/**
 * A protocol is a value, not a process. Every stateful protocol is a machine with verbs of its own
 * that take `now` as their first argument; after any verb the owner drains `poll` until it returns
 * undefined, then reads `deadline` and calls `tick` no later than that.
 */

/** Microseconds since the scenario epoch: a safe integer, never negative, never falling. */
export type Instant = number;

/** The moment a machine wants to be ticked, and the reason, for people who debug. */
export interface Deadline {
  readonly at: Instant;
  readonly why: string;
}

/** What every machine offers besides its own verbs. */
export interface Machine<Output> {
  /** Lets time pass: whatever fell due at or before `now` happens. */
  tick(now: Instant): void;
  /** The next thing the owner must do, oldest first. Its bytes belong to the taker. */
  poll(): Output | undefined;
  /** When `tick` is next needed, or undefined when only input can change the state. */
  deadline(): Deadline | undefined;
}

/** The sooner of two deadlines; on a tie the first. */
export function sooner(a: Deadline | undefined, b: Deadline | undefined): Deadline | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return b.at < a.at ? b : a;
}

/** 1 ms as an Instant difference. */
export const MICROSECONDS_PER_MS = 1_000;
/** 1 s as an Instant difference. */
export const MICROSECONDS_PER_S = 1_000_000;
