/**
 * The bundles in this node's care, from the request to store them to their fate.
 *
 * Only a bundle that waits can expire by the clock alone. One that the store or a link is busy with
 * is looked at when they answer: were it to expire while a link sends it, the neighbour would give
 * it a second fate.
 */
import { assert } from '../assert.ts';
import { payloadOf } from '../bundle/bundle.ts';
import { type IpnEid, ipnEid } from '../bundle/eid.ts';
import { Fifo } from '../fifo.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_MS, sooner } from '../machine.ts';
import type { ContactPlan, NodeNumber } from '../routing/contact-plan.ts';
import type { AgentOutput, DeletionReason, Ledger, SeenNote } from './contract.ts';
import { Forwarder } from './forwarder.ts';
import { type Arrival, HeldBundle, type Phase } from './held-bundle.ts';
import { LedgerBook } from './ledger.ts';
import { encodeOnward } from './onward.ts';
import { SeenBundles } from './seen-bundles.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What the agent's verbs do, once they have found out which bundle they are about. */
export class Custody {
  readonly seen = new SeenBundles();
  /** Bounded by the work of one verb, for the owner drains them after each. */
  readonly outputs = new Fifo<AgentOutput>();
  readonly #eid: IpnEid;
  readonly #epochUnixMs: number;
  readonly #forwarder: Forwarder;
  readonly #book = new LedgerBook();
  /** Bounded by the store's octets, which `heldOctets` counts. */
  readonly #held = new Map<string, HeldBundle>();
  #heldOctets = 0;
  /** Those of `#held` that the store has not confirmed. */
  #unconfirmed = 0;
  /** Bounded by the services of the owner. */
  readonly #services = new Set<number>();
  /** Bundles for this node that wait for their service, by service. */
  readonly #undelivered = new WaitingRoom();

  constructor(node: NodeNumber, plan: ContactPlan, epochUnixMs: number) {
    this.#eid = ipnEid(node, 0);
    this.#epochUnixMs = epochUnixMs;
    this.#forwarder = new Forwarder(node, plan);
  }

