/**
 * The security associations of one link while sessions come and go: make before break. At most
 * three can receive: the previous session's, the current one's and that of a session not yet
 * confirmed (LS-712).
 *
 * A responder's session is current at once, because the initiator holds its receive key before it
 * sends FINISH. An initiator's session waits until a frame authenticates on it, which proves that
 * FINISH arrived (LS-707); until then the old session goes on. A replaced session only receives,
 * for max(10 s, 3 round trips) after the new one is proven, and is then forgotten (LS-1003).
 */
import type { Random } from '../crypto/ports.ts';
import { jittered } from '../jitter.ts';
import type { Instant } from '../machine.ts';
import type { Session } from '../session/handshake.ts';
import { Liveness, type Purpose } from './liveness.ts';

/** One session with what the link knows about it. */
export class LinkSession {
  readonly session: Session;
  readonly liveness: Liveness;
  readonly #establishedAt: Instant;
  readonly #renewAgeUs: number;
  /** A frame of the peer has authenticated. */
  proven = false;
  /** Sealed and opened together. */
  #frames = 0;

  constructor(session: Session, now: Instant, roundTripUs: number, random: Random) {
    this.session = session;
    this.liveness = new Liveness(now, roundTripUs);
    this.#establishedAt = now;
    this.#renewAgeUs = jittered(RENEW_AGE_US, RENEW_JITTER, random);
  }

  /** A frame was sealed and left. */
  sent(now: Instant, purpose: Purpose): void {
    this.#frames++;
    this.liveness.sent(now, purpose);
  }

  /** A frame authenticated. */
  heard(): void {
    this.#frames++;
    this.liveness.heard();
  }

  /** When the side that initiates begins to agree new keys (§10); infinite until proven. */
  get renewAt(): Instant {
    if (!this.proven) return Number.POSITIVE_INFINITY;
    return this.#establishedAt + (this.#frames < RENEW_FRAMES ? this.#renewAgeUs : 0);
  }

  /** When the keys may no longer be used, new ones or not (§10). */
  get spentAt(): Instant {
    return this.#establishedAt + SPENT_AGE_US;
  }
}

/** Holds previous, current and pending session. */
export class SessionTable {
  readonly #random: Random;
  #roundTripUs = 0;
  #previous: LinkSession | undefined = undefined;
  #previousUntil: Instant = Number.POSITIVE_INFINITY;
  #current: LinkSession | undefined = undefined;
  #pending: LinkSession | undefined = undefined;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The session that seals, if any. */
  get current(): LinkSession | undefined {
    return this.#current;
  }

  /** Whether there is neither a current nor a pending session. */
  get empty(): boolean {
    return this.#current === undefined && this.#pending === undefined;
  }

  /** Forgets all sessions. `roundTripUs` is that of the contact that begins. */
  clear(roundTripUs: number): void {
    this.#roundTripUs = roundTripUs;
    this.#previous = undefined;
    this.#previousUntil = Number.POSITIVE_INFINITY;
    this.#current = undefined;
    this.#pending = undefined;
  }

  /** A handshake gave a session. True when it seals at once. */
  add(now: Instant, session: Session): boolean {
    const entry = new LinkSession(session, now, this.#roundTripUs, this.#random);
    if (session.role === 'initiator') {
      this.#pending = entry;
      return false;
    }
    // What this node began itself has lost to the session of the peer (LS-709).
    this.#pending = undefined;
    this.#replaceCurrent(entry);
    return true;
  }

  /** FINISH was never confirmed: its session is void. */
  dropPending(): void {
    this.#pending = undefined;
  }

  /** The session on which this node receives under `spi`. */
  find(spi: number): LinkSession | undefined {
    if (this.#current?.session.receiveKey.spi === spi) return this.#current;
    if (this.#pending?.session.receiveKey.spi === spi) return this.#pending;
    if (this.#previous?.session.receiveKey.spi === spi) return this.#previous;
    return undefined;
  }

  /** The first frame authenticated on the session, which seals from here on. */
  prove(now: Instant, entry: LinkSession): void {
    entry.proven = true;
    if (entry === this.#pending) {
      this.#pending = undefined;
      this.#replaceCurrent(entry);
    }
    if (this.#previous !== undefined) {
      this.#previousUntil = now + Math.max(DRAIN_US, 3 * this.#roundTripUs);
    }
  }

  /** Forgets the previous session once its time is over. */
  expire(now: Instant): void {
    if (now < this.#previousUntil) return;
    this.#previous = undefined;
    this.#previousUntil = Number.POSITIVE_INFINITY;
  }

  /** A current session that never carried a frame has nothing to drain and leaves without trace. */
  #replaceCurrent(entry: LinkSession): void {
    if (this.#current?.proven) {
      this.#previous = this.#current;
      this.#previousUntil = Number.POSITIVE_INFINITY;
    }
    this.#current = entry;
  }
}

const DRAIN_US = 10_000_000;
const RENEW_AGE_US = 600_000_000;
const RENEW_JITTER = 0.1;
const SPENT_AGE_US = 3_600_000_000;
const RENEW_FRAMES = 2 ** 20;
