/**
 * The secrets from which sessions are succeeded, by one round trip and without certificates. They
 * live in memory only, each for one succession: a secret is used up when the first frame has
 * authenticated on the session that it led to, and valid until then, so that a lost answer strands
 * nobody. A chain of successions ends after 24 hours or 144 of them; then a first contact is due.
 *
 * Secrets leave at the use, and otherwise when their time is over, whether the peer comes or not.
 *
 * Source: link-security §6.5, LS-708, LS-1005.
 */
import { assert } from '../assert.ts';
import { equal, toHex } from '../bytes/octets.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { Peer } from './peer.ts';

/** What one session leaves to its successor. */
export interface ResumeSecret {
  /** 16 octets. */
  readonly id: Uint8Array;
  /** 32 octets; overwritten when the secret is used up or forgotten. */
  readonly psk: Uint8Array;
  /** The peer's static key, 32 octets. */
  readonly remoteStatic: Uint8Array;
  readonly peer: Peer;
}

/** A secret in its chain. */
export interface HeldSecret extends ResumeSecret {
  /** When the first contact was, at the head of the chain. */
  readonly bornAt: Instant;
  /** Successions since then. */
  readonly rekeys: number;
  /** Which holds it, and will hold those that follow it. */
  readonly home: ResumeSecrets;
}

/** Those of one boot of a node. Bounded by PEERS_MAX peers, PER_PEER_MAX each; oldest out. */
export class ResumeSecrets {
  /** By the peer's SCID; of each peer the one to begin with first. */
  readonly #held = new Map<number, HeldSecret[]>();
  /** No secret is too old before that. */
  #expiresAt: Instant = Number.POSITIVE_INFINITY;
  /** Ids that were used up, oldest first. Bounded by USED_MAX. */
  readonly #used = new Set<string>();

  /**
   * Keeps the secret of a new session, which came of `succeeds` or of a first contact. The peer
   * surely has it as well where it is `shared`; else it comes last until `confirm` says so.
   */
  keep(
    now: Instant,
    remoteScid: number,
    secret: ResumeSecret,
    succeeds: HeldSecret | undefined,
    shared: boolean,
  ): void {
    assert(secret.psk.length === PSK_OCTETS, 'a resume secret has 32 octets');
    const rekeys = succeeds === undefined ? 0 : succeeds.rekeys + 1;
    const held = { ...secret, bornAt: succeeds?.bornAt ?? now, rekeys, home: this };
    this.#expiresAt = Math.min(this.#expiresAt, held.bornAt + LIFE_US);
    const others = this.#held.get(remoteScid) ?? [];
    this.#held.delete(remoteScid);
    const all = shared ? [held, ...others] : [...others, held];
    const surplus = all.length > PER_PEER_MAX ? all.splice(shared ? -1 : -2, 1) : [];
    for (const { psk } of surplus) psk.fill(0);
    this.#held.set(remoteScid, all);
    if (this.#held.size <= PEERS_MAX) return;
    for (const oldest of this.#held.keys()) {
      this.forget(oldest);
      return;
    }
  }

  /** The one to begin a succession with. */
  newest(now: Instant, remoteScid: number): HeldSecret | undefined {
    return this.#usable(now, remoteScid)[0];
  }

  /** The one that a REKEY of the peer names (16 octets). */
  find(now: Instant, remoteScid: number, id: Uint8Array): HeldSecret | undefined {
    return this.#usable(now, remoteScid).find((secret) => equal(secret.id, id));
  }

  /** A frame has authenticated on the session of this secret: it is shared. */
  confirm(remoteScid: number, id: Uint8Array): void {
    const all = this.#held.get(remoteScid);
    const at = all?.findIndex((secret) => equal(secret.id, id)) ?? -1;
    if (all !== undefined && at > 0) all.unshift(...all.splice(at, 1));
  }

  /** A secret has led to a session on which a frame has authenticated: it is used up. */
  use(remoteScid: number, id: Uint8Array): void {
    this.#drop(remoteScid, id);
    this.#used.add(toHex(id));
    if (this.#used.size <= USED_MAX) return;
    for (const oldest of this.#used) {
      this.#used.delete(oldest);
      return;
    }
  }

  /** Whether an id was used up not long ago: who names it again repeats what it has recorded. */
  isUsed(id: Uint8Array): boolean {
    return this.#used.has(toHex(id));
  }

  /** The peer closed, or may no longer come back. */
  forget(remoteScid: number): void {
    for (const { psk } of this.#held.get(remoteScid) ?? []) psk.fill(0);
    this.#held.delete(remoteScid);
  }

  /** Another epoch: nobody comes back without a first contact. */
  clear(): void {
    for (const remoteScid of this.#held.keys()) this.forget(remoteScid);
  }

  /** When `expire` may have something to do; infinite when there are no secrets. */
  get expiresAt(): Instant {
    return this.#expiresAt;
  }

  /** Erases what is too old (LS-1005). */
  expire(now: Instant): void {
    if (now < this.#expiresAt) return;
    this.#expiresAt = Number.POSITIVE_INFINITY;
    // Bounded by PEERS_MAX.
    for (const remoteScid of this.#held.keys()) {
      const usable = this.#usable(now, remoteScid);
      for (const { bornAt } of usable) {
        this.#expiresAt = Math.min(this.#expiresAt, bornAt + LIFE_US);
      }
      if (usable.length === 0) this.#held.delete(remoteScid);
    }
  }

  #usable(now: Instant, remoteScid: number): readonly HeldSecret[] {
    const all = this.#held.get(remoteScid) ?? [];
    const old = all.filter(({ bornAt, rekeys }) => now >= bornAt + LIFE_US || rekeys >= REKEYS_MAX);
    for (const { id } of old) this.#drop(remoteScid, id);
    return all;
  }

  #drop(remoteScid: number, id: Uint8Array): void {
    const all = this.#held.get(remoteScid);
    const at = all?.findIndex((secret) => equal(secret.id, id)) ?? -1;
    if (all !== undefined && at >= 0) all.splice(at, 1)[0]!.psk.fill(0);
  }
}

const PSK_OCTETS = 32;
const LIFE_US = 24 * 3_600 * MICROSECONDS_PER_S;
const REKEYS_MAX = 144;
const PEERS_MAX = 1024;
const USED_MAX = 1024;
/** Of the sessions on several terminals, and of those not yet confirmed. */
const PER_PEER_MAX = 4;
