/** What the sessions of one engine share: limits, timers, chance, and the way to the owner. */
import type { Random } from '../crypto/ports.ts';
import { Fifo } from '../fifo.ts';
import type { Instant } from '../machine.ts';
import type { LtpLimits, LtpOutput } from './contract.ts';
import { LinkTimers, type Timer } from './link-timers.ts';

/** How a session ends, said to the table that keeps it. */
export interface SessionEnds {
  /** It has done what it was for. */
  closed(): void;
  /** It ends early, and the other end must hear of it. */
  cancel(now: Instant, reason: number): void;
}

/** The state that is of no one session. */
export class Span {
  readonly limits: LtpLimits;
  readonly random: Random;
  /** Whether the far side claims a stored block in one report. */
  readonly wholeReports: boolean;
  readonly timers = new LinkTimers();
  /** How long an answer may take: light time there and back, and margins; by the owner. */
  roundTripUs = ROUND_TRIP_US;
  repeatedOctets = 0;
  /** Bounded by what one verb gives rise to, which the owner drains. */
  readonly outputs = new Fifo<LtpOutput>();

  constructor(limits: LtpLimits, random: Random, wholeReports: boolean) {
    this.limits = limits;
    this.random = random;
    this.wholeReports = wholeReports;
  }

  /** Starts the timer for an answer to what leaves now. */
  expectAnswer(timer: Timer, now: Instant): void {
    this.timers.start(timer, now, this.roundTripUs);
  }
}

/** Until the owner says. */
const ROUND_TRIP_US = 1_000_000;
