/**
 * The bundles in this node's care, from their coming to their fate.
 *
 * A bundle is accepted when the store has it. Meanwhile it may go on to a neighbour that answers
 * for what it keeps: until one of the two has it, it is its sender's. If the neighbour is faster,
 * the bundle is accepted and forwarded at once, and what the store says later is of no interest; if
 * the store fails, the neighbour has the last word.
 *
 * Only a bundle that waits can expire by the clock alone. One that the store or a link is busy with
 * is looked at when they answer: were it to expire while a link sends it, the neighbour would give
 * it a second fate.
 */
import { assert } from '../assert.ts';
import { type IpnEid, ipnEid } from '../bundle/eid.ts';
import { cutBundle, mayFragment, splitBundle } from '../bundle/fragment.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_MS, sooner } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import type { Receipt } from './contract.ts';
import type { Delivery } from './delivery.ts';
import { Forwarder, type ForwarderOptions } from './forwarder.ts';
import type { Groups } from './groups.ts';
import { type Arrival, endOf, type HeldBundle } from './held-bundle.ts';
import type { Holdings } from './holdings.ts';
import type { Fate } from './ledger.ts';
import type { LinkState } from './neighbours.ts';
import { encodeOnward } from './onward.ts';
import type { LeastClass } from './store-room.ts';
import { Successions } from './succession.ts';
import { asCopy, asFragment } from './successors.ts';

/** What the agent's verbs do, once they have found out which bundle they are about. */
export class Custody {
  readonly #eid: IpnEid;
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #forwarder: Forwarder;
  readonly #groups: Groups;
  readonly #successions: Successions;

  constructor(holdings: Holdings, delivery: Delivery, groups: Groups, options: ForwarderOptions) {
    this.#eid = ipnEid(options.node, 0);
    this.#holdings = holdings;
    this.#delivery = delivery;
    this.#forwarder = new Forwarder(options);
    this.#groups = groups;
    this.#successions = new Successions(holdings);
  }

