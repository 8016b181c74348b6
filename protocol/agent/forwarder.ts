/**
 * Which way a bundle goes, and if it cannot go now, what it waits for.
 *
 * It goes to the entry node of the best route when that contact has begun and the link is up. Else
 * it waits, and the wait ends at whichever comes first: the contact's start, a link that comes up
 * or goes down, the end of patience with a neighbour, or room in the neighbour's window.
 *
 * Source: RFC 9171 §5.4 and §5.4.1; CCSDS 734.3-B-1 §3.2.6 and §3.2.8.
 */
import type { Deadline, Instant } from '../machine.ts';
import type { ContactPlan, NodeNumber } from '../routing/contact-plan.ts';
import { ContactGraph } from '../routing/earliest-arrival.ts';
import { Router } from '../routing/router.ts';
import { copyTarget } from './groups.ts';
import type { HeldBundle } from './held-bundle.ts';
import { type LinkState, Neighbours } from './neighbours.ts';
import type { LeastClass } from './store-room.ts';
import { WaitingRoom } from './waiting-room.ts';

/** Who forwards, by which plan, and what links take. */
export interface ForwarderOptions {
  readonly node: NodeNumber;
  readonly plan: ContactPlan;
  /** The largest bundle, encoded, that a link takes; undefined when nothing is fragmented. */
  readonly fragmentOctetsMax: number | undefined;
}

/** Keeps nothing of the plan but this node's own contacts and the indexes of the graph. */
export class Forwarder {
  readonly waiting = new WaitingRoom();
  readonly #neighbours: Neighbours;
  readonly #router: Router;
  /** For sizes other than the bundle's own, so that these do not drive out the usual answers. */
  readonly #pieceRouter: Router;
  readonly #fragmentOctetsMax: number | undefined;
  /** When all that wait are to be looked at again, as far as their own clocks say. */
  #reviewAt: Instant = NEVER;

  constructor({ node, plan, fragmentOctetsMax }: ForwarderOptions) {
    this.#neighbours = new Neighbours(node, plan);
    const graph = new ContactGraph(plan);
    this.#router = new Router(graph, node);
    this.#pieceRouter = new Router(graph, node);
    this.#fragmentOctetsMax = fragmentOctetsMax;
  }

  /** The largest bundle that a link takes. */
  get octetsMax(): number {
    return this.#fragmentOctetsMax ?? NEVER;
  }

  /** The largest fragment that still fits a link when the next block or digit is added to it. */
  get pieceOctetsMax(): number {
    return this.octetsMax - ONWARD_OCTETS_MAX;
  }

