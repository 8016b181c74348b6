/**
 * How constellation statements go from neighbour to neighbour: each side of a session says which
 * one it holds when the session comes up and once a minute, and whoever is ahead sends its own.
 *
 * Source: link-security §13 (LS-1303 b and c).
 */
import { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { Membership } from '../membership/membership.ts';
import { encodeAdvertisement, encodeStatement } from './link-control.ts';

/** The part of one link. */
export class StatementSpread {
  readonly #membership: Membership;
  #advertiseAt: Instant = Number.POSITIVE_INFINITY;
  /** The serial that the peer holds, as far as is known and nothing was sent since. */
  #peerSerial: number | undefined = undefined;
  #offerAt: Instant = Number.NEGATIVE_INFINITY;

  constructor(membership: Membership) {
    this.#membership = membership;
  }

  /** A session carries link control from now on: an advertisement is due. */
  begin(now: Instant): void {
    this.#advertiseAt = now;
    this.#peerSerial = undefined;
  }

  /** No session carries link control. */
  end(): void {
    this.#advertiseAt = Number.POSITIVE_INFINITY;
    this.#peerSerial = undefined;
  }

  /** The peer advertises the statement with this serial. */
  heard(serial: number): void {
    this.#peerSerial = serial;
  }

  /** Takes a statement from the peer; the faults are those of `Membership.adopt`. */
  receive(octets: Uint8Array): Fault | undefined {
    const verdict = this.#membership.adopt(octets);
    if (verdict instanceof Fault) return verdict;
    // The peer holds what it sent, so it need not be sent back.
    if (verdict !== 'older') this.#peerSerial = this.#membership.statement.serial;
    return undefined;
  }

  /** The next message that is due, fresh; `hurried` when waiting costs bundles. */
  next(now: Instant, hurried: boolean): Uint8Array | undefined {
    if (this.#behind && now >= this.#offerAt) {
      // The next advertisement of the peer shows whether it arrived.
      this.#peerSerial = undefined;
      this.#offerAt = now + OFFER_PAUSE_US;
      return encodeStatement(this.#membership.statementOctets);
    }
    if (now < this.#advertiseAt) return undefined;
    this.#advertiseAt = now + (hurried ? HURRY_US : ADVERTISE_US);
    const { epoch, serial } = this.#membership.statement;
    return encodeAdvertisement(epoch, serial);
  }

  /** When `next` has something; infinite when nothing is in sight. */
  get dueAt(): Instant {
    return this.#behind ? Math.min(this.#offerAt, this.#advertiseAt) : this.#advertiseAt;
  }

  get #behind(): boolean {
    return this.#peerSerial !== undefined && this.#peerSerial < this.#membership.statement.serial;
  }
}

const ADVERTISE_US = 60 * MICROSECONDS_PER_S;
/** In limbo, which lasts a minute (LS-705), a lost advertisement must not be the end. */
const HURRY_US = 10 * MICROSECONDS_PER_S;
/** However often a peer claims to be behind, it gets no more than this. */
const OFFER_PAUSE_US = 5 * MICROSECONDS_PER_S;