  /** Takes in a new bundle: delivers it, or has it stored, and meanwhile sends it on if it may. */
  admit(now: Instant, arrival: Arrival, octets: Uint8Array, receipt?: Receipt): void {
    const bundle = this.#holdings.hold(arrival, receipt);
    if (this.#delivery.deliverAtOnce(now, bundle)) return;
    this.#holdings.store(bundle, octets);
    if (bundle.service !== undefined || bundle.isForGroup || bundle.expiresAt <= now) return;
    const to = this.#forwarder.hopBeforeStoring(now, bundle);
    if (to !== 0) this.#send(now, bundle, to);
  }

  /** The store has it: it is accepted. */
  stored(now: Instant, bundle: HeldBundle): void {
    bundle.inStore = 'yes';
    if (this.#successions.has(bundle)) {
      this.#afterStoring(now, bundle, true);
      return;
    }
    this.#holdings.accept(now, bundle);
    if (bundle.phase === 'storing') this.dispatch(now, bundle);
    else bundle.bundle = undefined;
  }

  /** The store does not have it: it is lost here, unless a link is still sending it. */
  unstored(now: Instant, bundle: HeldBundle, reason: 'full' | 'io'): void {
    bundle.inStore = reason;
    if (this.#successions.has(bundle)) this.#afterStoring(now, bundle, false);
    else if (bundle.phase === 'storing') this.#lose(now, bundle, reason);
  }

  /** Delivers, sends on or seats an accepted bundle, whichever is possible (RFC 9171 §5.3). */
  dispatch(now: Instant, bundle: HeldBundle): void {
    assert(bundle.phase !== 'gone', 'a bundle that met its fate is not dispatched');
    assert(bundle.to === 0, 'a bundle on its way to a neighbour is not dispatched');
    if (bundle.canceled) this.#settle(now, bundle, 'canceled');
    else if (bundle.service !== undefined) this.#delivery.deliver(now, bundle);
    else if (bundle.expiresAt <= now) this.#settle(now, bundle, endOf(bundle));
    else if (bundle.isForGroup) this.#copy(now, bundle);
    else this.#forward(now, bundle);
  }

  /** A link has sent it. */
  sent(now: Instant, bundle: HeldBundle): void {
    const { id, to } = bundle;
    this.#forwarder.release(bundle);
    if (!bundle.accepted) this.#holdings.accept(now, bundle);
    this.#holdings.outputs.push({ kind: 'forwarded', id, to });
    this.#holdings.settle(now, bundle, 'forwarded');
    this.#pump(now, to);
  }

  /** A link has not sent it. */
  unsent(now: Instant, bundle: HeldBundle): void {
    const { to, inStore } = bundle;
    this.#forwarder.rest(now, bundle);
    this.#forwarder.release(bundle);
    if (inStore === 'yes') this.dispatch(now, bundle);
    else if (inStore === 'full' || inStore === 'io') this.#lose(now, bundle, inStore);
    else bundle.phase = 'storing';
    this.#pump(now, to);
  }

  /** The store has read it, or lost it and left it without content. */
  read(now: Instant, bundle: HeldBundle): void {
    const { to } = bundle;
    if (to !== 0) this.#forwarder.release(bundle);
    if (bundle.bundle === undefined) this.#settle(now, bundle, 'store-lost');
    else this.dispatch(now, bundle);
    if (to !== 0) this.#pump(now, to);
  }

  /** The application wants it back: it goes now if it waits, else when its turn would come. */
  cancel(now: Instant, bundle: HeldBundle): void {
    bundle.canceled = true;
    if (bundle.phase !== 'waiting') return;
    if (bundle.service !== undefined) this.#delivery.withdraw(bundle);
    else this.#forwarder.waiting.remove(bundle);
    this.dispatch(now, bundle);
  }

  /** A link came up or went down; a link that is new ends every rest. */
  setLink(now: Instant, neighbour: NodeNumber, link: LinkState): void {
    this.#forwarder.setLink(now, neighbour, link);
    const isNew = link === 'up' || link === 'answering';
    for (const bundle of this.#forwarder.due(now)) {
      if (isNew) bundle.notBefore = now;
      this.dispatch(now, bundle);
    }
  }

  /** A neighbour takes no class below `least` for the time being. */
  press(now: Instant, neighbour: NodeNumber, least: LeastClass): void {
    this.#forwarder.press(now, neighbour, least);
    this.#pump(now, neighbour);
  }

  tick(now: Instant): void {
    this.#delivery.tick(now);
    const { waiting } = this.#forwarder;
    let next = waiting.soonest();
    // Bounded by the bundles that wait.
    while (next !== undefined && next.expiresAt <= now) {
      waiting.remove(next);
      this.#settle(now, next, endOf(next));
      next = waiting.soonest();
    }
    for (const bundle of this.#forwarder.due(now)) this.dispatch(now, bundle);
  }

  deadline(): Deadline | undefined {
    const expiry = sooner(this.#delivery.deadline(), this.#forwarder.waiting.deadline());
    return sooner(expiry, this.#forwarder.deadline());
  }

  #forward(now: Instant, bundle: HeldBundle): void {
    const cutTo = this.#forwarder.cutTo(now, bundle);
    if (cutTo !== 0) {
      this.#split(now, bundle, cutTo);
      return;
    }
    const to = this.#forwarder.nextHop(now, bundle);
    if (to !== 0) this.#send(now, bundle, to);
  }

  #send(now: Instant, bundle: HeldBundle, to: NodeNumber): void {
    this.#forwarder.occupy(bundle, to);
    if (bundle.bundle === undefined) {
      this.#holdings.load(bundle);
      return;
    }
    const { id, ageMs, trafficClass } = bundle;
    const stayMs = Math.floor((now - bundle.arrivedAt) / MICROSECONDS_PER_MS);
    // A neighbour may name any age, so it stops growing where the codec ends.
    const age = ageMs === undefined ? undefined : Math.min(ageMs + stayMs, AGE_MS_MAX);
    const previousNode = bundle.previous === 0 ? undefined : this.#eid;
    const octets = encodeOnward(bundle.bundle, previousNode, age);
    if (octets.length > this.#forwarder.octetsMax && bundle.divisible) {
      this.#forwarder.release(bundle);
      // If the store does not have it yet, its word brings it back here.
      if (bundle.inStore === 'yes') this.#split(now, bundle, this.#forwarder.pieceOctetsMax);
      return;
    }
    bundle.phase = 'sending';
    if (bundle.inStore === 'yes') bundle.bundle = undefined;
    const agedAt = age === undefined ? undefined : bundle.arrivedAt + stayMs * MICROSECONDS_PER_MS;
    this.#holdings.outputs.push({ kind: 'forward', id, to, octets, trafficClass, agedAt });
  }

  /** Puts fragments of at most so many octets in its place, if it can be cut and stored twice. */
  #split(now: Instant, bundle: HeldBundle, octetsMax: number): void {
    const content = bundle.bundle;
    if (content === undefined) {
      this.#holdings.load(bundle);
      return;
    }
    const isLimit = octetsMax === this.#forwarder.pieceOctetsMax;
    const cut = isLimit ? splitBundle : cutBundle;
    const fragments = mayFragment(content) ? cut(content, octetsMax) : undefined;
    if (fragments === undefined) {
      bundle.divisible = false;
      this.dispatch(now, bundle);
    } else {
      const parts = fragments.map((fragment) => asFragment(bundle, fragment, this.#holdings));
      // Without room it rests.
      if (!this.#successions.begin(now, bundle, 'fragmented', parts)) this.#forward(now, bundle);
    }
  }

  /** Puts a copy for each neighbour in its place, and one for this node if it is a member. */
  #copy(now: Instant, bundle: HeldBundle): void {
    const content = bundle.bundle;
    if (content === undefined) {
      this.#holdings.load(bundle);
      return;
    }
    const { pieceOctetsMax } = this.#forwarder;
    if (bundle.divisible && bundle.sizeOctets > pieceOctetsMax) {
      this.#split(now, bundle, pieceOctetsMax);
      return;
    }
    const service = this.#groups.serviceOf(content.primary.destination);
    const neighbours = this.#forwarder.neighbours(now, bundle);
    const others = neighbours.filter((node) => node !== bundle.previous);
    const copies = others.map((node) => asCopy(node, undefined, bundle, content, this.#holdings));
    if (service !== undefined) copies.unshift(asCopy(0, service, bundle, content, this.#holdings));
    if (!this.#successions.begin(now, bundle, 'copied', copies)) this.#forward(now, bundle);
  }

  #afterStoring(now: Instant, part: HeldBundle, isStored: boolean): void {
    for (const bundle of this.#successions.answered(now, part, isStored))
      this.dispatch(now, bundle);
  }

  /** A neighbour's window has room again. Bounded by the lane: none comes back to it. */
  #pump(now: Instant, to: NodeNumber): void {
    let next = this.#forwarder.takeNext(to);
    while (next !== undefined) {
      this.dispatch(now, next);
      next = this.#forwarder.takeNext(to);
    }
  }

  /** Nobody here has it: it stays its sender's, be that a neighbour or an application. */
  #lose(now: Instant, bundle: HeldBundle, reason: 'full' | 'io'): void {
    const { id, previous, subject } = bundle;
    const source = bundle.bundle?.primary.source;
    if (this.#holdings.abandon(bundle)) return;
    if (previous !== 0) this.#holdings.turnAway(now, id, subject, 'depleted-storage');
    else {
      const service = source?.scheme === 'ipn' ? source.service : 0;
      const why = reason === 'full' ? 'store-full' : 'store-failed';
      this.#holdings.outputs.push({ kind: 'refused', id, service, reason: why });
    }
  }

  #settle(now: Instant, bundle: HeldBundle, fate: Fate): void {
    if (bundle.service === undefined) this.#holdings.settle(now, bundle, fate);
    else this.#delivery.settle(now, bundle, fate);
  }
}

const AGE_MS_MAX = Number.MAX_SAFE_INTEGER;
