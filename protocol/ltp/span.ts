/** What the sessions of one engine share: limits, timers, chance, and the way to the owner. */
import type { Random } from '../crypto/ports.ts';
import { Fifo } from '../fifo.ts';
import type { Instant } from '../machine.ts';
import { AnswerTime } from './answer-time.ts';
import type { LtpLimits, LtpOptions, LtpOutput } from './contract.ts';
import { LtpCounters } from './counters.ts';
import { LinkTimers, type Timer } from './link-timers.ts';
import { SERIAL_OCTETS, SerialNumbers } from './serial-numbers.ts';

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
  readonly #random: Random;
  /** Drawn in one go, for every session needs a little. */
  #chance: Uint8Array = new Uint8Array(0);
  #drawn = 0;
  /** Whether the far side claims a stored block in one report. */
  readonly wholeReports: boolean;
  readonly timers = new LinkTimers();
  readonly answers: AnswerTime;
  readonly counters: LtpCounters;
  /** Bounded by what one verb gives rise to, which the owner drains. */
  readonly outputs = new Fifo<LtpOutput>();

  constructor(limits: LtpLimits, options: LtpOptions) {
    const { random, wholeReports = false, answers, counters } = options;
    this.limits = limits;
    this.#random = random;
    this.wholeReports = wholeReports;
    this.answers = answers ?? new AnswerTime();
    this.counters = counters ?? new LtpCounters();
  }

  /** Numbers of checkpoints or reports for a session that begins. */
  serials(): SerialNumbers {
    if (this.#drawn === this.#chance.length) {
      this.#chance = this.#random.octets(CHANCE_OCTETS);
      this.#drawn = 0;
    }
    this.#drawn += SERIAL_OCTETS;
    return SerialNumbers.ofSegments(
      this.#chance.subarray(this.#drawn - SERIAL_OCTETS, this.#drawn),
    );
  }

  /** A session ends early, and its owner hears of it. */
  tellCancelled(cancelled: Omit<Extract<LtpOutput, { kind: 'cancelled' }>, 'kind'>): void {
    this.counters.cancel(cancelled.reason);
    this.outputs.push({ kind: 'cancelled', ...cancelled });
  }

  /** Starts the timer for an answer to what leaves now. */
  expectAnswer(timer: Timer, now: Instant): void {
    this.timers.start(timer, now, this.answers.us);
  }
}

/** For a hundred sessions and more. */
const CHANCE_OCTETS = 128 * SERIAL_OCTETS;
