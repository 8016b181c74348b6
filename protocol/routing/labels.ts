/**
 * The labels of an earliest-arrival search, one per contact, and the heap of those not yet settled.
 * Everything lies in arrays made once per graph, so a search allocates nothing.
 *
 * Order of labels: earliest arrival, fewest contacts, latest termination (the soonest end of a
 * contact on the way), smallest entry node.
 * Source: CCSDS 734.3-B-1 §3.2.8.1.4 a).
 */
import type { Instant } from '../machine.ts';

/** Bounded by the contacts of the plan. */
export class Labels {
  /** When the last octet arrives at the far end of the contact. */
  readonly arrivesAt: Float64Array;
  /** When the last octet leaves the near end of the contact. */
  readonly departsAt: Float64Array;
  /** The soonest end among the contacts on the way, this one included. */
  readonly terminatesAt: Float64Array;
  /** Contacts on the way, this one included. */
  readonly hops: Int32Array;
  /** Rank of the first node after the source. */
  readonly entry: Int32Array;
  /** The contact before this one, −1 at the source. */
  readonly parent: Int32Array;
  /** Place in the heap plus one, 0 when settled; of the search that `#stamp` names. */
  readonly #place: Int32Array;
  readonly #stamp: Uint32Array;
  readonly #heap: Int32Array;
  #count = 0;
  #search = 0;

  constructor(contacts: number) {
    this.arrivesAt = new Float64Array(contacts);
    this.departsAt = new Float64Array(contacts);
    this.terminatesAt = new Float64Array(contacts);
    this.hops = new Int32Array(contacts);
    this.entry = new Int32Array(contacts);
    this.parent = new Int32Array(contacts);
    this.#place = new Int32Array(contacts);
    this.#stamp = new Uint32Array(contacts);
    this.#heap = new Int32Array(contacts);
  }

  /** Forgets every label; called before each search. */
  clear(): void {
    this.#count = 0;
    this.#search += 1;
    if (this.#search <= STAMP_MAX) return;
    this.#stamp.fill(0);
    this.#search = 1;
  }

  /** Gives `contact` this label unless it is settled or has one that is as good. */
  offer(
    contact: number,
    parent: number,
    departsAt: Instant,
    arrivesAt: Instant,
    hops: number,
    terminatesAt: Instant,
    entry: number,
  ): void {
    let place: number;
    if (this.#stamp[contact] === this.#search) {
      place = this.#place[contact]! - 1;
      if (place < 0 || !this.#improves(contact, arrivesAt, hops, terminatesAt, entry)) return;
    } else {
      this.#stamp[contact] = this.#search;
      place = this.#count++;
    }
    this.arrivesAt[contact] = arrivesAt;
    this.departsAt[contact] = departsAt;
    this.terminatesAt[contact] = terminatesAt;
    this.hops[contact] = hops;
    this.entry[contact] = entry;
    this.parent[contact] = parent;
    this.#rise(contact, place);
  }

  /** Settles and returns the contact with the best label, −1 when none is left. */
  settle(): number {
    if (this.#count === 0) return -1;
    const best = this.#heap[0]!;
    this.#place[best] = 0;
    this.#count -= 1;
    if (this.#count > 0) this.#sink(this.#heap[this.#count]!);
    return best;
  }

  #improves(
    contact: number,
    arrivesAt: Instant,
    hops: number,
    terminatesAt: Instant,
    entry: number,
  ): boolean {
    if (arrivesAt !== this.arrivesAt[contact]!) return arrivesAt < this.arrivesAt[contact]!;
    if (hops !== this.hops[contact]!) return hops < this.hops[contact]!;
    const termination = this.terminatesAt[contact]!;
    if (terminatesAt !== termination) return terminatesAt > termination;
    return entry < this.entry[contact]!;
  }

  #before(a: number, b: number): boolean {
    return this.#improves(
      b,
      this.arrivesAt[a]!,
      this.hops[a]!,
      this.terminatesAt[a]!,
      this.entry[a]!,
    );
  }

  /** Puts `contact` at `place` or above. Bounded by the height of the heap. */
  #rise(contact: number, place: number): void {
    let at = place;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#heap[above]!;
      if (!this.#before(contact, other)) break;
      this.#put(other, at);
      at = above;
    }
    this.#put(contact, at);
  }

  /** Puts `contact` at the top or below. Bounded by the height of the heap. */
  #sink(contact: number): void {
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#count) break;
      const right = below + 1;
      if (right < this.#count && this.#before(this.#heap[right]!, this.#heap[below]!)) {
        below = right;
      }
      const other = this.#heap[below]!;
      if (!this.#before(other, contact)) break;
      this.#put(other, at);
      at = below;
    }
    this.#put(contact, at);
  }

  #put(contact: number, place: number): void {
    this.#heap[place] = contact;
    this.#place[contact] = place + 1;
  }
}

const STAMP_MAX = 0xffffffff;
