/**
 * The register of the bundles in this node's care: each is entered when it comes, accepted when the
 * store has it or it has gone to whoever keeps it, and struck off with its fate. What is said here
 * of a bundle's fate is said to the books, to the owner and to whoever asked for reports.
 */
import { assert } from '../assert.ts';
import { Fifo } from '../fifo.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_MS } from '../machine.ts';
import type { TrafficClass } from '../traffic-class.ts';
import type { AgentOutput, DeletionReason, Ledger, Receipt, SeenNote } from './contract.ts';
import { originalId } from './groups.ts';
import { type Arrival, HeldBundle, type Phase } from './held-bundle.ts';
import { type Fate, isDeletion, LedgerBook } from './ledger.ts';
import type { Reporter, Subject } from './reporter.ts';
import { DELIVERED, SeenBundles } from './seen-bundles.ts';
import { type LeastClass, StoreRoom } from './store-room.ts';

/** Keeps facts; the content of bundles is in the store. */
export class Holdings {
  readonly seen = new SeenBundles();
  /** Bounded by the work of one verb, for the owner drains them after each. */
  readonly outputs = new Fifo<AgentOutput>();
  readonly reporter: Reporter;
  readonly #epochUnixMs: number;
  readonly #room: StoreRoom;
  readonly #book = new LedgerBook();
  /** Bounded by the store's octets. */
  readonly #held = new Map<string, HeldBundle>();
  /** Those that are the sender's until the store has them, by id. Bounded by `#held`. */
  readonly #receipts = new Map<string, Receipt>();
  /**
   * How often the store still has to answer for a bundle of this id that has met its fate: what it
   * says is of none that is held. Bounded by the commands that the store has not answered.
   */
  readonly #overtaken = new Map<string, number>();
  #octets = 0;
  /** Those of `#held` that are not accepted. */
  #unaccepted = 0;
  #order = 0;

  /** `epochUnixMs` is Unix milliseconds at instant 0, by which the store is told times. */
  constructor(epochUnixMs: number, octetsMax: number, reporter: Reporter) {
    this.#epochUnixMs = epochUnixMs;
    this.#room = new StoreRoom(octetsMax);
    this.reporter = reporter;
  }

  /** Whether the store may take so many octets more, besides those on their way into it. */
  hasRoom(octets: number, trafficClass: TrafficClass): boolean {
    return this.#room.has(this.#octets, octets, trafficClass);
  }

  /** The least class that neighbours may send, as they were told last. */
  get least(): LeastClass {
    return this.#room.least;
  }

  /** Tells neighbours when the store has become fuller or emptier than they know. */
  look(now: Instant): void {
    const least = this.#room.look(now, this.#octets);
    if (least !== undefined) this.outputs.push({ kind: 'press', least });
  }

  /** When to look again. */
  deadline(): Deadline | undefined {
    return this.#room.deadline();
  }

  has(id: string): boolean {
    return this.#held.has(id);
  }

  /** A number that counts up, by which the older of two bundles is known. */
  nextOrder(): number {
    return this.#order++;
  }

  /** Enters a new bundle; the receipt is answered when it is accepted. */
  hold(arrival: Arrival, receipt?: Receipt): HeldBundle {
    if (receipt !== undefined) this.#receipts.set(arrival.id, receipt);
    this.#unaccepted += 1;
    return this.#take(arrival);
  }

