/** A bundle in this node's care, and the heap in which such bundles stand in some order. */
import type { Bundle } from '../bundle/bundle.ts';
import type { Instant } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import type { TrafficClass } from '../traffic-class.ts';
import type { Subject } from './reporter.ts';

/**
 * What is happening to it: the store is writing it and nothing else, the store has it, it waits for
 * a contact or a service, the store is reading it, a link is sending it, it is about to be joined
 * with others, the store is writing those that are to stand for it, the store notes that it was
 * delivered, or it has met its fate.
 */
export type Phase =
  | 'storing'
  | 'stored'
  | 'waiting'
  | 'loading'
  | 'sending'
  | 'joining'
  | 'succeeding'
  | 'settling'
  | 'gone';

/** What the store has said of it: nothing as it was not asked, nothing yet, yes, or why not. */
export type InStore = 'unasked' | 'asked' | 'yes' | 'full' | 'io';

/** Which octets of which whole a fragment carries. */
export interface Part {
  /** The id of the whole. */
  readonly whole: string;
  readonly offset: number;
  readonly length: number;
  readonly totalLength: number;
}

/** What is known of a bundle when it comes in. */
export interface Arrival {
  readonly id: string;
  /** Counts up, so that the smaller is the older here. */
  readonly order: number;
  readonly bundle: Bundle;
  readonly sizeOctets: number;
  readonly trafficClass: TrafficClass;
  readonly hops: number;
  /** The node to reach; 0 when the destination has no ipn node number of the default allocator. */
  readonly destination: NodeNumber;
  /** The service to deliver to, when the destination is this node. */
  readonly service: number | undefined;
  /** What it is part of, when it is a fragment. */
  readonly part: Part | undefined;
  /** Whether it may be cut into fragments. */
  readonly divisible: boolean;
  /** What to report on; undefined when nobody wants to know. */
  readonly subject: Subject | undefined;
  /** Whether it is for a group, and is yet to be copied for each of those who are to have it. */
  readonly isForGroup: boolean;
  /** The neighbour it came from, 0 when it was made here. */
  readonly previous: NodeNumber;
  readonly arrivedAt: Instant;
  /** Age on arrival, for a bundle that carries its age or needs to; else undefined. */
  readonly ageMs: number | undefined;
  /** The first instant at which its age exceeds its lifetime. */
  readonly lifetimeEndsAt: Instant;
  /** No attempt to send it before this. */
  readonly notBefore: Instant;
}

/** The bundle's facts, and what changes while it is here. */
export class HeldBundle {
  readonly id: string;
  readonly order: number;
  readonly sizeOctets: number;
  readonly trafficClass: TrafficClass;
  readonly hops: number;
  readonly destination: NodeNumber;
  readonly service: number | undefined;
  readonly part: Part | undefined;
  divisible: boolean;
  readonly subject: Subject | undefined;
  readonly isForGroup: boolean;
  readonly previous: NodeNumber;
  readonly arrivedAt: Instant;
  readonly ageMs: number | undefined;
  readonly lifetimeEndsAt: Instant;
  /** When this node lets it go, if sooner (RFC 9171 §5.5, overriding lifetime). */
  expiresAt: Instant;
  notBefore: Instant;
  phase: Phase = 'storing';
  inStore: InStore = 'unasked';
  /** Whether this node answers for it: it has one fate, then or later. */
  accepted = false;
  /** Its content, a view of the octets given to the store; dropped while the store alone has it. */
  bundle: Bundle | undefined;
  /** The neighbour whose window it takes up, 0 when none. */
  to: NodeNumber = 0;
  /** Where it waits: a neighbour or a service. */
  lane = 0;
  /** Whether it is in a set of fragments to be joined. */
  gathered = false;
  /** Whether the application that sent it wants it back. */
  canceled = false;
  /** Its places in the heaps it stands in, by slot. */
  readonly places: [number, number] = [-1, -1];

  constructor(arrival: Arrival) {
    this.id = arrival.id;
    this.order = arrival.order;
    this.sizeOctets = arrival.sizeOctets;
    this.trafficClass = arrival.trafficClass;
    this.hops = arrival.hops;
    this.destination = arrival.destination;
    this.service = arrival.service;
    this.part = arrival.part;
    this.divisible = arrival.divisible;
    this.subject = arrival.subject;
    this.isForGroup = arrival.isForGroup;
    this.previous = arrival.previous;
    this.arrivedAt = arrival.arrivedAt;
    this.ageMs = arrival.ageMs;
    this.lifetimeEndsAt = arrival.lifetimeEndsAt;
    this.expiresAt = arrival.lifetimeEndsAt;
    this.notBefore = arrival.notBefore;
    this.bundle = arrival.bundle;
  }
}

/** What becomes of a bundle at its `expiresAt`: its lifetime ends, or the patience of this node. */
export function endOf({ expiresAt, lifetimeEndsAt }: HeldBundle): 'expired' | 'traffic-pared' {
  return expiresAt < lifetimeEndsAt ? 'traffic-pared' : 'expired';
}

/** Whether `a` goes out before `b`: the higher class first, in a class the older. */
export function precedes(a: HeldBundle, b: HeldBundle): boolean {
  if (a.trafficClass !== b.trafficClass) return a.trafficClass > b.trafficClass;
  return a.order < b.order;
}

/** Whether `a` expires before `b`. */
export function expiresBefore(a: HeldBundle, b: HeldBundle): boolean {
  return a.expiresAt < b.expiresAt;
}

/** A binary heap; a bundle may stand in one heap per slot. Bounded by the bundles held. */
export class BundleHeap {
  readonly #before: (a: HeldBundle, b: HeldBundle) => boolean;
  readonly #slot: 0 | 1;
  readonly #items: HeldBundle[] = [];

  constructor(slot: 0 | 1, before: (a: HeldBundle, b: HeldBundle) => boolean) {
    this.#slot = slot;
    this.#before = before;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The bundle that comes before all others; undefined when there is none. */
  first(): HeldBundle | undefined {
    return this.#items[0];
  }

  add(bundle: HeldBundle): void {
    this.#items.push(bundle);
    this.#rise(bundle, this.#items.length - 1);
  }

  /** Takes out a bundle that stands in this heap. */
  remove(bundle: HeldBundle): void {
    const place = bundle.places[this.#slot];
    const last = this.#items.pop()!;
    if (last !== bundle) {
      this.#rise(last, place);
      this.#sink(last, last.places[this.#slot]);
    }
    bundle.places[this.#slot] = -1;
  }

  /** Bounded by the height of the heap. */
  #rise(bundle: HeldBundle, place: number): void {
    let at = place;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const other = this.#items[above]!;
      if (!this.#before(bundle, other)) break;
      this.#put(other, at);
      at = above;
    }
    this.#put(bundle, at);
  }

  /** Bounded by the height of the heap. */
  #sink(bundle: HeldBundle, place: number): void {
    let at = place;
    for (;;) {
      let below = 2 * at + 1;
      const right = below + 1;
      if (below >= this.#items.length) break;
      if (right < this.#items.length && this.#before(this.#items[right]!, this.#items[below]!)) {
        below = right;
      }
      const other = this.#items[below]!;
      if (!this.#before(other, bundle)) break;
      this.#put(other, at);
      at = below;
    }
    this.#put(bundle, at);
  }

  #put(bundle: HeldBundle, place: number): void {
    this.#items[place] = bundle;
    bundle.places[this.#slot] = place;
  }
}