  /** Octets of the bundles held, those on their way into the store included. */
  get heldOctets(): number {
    return this.#heldOctets;
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** Asks the store to keep a new bundle. */
  hold(arrival: Arrival, octets: Uint8Array): void {
    const { id, previous, arrivedAt } = this.#take(arrival);
    this.#unconfirmed += 1;
    const note = { previous, arrivedUnixMs: this.#unixMs(arrivedAt) };
    this.outputs.push({ kind: 'store', id, octets, note });
  }

  /** Takes back a bundle that the store kept over a restart. */
  restore(now: Instant, arrival: Arrival): void {
    const bundle = this.#take(arrival);
    this.#book.accepted += 1;
    this.seen.add(now, bundle.id, bundle.hops, bundle.expiresAt);
    this.dispatch(now, bundle);
  }

  /** The bundle of this id if it is in this phase; late and repeated answers find none. */
  find(id: string, phase: Phase): HeldBundle | undefined {
    const bundle = this.#held.get(id);
    return bundle?.phase === phase ? bundle : undefined;
  }

  /** The store has it: it is accepted. */
  accept(now: Instant, bundle: HeldBundle): void {
    this.#unconfirmed -= 1;
    this.#book.accepted += 1;
    this.seen.add(now, bundle.id, bundle.hops, bundle.expiresAt);
    this.outputs.push({ kind: 'accepted', id: bundle.id, originated: bundle.previous === 0 });
    this.dispatch(now, bundle);
  }

  /** The store does not have it: it was never accepted. */
  abandon(bundle: HeldBundle): void {
    this.#unconfirmed -= 1;
    this.#drop(bundle);
  }

  /** Enters in the books a bundle that is deleted as it comes in. */
  turnAway(id: string, reason: DeletionReason): void {
    this.#book.accepted += 1;
    this.#book.delete(reason);
    this.outputs.push({ kind: 'deleted', id, reason });
  }

  /** Delivers, sends on or seats an accepted bundle, whichever is possible (RFC 9171 §5.3). */
  dispatch(now: Instant, bundle: HeldBundle): void {
    assert(bundle.phase !== 'gone', 'a bundle that met its fate is not dispatched');
    assert(bundle.to === 0, 'a bundle on its way to a neighbour is not dispatched');
    if (bundle.expiresAt <= now) this.#expire(bundle);
    else if (bundle.service !== undefined) this.#deliver(now, bundle, bundle.service);
    else this.#forward(now, bundle);
  }

  /** A link has sent it. */
  sent(now: Instant, bundle: HeldBundle): void {
    const { to } = bundle;
    this.#forwarder.release(bundle);
    this.#book.forwarded += 1;
    this.#forget(bundle, this.#seenNote(now, bundle, bundle.hops));
    this.#pump(now, to);
  }

  /** A link has not sent it. */
  unsent(now: Instant, bundle: HeldBundle): void {
    const { to } = bundle;
    this.#forwarder.rest(now, bundle);
    this.#forwarder.release(bundle);
    this.dispatch(now, bundle);
    this.#pump(now, to);
  }

  /** The store has read it, or lost it and left it without content. */
  read(now: Instant, bundle: HeldBundle): void {
    const { to } = bundle;
    if (to !== 0) this.#forwarder.release(bundle);
    if (bundle.bundle === undefined) {
      this.#book.delete('store-lost');
      this.outputs.push({ kind: 'deleted', id: bundle.id, reason: 'store-lost' });
      this.#forget(bundle);
    } else this.dispatch(now, bundle);
    if (to !== 0) this.#pump(now, to);
  }

  /** The store has noted that it is delivered: whatever stops the node, it is not given twice. */
  settled(bundle: HeldBundle): void {
    const { id, service, hops, trafficClass, bundle: content } = bundle;
    assert(service !== undefined && content !== undefined, 'a delivery has somebody and something');
    const { source } = content.primary;
    const adu = payloadOf(content).data;
    this.#book.delivered += 1;
    this.outputs.push({ kind: 'deliver', id, service, source, adu, trafficClass, hops });
    this.#drop(bundle);
  }

  /** A link came up or went down; a link that is new ends every rest. */
  setUp(now: Instant, neighbour: NodeNumber, up: boolean, lasts = false): void {
    this.#forwarder.setUp(now, neighbour, up, lasts);
    for (const bundle of this.#forwarder.due(now)) {
      if (up) bundle.notBefore = now;
      this.dispatch(now, bundle);
    }
  }

  register(now: Instant, service: number): void {
    this.#services.add(service);
    let next = this.#undelivered.first(service);
    // Bounded by the bundles held: none comes back to the lane of a registered service.
    while (next !== undefined) {
      this.#undelivered.remove(next);
      this.dispatch(now, next);
      next = this.#undelivered.first(service);
    }
  }

  tick(now: Instant): void {
    this.#expireIn(this.#undelivered, now);
    this.#expireIn(this.#forwarder.waiting, now);
    for (const bundle of this.#forwarder.due(now)) this.dispatch(now, bundle);
  }

  deadline(): Deadline | undefined {
    const expiry = sooner(expiryIn(this.#undelivered), expiryIn(this.#forwarder.waiting));
    return sooner(expiry, this.#forwarder.deadline());
  }

  ledger(): Ledger {
    return this.#book.snapshot(this.#held.size - this.#unconfirmed);
  }

  #take(arrival: Arrival): HeldBundle {
    assert(!this.#held.has(arrival.id), 'a bundle is held once');
    const bundle = new HeldBundle(arrival);
    this.#held.set(bundle.id, bundle);
    this.#heldOctets += bundle.sizeOctets;
    return bundle;
  }

  #deliver(now: Instant, bundle: HeldBundle, service: number): void {
    // Without reassembly no service can have a fragment.
    const fragment = bundle.isFragment;
    if (fragment || !this.#services.has(service)) {
      this.#undelivered.add(bundle, fragment ? FRAGMENTS : service);
    } else if (bundle.bundle === undefined) {
      this.#load(bundle);
    } else {
      const { id, expiresAt } = bundle;
      bundle.phase = 'settling';
      this.seen.add(now, id, DELIVERED, expiresAt);
      this.outputs.push({ kind: 'forget', id, seen: this.#seenNote(now, bundle, DELIVERED) });
    }
  }

  #forward(now: Instant, bundle: HeldBundle): void {
    const to = this.#forwarder.nextHop(now, bundle);
    if (to === 0) return;
    this.#forwarder.occupy(bundle, to);
    if (bundle.bundle === undefined) {
      this.#load(bundle);
      return;
    }
    const { id, ageMs, trafficClass } = bundle;
    const stayMs = Math.floor((now - bundle.arrivedAt) / MICROSECONDS_PER_MS);
    // A neighbour may name any age, so it stops growing where the codec ends.
    const age = ageMs === undefined ? undefined : Math.min(ageMs + stayMs, AGE_MS_MAX);
    const octets = encodeOnward(bundle.bundle, this.#eid, age);
    bundle.phase = 'sending';
    bundle.bundle = undefined;
    this.outputs.push({ kind: 'forward', id, to, octets, trafficClass });
  }

  #load(bundle: HeldBundle): void {
    bundle.phase = 'loading';
    this.outputs.push({ kind: 'load', id: bundle.id });
  }

  /** A neighbour's window has room again. Bounded by the lane: none comes back to it. */
  #pump(now: Instant, to: NodeNumber): void {
    let next = this.#forwarder.takeNext(to);
    while (next !== undefined) {
      this.dispatch(now, next);
      next = this.#forwarder.takeNext(to);
    }
  }

  #expireIn(room: WaitingRoom, now: Instant): void {
    let next = room.soonest();
    // Bounded by the bundles in the room.
    while (next !== undefined && next.expiresAt <= now) {
      room.remove(next);
      this.#expire(next);
      next = room.soonest();
    }
  }

  #expire(bundle: HeldBundle): void {
    this.#book.expired += 1;
    this.outputs.push({ kind: 'expired', id: bundle.id });
    this.#forget(bundle);
  }

  /** Without a note when no copy can do harm. */
  #forget(bundle: HeldBundle, seen?: SeenNote): void {
    this.outputs.push({ kind: 'forget', id: bundle.id, seen });
    this.#drop(bundle);
  }

  #seenNote(now: Instant, { expiresAt }: HeldBundle, hops: number): SeenNote {
    return { hops, fromUnixMs: this.#unixMs(now), untilUnixMs: this.#unixMs(expiresAt) + 1 };
  }

  #unixMs(at: Instant): number {
    return this.#epochUnixMs + Math.floor(at / MICROSECONDS_PER_MS);
  }

  #drop(bundle: HeldBundle): void {
    assert(this.#held.delete(bundle.id), 'a bundle is dropped once');
    this.#heldOctets -= bundle.sizeOctets;
    bundle.phase = 'gone';
  }
}

function expiryIn(room: WaitingRoom): Deadline | undefined {
  const next = room.soonest();
  return next === undefined ? undefined : { at: next.expiresAt, why: 'a bundle expires' };
}

/** More hops than any copy can have made. */
const DELIVERED = Number.POSITIVE_INFINITY;
const AGE_MS_MAX = Number.MAX_SAFE_INTEGER;
/** The lane of fragments for this node; no service has this number. */
const FRAGMENTS = -1;
