/**
 * Which bundles were here before, so that a second copy is not delivered or sent on again.
 *
 * A routing detour may lead a bundle back to a node that has already sent it on, and whoever
 * returns it has then forgotten it. The hop count tells this from a copy: a bundle that comes back
 * has made more hops than when it was here.
 *
 * RFC 9171 leaves the suppression of duplicates to implementations; identity is §4.2.7.
 */
import type { Instant } from '../machine.ts';

interface Seen {
  readonly hops: number;
  readonly expiresAt: Instant;
}

/**
 * Knows a bundle until it expires, for a copy that comes later has expired too. Bounded by
 * SEEN_MAX: beyond it the one that was added first is forgotten.
 */
export class SeenBundles {
  readonly #byId = new Map<string, Seen>();
  /** Goes round among all, to find those that have expired. */
  #hand = this.#byId.entries();

  /** Notes that the bundle was here having made `hops` hops, infinitely many if delivered. */
  add(now: Instant, id: string, hops: number, expiresAt: Instant): void {
    this.#sweep(now);
    this.#byId.delete(id);
    this.#byId.set(id, { hops, expiresAt });
    if (this.#byId.size <= SEEN_MAX) return;
    for (const oldest of this.#byId.keys()) {
      this.#byId.delete(oldest);
      return;
    }
  }

  /** Whether the bundle reached its destination here. */
  isDelivered(id: string): boolean {
    return this.hopsOf(id) === DELIVERED;
  }

  /** How many hops the bundle had made when it was last here, undefined for a new one. */
  hopsOf(id: string): number | undefined {
    return this.#byId.get(id)?.hops;
  }

  /** Looks at more than come in, so that the expired are at most as many as the others. */
  #sweep(now: Instant): void {
    for (let looks = 0; looks < LOOKS; looks++) {
      const next = this.#hand.next();
      if (next.done === true) {
        this.#hand = this.#byId.entries();
        return;
      }
      const [id, { expiresAt }] = next.value;
      if (expiresAt <= now) this.#byId.delete(id);
    }
  }
}

/** More hops than any copy can have made: those of a bundle that was delivered here. */
export const DELIVERED = Number.POSITIVE_INFINITY;

/** About 10 MB; seven times that where sources have names as long as they may be. */
const SEEN_MAX = 65_536;
const LOOKS = 3;
