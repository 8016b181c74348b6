/**
 * Judges the sessions of one link whenever the node holds another constellation statement, and
 * counts the minute that a session may be in limbo.
 *
 * Source: link-security §13 (LS-1302), LS-705.
 */
import type { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { EPOCH_AHEAD } from '../membership/faults.ts';
import { type HandshakeOptions, judgeOf } from '../session/handshake-context.ts';
import { recheckPeer } from '../session/peer-check.ts';
import type { Session } from '../session/session.ts';
import { reviewSession } from '../session/session-review.ts';
import type { LinkSession } from './link-session.ts';

/** What has changed for a session: something is against it, or it has left limbo. */
export interface Finding {
  readonly entry: LinkSession;
  readonly fault: Fault | undefined;
}

/** The part of one link. */
export class MembershipWatch {
  readonly #options: HandshakeOptions;
  /** Of the statement that every session has been judged by. */
  #serial: number;
  #limboUntil: Instant = Number.POSITIVE_INFINITY;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#serial = options.membership.statement.serial;
  }

  /** A session begins. */
  admit(now: Instant, { limbo }: Session): void {
    if (limbo !== undefined) this.#limboUntil = now + LIMBO_US;
  }

  /** When a session in limbo is over; infinite for any other. */
  endOf({ limbo }: Session): Instant {
    return limbo === undefined ? Number.POSITIVE_INFINITY : this.#limboUntil;
  }

  /**
   * Judges all sessions, unless the statement is still the one before: whatever has changed. The
   * way back of a peer that is none is forgotten as well.
   */
  review(now: Instant, entries: readonly LinkSession[]): readonly Finding[] {
    const { membership, remoteScid } = this.#options;
    const { serial } = membership.statement;
    if (serial === this.#serial) return NOTHING;
    this.#serial = serial;
    const judge = judgeOf(this.#options);
    const { resumeSecrets } = membership.identity;
    const secret = resumeSecrets.newest(now, remoteScid);
    if (secret && recheckPeer(secret.peer, judge)) resumeSecrets.forget(remoteScid);
    return entries.flatMap((entry) => {
      const waits = entry.session.limbo !== undefined;
      const fault = reviewSession(entry.session, judge);
      const changed = waits ? fault !== EPOCH_AHEAD : fault !== undefined;
      return changed ? [{ entry, fault }] : [];
    });
  }
}

const NOTHING: readonly Finding[] = [];
const LIMBO_US = 60 * MICROSECONDS_PER_S;
