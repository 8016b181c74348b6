/**
 * Which bundles were here before, so that a second copy is not delivered or sent on again.
 *
 * A routing detour may lead a bundle back to a node that has already sent it on, and whoever
 * returns it has then forgotten it. The hop count tells this from a copy: a bundle that comes back
 * has made more hops than when it was here.
 *
 * RFC 9171 leaves the suppression of duplicates to implementations; identity is §4.2.7.
 */

/**
 * Two generations: when the younger is full the older is dropped, so at least the last
 * GENERATION_MAX bundles are known. Bounded by 2 × GENERATION_MAX. A bundle forgotten after its
 * lifetime does no harm, for a late copy has expired.
 */
export class SeenBundles {
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  /** Notes that the bundle was here having made `hops` hops. */
  add(id: string, hops: number): void {
    if (this.#young.size >= GENERATION_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, hops);
  }

  /** Notes that the bundle reached its destination here, so that any other copy is one too many. */
  addDelivered(id: string): void {
    this.add(id, Number.POSITIVE_INFINITY);
  }

  /** How many hops the bundle had made when it was last here, undefined for a new one. */
  hopsOf(id: string): number | undefined {
    return this.#young.get(id) ?? this.#old.get(id);
  }
}

const GENERATION_MAX = 8_192;
