/**
 * The security associations of one link while sessions come and go: make before break. At most
 * three can receive: the previous session's, the current one's and that of a session not yet heard,
 * or two of the latter and no previous one (LS-712).
 *
 * The side that has the last word of a handshake speaks first on its session, which is current
 * there at once, because the peer holds its receive key by then. The other side's waits until a
 * frame authenticates on it (LS-707, LS-708); until then the old session goes on. A replaced
 * session only receives, for max(10 s, 3 round trips) after the new one is proven, and is then
 * forgotten (LS-1001, LS-1003). Keys that are done with are erased, and their SPIs rest.
 */
import { assert } from '../assert.ts';
import type { Random } from '../crypto/ports.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { SpiPool } from '../membership/spi-pool.ts';
import type { Session } from '../session/session.ts';
import { LinkSession } from './link-session.ts';

/** Holds previous, current and waiting sessions. Bounded by RECEIVING_MAX. */
export class SessionTable {
  readonly #random: Random;
  readonly #spis: Pick<SpiPool, 'retire'>;
  #roundTripUs = 0;
  #previous: LinkSession | undefined = undefined;
  #previousUntil: Instant = Number.POSITIVE_INFINITY;
  #current: LinkSession | undefined = undefined;
  /** Oldest first. */
  #waiting: LinkSession[] = [];

  /** `spis` gets the SPIs of sessions that end. */
  constructor(random: Random, spis: Pick<SpiPool, 'retire'>) {
    this.#random = random;
    this.#spis = spis;
  }

  /** The session that seals, if any. */
  get current(): LinkSession | undefined {
    return this.#current;
  }

  /** Whether there is neither a current nor a waiting session. */
  get empty(): boolean {
    return this.#current === undefined && this.#waiting.length === 0;
  }

  /** Whether a session waits to be heard. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** All that can receive, oldest first. */
  get all(): readonly LinkSession[] {
    const [previous, current] = [this.#previous, this.#current];
    return [previous, current, ...this.#waiting].filter((entry) => entry !== undefined);
  }

  /** Ends one session at once. */
  end(now: Instant, entry: LinkSession): void {
    assert(this.all.includes(entry), 'a session of this link');
    this.#stop(now, entry);
    if (entry === this.#previous) {
      this.#previous = undefined;
      this.#previousUntil = Number.POSITIVE_INFINITY;
    }
    if (entry === this.#current) this.#current = undefined;
    this.#waiting = this.#waiting.filter((other) => other !== entry);
  }

  /** Forgets all sessions. `roundTripUs` is that of the contact that begins. */
  clear(now: Instant, roundTripUs: number): void {
    this.#roundTripUs = roundTripUs;
    for (const entry of this.all) this.#stop(now, entry);
    this.#previous = undefined;
    this.#previousUntil = Number.POSITIVE_INFINITY;
    this.#current = undefined;
    this.#waiting = [];
  }

  /** A handshake gave a session. True when it seals at once. */
  add(now: Instant, session: Session): boolean {
    assert(this.find(session.receiveKey.spi) === undefined, 'an SPI names one association');
    const entry = new LinkSession(now, session, this.#roundTripUs, this.#random);
    if (session.speaksFirst) this.#replaceCurrent(now, entry);
    else this.#waiting.push(entry);
    if (this.all.length > RECEIVING_MAX) this.#dropPrevious(now);
    if (this.all.length > RECEIVING_MAX) this.#stop(now, this.#waiting.shift()!);
    return session.speaksFirst;
  }

  /** A handshake ended without its session being confirmed: if it still waits, it is over. */
  void(now: Instant, session: Session): void {
    const at = this.#waiting.findIndex((entry) => entry.session === session);
    if (at >= 0) this.#stop(now, this.#waiting.splice(at, 1)[0]!);
  }

  /** The session on which this node receives under `spi`. */
  find(spi: number): LinkSession | undefined {
    if (this.#current?.session.receiveKey.spi === spi) return this.#current;
    if (this.#previous?.session.receiveKey.spi === spi) return this.#previous;
    // Bounded by RECEIVING_MAX.
    for (const entry of this.#waiting) if (entry.session.receiveKey.spi === spi) return entry;
    return undefined;
  }

  /** The first frame authenticated on the session, which seals from here on. */
  prove(now: Instant, entry: LinkSession): void {
    assert(entry.proven, 'a frame has authenticated');
    const at = this.#waiting.indexOf(entry);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
      this.#replaceCurrent(now, entry);
    }
    if (this.#previous !== undefined) {
      this.#previousUntil = now + Math.max(DRAIN_US, 3 * this.#roundTripUs);
    }
  }

  /** The current session has reached a limit: nothing is sealed until another takes over. */
  stopCurrent(now: Instant): void {
    if (this.#current !== undefined) this.#stop(now, this.#current);
    this.#current = undefined;
  }

  /** When `expire` has something to do. */
  get expiresAt(): Instant {
    const spentAt = this.#previous?.spentAt ?? Number.POSITIVE_INFINITY;
    return Math.min(this.#previousUntil, spentAt);
  }

  /** Forgets the previous session once its time is over. */
  expire(now: Instant): void {
    if (now >= this.expiresAt) this.#dropPrevious(now);
  }

  /** A current session that never carried a frame has nothing to drain and leaves at once. */
  #replaceCurrent(now: Instant, entry: LinkSession): void {
    const replaced = this.#current;
    this.#current = entry;
    entry.lead();
    if (replaced === undefined) return;
    if (!replaced.proven) {
      this.#stop(now, replaced);
      return;
    }
    this.#dropPrevious(now);
    replaced.retire();
    this.#previous = replaced;
  }

  #dropPrevious(now: Instant): void {
    if (this.#previous !== undefined) this.#stop(now, this.#previous);
    this.#previous = undefined;
    this.#previousUntil = Number.POSITIVE_INFINITY;
  }

  #stop(now: Instant, entry: LinkSession): void {
    entry.stop();
    this.#spis.retire(entry.session.receiveKey.spi, now);
  }
}

/** LS-712. */
const RECEIVING_MAX = 3;
/** LS-1003. */
const DRAIN_US = 10 * MICROSECONDS_PER_S;