  /**
   * To how many octets the bundle must be cut so that a part can go at once: because no link takes
   * it whole, or because what is left of the contact is too short for it. 0 when it need not or
   * may not be cut, or when cutting does not help.
   */
  cutTo(now: Instant, bundle: HeldBundle): number {
    const { sizeOctets, divisible, notBefore } = bundle;
    if (this.#fragmentOctetsMax === undefined || !divisible) return 0;
    const limit = this.pieceOctetsMax;
    const fits = this.#fits(bundle);
    if (fits && sizeOctets < 2 * PIECE_OCTETS_MIN) return 0;
    this.#refresh(now);
    if (notBefore > now) return 0;
    if (fits && this.#openEntry(this.#router, now, bundle, sizeOctets) !== 0) return 0;
    if (!this.#isOpenFor(now, bundle, Math.min(PIECE_OCTETS_MIN, limit))) return 0;
    // Bounded by the logarithm of the size.
    for (let octets = Math.min(limit, sizeOctets); octets >= 1; octets >>= 1) {
      if (this.#isOpenFor(now, bundle, octets)) return octets;
    }
    return 0;
  }

  /** All to whom this node can send the bundle itself, by its plan, while it lives. */
  neighbours(now: Instant, { expiresAt }: HeldBundle): readonly NodeNumber[] {
    return this.#neighbours.inPlan(now, expiresAt);
  }

  /** The neighbour the bundle may go to at once, or 0, and then it waits. */
  nextHop(now: Instant, bundle: HeldBundle): NodeNumber {
    this.#refresh(now);
    if (bundle.notBefore > now) return this.#wait(bundle, NO_LANE, bundle.notBefore);
    const { destination, sizeOctets, previous } = bundle;
    if (this.#fragmentOctetsMax !== undefined && sizeOctets > this.#fragmentOctetsMax) {
      return this.#wait(bundle, NO_LANE, NEVER);
    }
    // Only its neighbour knows a copy for one: others have the bundle, and would let it fall.
    const target = copyTarget(bundle.id);
    if (target !== undefined) return this.#hopTo(bundle, target);
    const route = this.#router.route(destination, now, sizeOctets, previous);
    if (route === undefined) return this.#wait(bundle, NO_LANE, NEVER);
    const { entry, entryStartsAt } = route;
    if (entryStartsAt > now) return this.#wait(bundle, NO_LANE, entryStartsAt);
    return this.#hopTo(bundle, entry);
  }

  #hopTo(bundle: HeldBundle, entry: NodeNumber): NodeNumber {
    if (!this.#neighbours.isUp(entry)) return this.#wait(bundle, NO_LANE, NEVER);
    if (this.#neighbours.isFull(entry, bundle.trafficClass)) {
      return this.#wait(bundle, entry, NEVER);
    }
    return entry;
  }

  /**
   * The neighbour to which the bundle may go at once although the store does not have it yet, or 0:
   * one whose link says when the bundle is kept there.
   */
  hopBeforeStoring(now: Instant, bundle: HeldBundle): NodeNumber {
    const { sizeOctets, notBefore, trafficClass } = bundle;
    this.#refresh(now);
    if (notBefore > now || !this.#fits(bundle)) return 0;
    const entry = this.#openEntry(this.#router, now, bundle, sizeOctets);
    if (!this.#neighbours.answers(entry)) return 0;
    return this.#neighbours.isFull(entry, trafficClass) ? 0 : entry;
  }

  /** The bundle takes up room in the window of a neighbour. */
  occupy(bundle: HeldBundle, to: NodeNumber): void {
    this.#neighbours.occupy(bundle, to);
  }

  /** It no longer does. */
  release(bundle: HeldBundle): void {
    this.#neighbours.release(bundle);
  }

  /** A neighbour takes no class below `least` for the time being. */
  press(now: Instant, neighbour: NodeNumber, least: LeastClass): void {
    this.#neighbours.press(now, neighbour, least);
  }

  /** Takes out the bundle that waits for room in the window of `to`, whose turn it is, if any. */
  takeNext(to: NodeNumber): HeldBundle | undefined {
    const next = this.waiting.first(to);
    if (next === undefined || !this.#neighbours.isUp(to)) return undefined;
    if (this.#neighbours.isFull(to, next.trafficClass)) return undefined;
    this.waiting.remove(next);
    return next;
  }

  /** A link came up or went down: every bundle that waits may now have another way. */
  setLink(now: Instant, neighbour: NodeNumber, link: LinkState): void {
    this.#neighbours.setLink(now, neighbour, link);
    this.#refresh(now);
  }

  /**
   * A link did not take the bundle. While that link is up, offering it again in the same instant
   * would go round for ever, so it rests a little; the rests of many end together.
   */
  rest(now: Instant, bundle: HeldBundle): void {
    if (!this.#neighbours.isUp(bundle.to)) return;
    bundle.notBefore = Math.ceil((now + REST_US) / REST_US) * REST_US;
  }

  /** All that wait, to be asked about again, when something they may wait for has happened. */
  due(now: Instant): readonly HeldBundle[] {
    this.#refresh(now);
    if (now < this.#reviewAt) return NOBODY;
    this.#reviewAt = NEVER;
    return this.waiting.drain();
  }

  /** When `due` may next have something to give. */
  deadline(): Deadline | undefined {
    if (this.waiting.size === 0) return undefined;
    const { changesAt } = this.#neighbours;
    if (this.#reviewAt <= changesAt) return deadlineAt(this.#reviewAt, 'a contact or a rest');
    return deadlineAt(changesAt, 'patience with a neighbour');
  }

  /** Whether so many octets may go now, behind those that are on their way. */
  #isOpenFor(now: Instant, bundle: HeldBundle, octets: number): boolean {
    const entry = this.#openEntry(this.#pieceRouter, now, bundle, octets);
    if (entry === 0 || this.#neighbours.isFull(entry, bundle.trafficClass)) return false;
    const before = this.#neighbours.inFlightOctets(entry);
    return (
      before === 0 || this.#openEntry(this.#pieceRouter, now, bundle, before + octets) === entry
    );
  }

  /** The neighbour to which so many octets may go now, but for its window; 0 for none. */
  #openEntry(router: Router, now: Instant, bundle: HeldBundle, octets: number): NodeNumber {
    const route = router.route(bundle.destination, now, octets, bundle.previous);
    if (route === undefined || route.entryStartsAt > now) return 0;
    return this.#neighbours.isUp(route.entry) ? route.entry : 0;
  }

  /** Whether links take it as it is. What was cut further back has grown since, and still fits. */
  #fits({ sizeOctets, previous }: HeldBundle): boolean {
    return sizeOctets <= (previous === 0 ? this.pieceOctetsMax : this.octetsMax);
  }

  #wait(bundle: HeldBundle, lane: number, until: Instant): 0 {
    this.waiting.add(bundle, lane);
    this.#reviewAt = Math.min(this.#reviewAt, until);
    return 0;
  }

  #refresh(now: Instant): void {
    if (!this.#neighbours.refresh(now)) return;
    this.#router.exclude(this.#neighbours.excluded);
    this.#pieceRouter.exclude(this.#neighbours.excluded);
    this.#reviewAt = now;
  }
}

function deadlineAt(at: Instant, why: string): Deadline | undefined {
  return at === NEVER ? undefined : { at, why };
}

const NEVER = Number.MAX_SAFE_INTEGER;
/** The lane of those that do not wait for room; no node has this number. */
const NO_LANE = 0;
const NOBODY: readonly HeldBundle[] = [];
const REST_US = 100_000;
/** What a hop may add: a previous node block, an age block, a digit of the hop count. */
const ONWARD_OCTETS_MAX = 64;
/** A contact too short for so much is let pass; smaller bundles are not cut to fit one. */
const PIECE_OCTETS_MIN = 1_024;