  /** Asks the store to keep a bundle that is held. */
  store(bundle: HeldBundle, octets: Uint8Array): void {
    const { id, previous, arrivedAt } = bundle;
    bundle.inStore = 'asked';
    const note = { previous, arrivedUnixMs: this.#unixMs(arrivedAt) };
    this.outputs.push({ kind: 'store', id, octets, note });
    this.look(arrivedAt);
  }

  /** The bundle of which the store says whether it keeps it; undefined for one that has gone. */
  answered(id: string): HeldBundle | undefined {
    const overtaken = this.#overtaken.get(id) ?? 0;
    if (overtaken > 1) this.#overtaken.set(id, overtaken - 1);
    else if (overtaken === 1) this.#overtaken.delete(id);
    const bundle = this.#held.get(id);
    return overtaken === 0 && bundle?.inStore === 'asked' ? bundle : undefined;
  }

  /**
   * Takes back a bundle that the store kept over a restart. Its content is read when its turn
   * comes: what it then gives rise to may be in the store as well, and has been taken back by then.
   */
  restore(now: Instant, arrival: Arrival): HeldBundle {
    const bundle = this.#take(arrival);
    bundle.bundle = undefined;
    bundle.phase = 'stored';
    bundle.inStore = 'yes';
    bundle.accepted = true;
    this.#book.accept();
    this.seen.add(now, bundle.id, hopsToNote(bundle), bundle.lifetimeEndsAt);
    return bundle;
  }

  /** The bundle of this id, in whatever phase. */
  get(id: string): HeldBundle | undefined {
    return this.#held.get(id);
  }

  /** The bundle of this id if it is in this phase; late and repeated answers find none. */
  find(id: string, phase: Phase): HeldBundle | undefined {
    const bundle = this.#held.get(id);
    return bundle?.phase === phase ? bundle : undefined;
  }

  /** The store has it, or who has it now keeps it: it is accepted. */
  accept(now: Instant, bundle: HeldBundle, originated = bundle.previous === 0): void {
    assert(!bundle.accepted, 'a bundle is accepted once');
    const { id, arrivedAt } = bundle;
    bundle.accepted = true;
    this.#unaccepted -= 1;
    this.#book.accept();
    // Of a delivery more has been noted.
    if (bundle.phase !== 'settling')
      this.seen.add(now, id, hopsToNote(bundle), bundle.lifetimeEndsAt);
    this.outputs.push({ kind: 'accepted', id, originated, arrivedAt });
    this.#answer(id, true);
  }

  /** The store does not have it, or need not: it was never accepted. True if its sender has it. */
  abandon(bundle: HeldBundle): boolean {
    assert(!bundle.accepted, 'what was accepted has a fate');
    this.#unaccepted -= 1;
    this.#drop(bundle);
    return this.#answer(bundle.id, false);
  }

  /** Says whether this node answers for a bundle that came with the receipt, if with any. */
  answer(receipt: Receipt | undefined, kept: boolean): void {
    if (receipt !== undefined) this.outputs.push({ kind: 'settled', receipt, kept });
  }

  /**
   * Whether a bundle here makes a copy that has made so many hops needless. This node must answer
   * for it; and it must itself have made as many, or it is taken for the copy's copy where that has
   * been: of two bundles that lead each other's senders to forget them, none would be left.
   */
  outdoes(id: string, hops: number): boolean {
    const bundle = this.#held.get(id);
    if (bundle === undefined) return true;
    return bundle.accepted && hops <= hopsToNote(bundle);
  }

  /** Asks the store for the content of a bundle. */
  load(bundle: HeldBundle): void {
    bundle.phase = 'loading';
    this.outputs.push({ kind: 'load', id: bundle.id });
  }

  /** Enters in the books a bundle that is deleted as it comes in. */
  turnAway(now: Instant, id: string, subject: Subject | undefined, reason: DeletionReason): void {
    this.#book.accept();
    this.#enter(now, id, subject, reason);
  }

  /** An accepted bundle meets its fate, and the store may forget it. */
  settle(now: Instant, bundle: HeldBundle, fate: Fate): void {
    assert(bundle.accepted, 'only what was accepted has a fate');
    if (bundle.inStore === 'asked') this.#overtake(bundle.id);
    this.#enter(now, bundle.id, bundle.subject, fate);
    // Without a note when no copy can do harm.
    const leaves = fate === 'forwarded' || fate === 'fragmented' || fate === 'copied';
    const { lifetimeEndsAt } = bundle;
    const seen = leaves ? this.#noteOf(now, hopsToNote(bundle), lifetimeEndsAt) : undefined;
    this.outputs.push({ kind: 'forget', id: bundle.id, seen });
    this.#drop(bundle);
    this.look(now);
  }

  /**
   * Has the store note that a bundle is delivered, before it is: whatever stops the node, it is not
   * given twice.
   */
  noteDelivery(now: Instant, id: string, expiresAt: Instant): void {
    this.seen.add(now, originalId(id), DELIVERED, expiresAt);
    this.outputs.push({ kind: 'forget', id, seen: this.#noteOf(now, DELIVERED, expiresAt) });
  }

  /** The store has noted it: the bundle is delivered. */
  settleDelivery(now: Instant, bundle: HeldBundle): void {
    assert(bundle.phase === 'settling', 'a delivery is noted before it is made');
    this.#enter(now, bundle.id, bundle.subject, 'delivered');
    this.#drop(bundle);
    this.look(now);
  }

  /** Enters a whole that was joined of fragments and is delivered, without a stay in the store. */
  settleWhole(now: Instant, id: string, subject: Subject | undefined): void {
    this.#book.accept();
    this.outputs.push({ kind: 'accepted', id, originated: false, arrivedAt: now });
    this.#enter(now, id, subject, 'delivered');
  }

  ledger(): Ledger {
    return this.#book.snapshot(this.#held.size - this.#unaccepted);
  }

  #overtake(id: string): void {
    this.#overtaken.set(id, (this.#overtaken.get(id) ?? 0) + 1);
  }

  #answer(id: string, kept: boolean): boolean {
    const receipt = this.#receipts.get(id);
    this.#receipts.delete(id);
    this.answer(receipt, kept);
    return receipt !== undefined;
  }

  #enter(now: Instant, id: string, subject: Subject | undefined, fate: Fate): void {
    this.#book.settle(fate);
    if (fate === 'expired') this.outputs.push({ kind: 'expired', id });
    else if (isDeletion(fate)) this.outputs.push({ kind: 'deleted', id, reason: fate });
    this.reporter.settled(now, subject, fate);
  }

  #take(arrival: Arrival): HeldBundle {
    assert(!this.#held.has(arrival.id), 'a bundle is held once');
    const bundle = new HeldBundle(arrival);
    this.#held.set(bundle.id, bundle);
    this.#octets += bundle.sizeOctets;
    return bundle;
  }

  #noteOf(now: Instant, hops: number, expiresAt: Instant): SeenNote {
    return { hops, fromUnixMs: this.#unixMs(now), untilUnixMs: this.#unixMs(expiresAt) + 1 };
  }

  #unixMs(at: Instant): number {
    return this.#epochUnixMs + Math.floor(at / MICROSECONDS_PER_MS);
  }

  #drop(bundle: HeldBundle): void {
    assert(this.#held.delete(bundle.id), 'a bundle is dropped once');
    this.#octets -= bundle.sizeOctets;
    bundle.phase = 'gone';
    bundle.bundle = undefined;
  }
}

/** Of a bundle for a group another is one too many, whether or not it is delivered here. */
function hopsToNote({ isForGroup, hops }: HeldBundle): number {
  return isForGroup ? COPIED : hops;
}

/** As many hops as no bundle makes, and yet not what tells of a delivery. */
const COPIED = Number.MAX_SAFE_INTEGER;
