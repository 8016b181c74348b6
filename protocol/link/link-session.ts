/**
 * One session of a link, and what the link knows about it: how its two associations stand, whether
 * the peer is there, when its keys are due.
 *
 * Source: link-security §7, §10.
 */
import { assert } from '../assert.ts';
import {
  type AssociationEvent,
  type AssociationState,
  stateAfter,
} from '../association/association-state.ts';
import type { Random } from '../crypto/ports.ts';
import { jittered } from '../jitter.ts';
import type { Instant } from '../machine.ts';
import type { Session } from '../session/session.ts';
import type { AssociationSnapshot } from './keying.ts';
import { Liveness, type Purpose } from './liveness.ts';

/** From the end of the handshake until its keys are erased. */
export class LinkSession {
  readonly session: Session;
  readonly liveness: Liveness;
  readonly #establishedAt: Instant;
  readonly #renewAgeUs: number;
  #sending: AssociationState = 'keyed';
  #receiving: AssociationState = 'keyed';
  #alarmed = false;

  /** `random` spreads the age at which links renew. */
  constructor(now: Instant, session: Session, roundTripUs: number, random: Random) {
    this.session = session;
    this.liveness = new Liveness(now, roundTripUs);
    this.#establishedAt = now;
    const ageUs = jittered(session.limits.rekey.ageUs, AGE_JITTER, random);
    this.#renewAgeUs = session.role === 'initiator' ? ageUs : RESPONDER_PATIENCE * ageUs;
  }

  /** Whether a frame of the peer has authenticated. */
  get proven(): boolean {
    return this.#receiving === 'operational';
  }

  /** When this side begins to agree new keys (LS-1002); infinite until proven. */
  get renewAt(): Instant {
    if (!this.proven) return Number.POSITIVE_INFINITY;
    const { sendKey, receiveKey } = this.session;
    return this.#establishedAt + (sendKey.due || receiveKey.due ? 0 : this.#renewAgeUs);
  }

  /** When the keys may no longer be used, new ones or not. */
  get spentAt(): Instant {
    return this.#establishedAt + this.session.limits.stop.ageUs;
  }

  /** It is this side's turn to send. */
  lead(): void {
    this.#sending = after(this.#sending, 'start');
  }

  /** A frame was sealed and left. */
  sent(now: Instant, purpose: Purpose): void {
    assert(this.#sending === 'operational', 'frames leave on an operational association');
    this.liveness.sent(now, purpose);
  }

  /** A frame authenticated. */
  heard(): void {
    assert(this.#receiving !== 'stopped', 'no frame authenticates under an erased key');
    if (this.#receiving === 'keyed') this.#receiving = after(this.#receiving, 'start');
    this.liveness.heard();
  }

  /** Whether so many frames have failed that it is worth an alarm: true once. */
  takeAlarm(): boolean {
    if (!this.alarmDue) return false;
    this.#alarmed = true;
    return true;
  }

  /** Whether `takeAlarm` would be true. */
  get alarmDue(): boolean {
    const { receiveKey, limits } = this.session;
    return !this.#alarmed && receiveKey.failures >= limits.failuresAlarm;
  }

  /** Another session has taken over: the sending key is erased, the receiving one drains. */
  retire(): void {
    this.session.sendKey.erase();
    this.#sending = after(this.#sending, 'end');
  }

  /** Both keys are erased. */
  stop(): void {
    if (this.#sending !== 'stopped') this.retire();
    this.session.receiveKey.erase();
    this.#receiving = after(this.#receiving, 'end');
  }

  /** Both associations: plain JSON, fresh. */
  snapshot(): AssociationSnapshot[] {
    const { sessionId, sendKey, receiveKey } = this.session;
    const of = (key: typeof sendKey | typeof receiveKey) => {
      const { spi, frames, octets } = key;
      return { sessionId, spi, frames, octets };
    };
    return [
      { direction: 'sending', state: this.#sending, ...of(sendKey) },
      { direction: 'receiving', state: this.#receiving, ...of(receiveKey) },
    ];
  }
}

function after(state: AssociationState, event: AssociationEvent): AssociationState {
  const next = stateAfter(state, event);
  assert(next !== undefined, 'an association lives by its table');
  return next;
}

const AGE_JITTER = 0.1;
/** The other side of a session sees to new keys only when its initiator does not (LS-1002). */
const RESPONDER_PATIENCE = 1.25;
