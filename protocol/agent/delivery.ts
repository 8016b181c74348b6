/**
 * Local delivery: bundles for services of this node, and for its administrative endpoint.
 *
 * A bundle waits while its service is away. Fragments wait for each other; once they are complete
 * and their service is there, the store reads them all, and the whole is delivered in one piece.
 *
 * Source: RFC 9171 §5.7, §5.9, §6; RFC 9713 §3.
 */
import { assert } from '../assert.ts';
import { type Bundle, payloadOf } from '../bundle/bundle.ts';
import { BUNDLE_FLAG } from '../bundle/primary-block.ts';
import { decodeStatusReport } from '../bundle/status-report.ts';
import { Fault } from '../fault.ts';
import type { Deadline, Instant } from '../machine.ts';
import type { BundleGuard } from './bundle-guard.ts';
import { originalId } from './groups.ts';
import { endOf, type HeldBundle, type Part } from './held-bundle.ts';
import type { Holdings } from './holdings.ts';
import type { Fate } from './ledger.ts';
import {
  CONFLICT,
  FAILURES_MAX,
  type FragmentSet,
  isComplete,
  join,
  Reassembly,
  type ReassemblyLimits,
} from './reassembly.ts';
import { WaitingRoom } from './waiting-room.ts';

/** A whole that is delivered as soon as the store has noted it. */
interface Joined {
  readonly service: number;
  readonly whole: Bundle;
  readonly members: readonly HeldBundle[];
}

/** What happens to a bundle at its destination. */
export class Delivery {
  readonly #holdings: Holdings;
  readonly #guard: BundleGuard;
  readonly #reassembly: Reassembly;
  /** Bounded by the services of the owner. */
  readonly #services = new Set<number>([ADMINISTRATIVE]);
  /** Bundles that wait for their service, by service, and fragments that wait for others. */
  readonly #waiting = new WaitingRoom();
  /** By the id of the whole. Bounded by the sets of fragments. */
  readonly #joined = new Map<string, Joined>();

  constructor(holdings: Holdings, guard: BundleGuard, limits: ReassemblyLimits) {
    this.#holdings = holdings;
    this.#guard = guard;
    this.#reassembly = new Reassembly(limits);
  }

  /** Whether a fragment may come in. */
  hasRoom(part: Part, sizeOctets: number): boolean {
    return this.#reassembly.hasRoom(part, sizeOctets);
  }

  /** Bundles for this service are delivered from here on, those that wait first. */
  register(now: Instant, service: number): void {
    this.#services.add(service);
    let next = this.#waiting.first(service);
    // Bounded by the bundles held: none comes back to the lane of a registered service.
    while (next !== undefined) {
      this.#waiting.remove(next);
      this.deliver(now, next);
      next = this.#waiting.first(service);
    }
    for (const set of this.#reassembly.completeFor(service)) this.#collect(now, set);
  }

  /** The service is away: bundles for it wait. */
  unregister(service: number): void {
    this.#services.delete(service);
  }

  /**
   * Delivers a bundle that has just come, if it can be delivered as it is; else false. It is
   * accepted when the store has noted the delivery, and needs no other place in the store.
   */
  deliverAtOnce(now: Instant, bundle: HeldBundle): boolean {
    const { service, part, bundle: content } = bundle;
    if (service === undefined || part !== undefined || content === undefined) return false;
    if (bundle.expiresAt <= now || !this.#services.has(service)) return false;
    if (isFor(service, content)) this.#note(now, bundle);
    return bundle.phase === 'settling';
  }

  /** Delivers an accepted bundle, or lets it wait (§5.7). */
  deliver(now: Instant, bundle: HeldBundle): void {
    const { id, service, part } = bundle;
    assert(service !== undefined, 'a bundle for this node');
    const name = originalId(id);
    if (bundle.expiresAt <= now) this.settle(now, bundle, endOf(bundle));
    else if (part !== undefined) this.#gather(now, bundle, part, service);
    else if (name !== id && this.#holdings.seen.isDelivered(name)) {
      // Its fragments came from another neighbour of the group, and were faster.
      this.#settlePart(now, bundle, name);
    } else if (!this.#services.has(service)) this.#waiting.add(bundle, service);
    else if (bundle.bundle === undefined) this.#holdings.load(bundle);
    else if (!isFor(service, bundle.bundle)) this.settle(now, bundle, 'destination-unavailable');
    else if (name === id) this.#note(now, bundle);
    else this.#checkCopy(now, bundle, bundle.bundle, name);
  }

  /** The store has noted that this bundle is delivered. */
  noted(now: Instant, bundle: HeldBundle): void {
    const { id, service, bundle: content } = bundle;
    assert(service !== undefined && content !== undefined, 'a delivery has somebody and something');
    if (!bundle.accepted) this.#holdings.accept(now, bundle);
    this.#hand(id, service, content, bundle);
    this.#holdings.settleDelivery(now, bundle);
    this.#release(now, originalId(id));
  }

  /** The store has noted that a whole of this id is delivered, if it is one joined here. */
  notedWhole(now: Instant, id: string): void {
    const joined = this.#joined.get(id);
    if (joined === undefined) return;
    this.#joined.delete(id);
    const { service, whole, members } = joined;
    this.#hand(id, service, whole, members[0]!);
    const subject = this.#holdings.reporter.subjectOf(whole.primary, payloadOf(whole).data.length);
    this.#holdings.settleWhole(now, id, subject);
    for (const member of members) this.#settlePart(now, member, id);
  }

  /** A bundle for this node meets its fate otherwise than by delivery; it does not wait. */
  settle(now: Instant, bundle: HeldBundle, fate: Fate): void {
    const set = this.#reassembly.remove(bundle);
    this.#holdings.settle(now, bundle, fate);
    const isJoining = set?.members.some(({ phase }) => phase === 'joining') === true;
    if (isJoining && !isComplete(set)) this.#reseat(set);
  }

  /** Takes a bundle out that waits here, as when it is canceled. */
  withdraw(bundle: HeldBundle): void {
    this.#waiting.remove(bundle);
  }

  /** Lets go what has expired. Bounded by the bundles that wait. */
  tick(now: Instant): void {
    let next = this.#waiting.soonest();
    while (next !== undefined && next.expiresAt <= now) {
      this.#waiting.remove(next);
      this.settle(now, next, endOf(next));
      next = this.#waiting.soonest();
    }
  }

  deadline(): Deadline | undefined {
    return this.#waiting.deadline();
  }

  /** The own copy of a bundle for a group; all others were checked as they came. */
  #checkCopy(now: Instant, bundle: HeldBundle, content: Bundle, name: string): void {
    const checked = this.#guard.check(name, content, true);
    if (checked.deletion !== undefined) this.settle(now, bundle, checked.deletion);
    else {
      bundle.bundle = checked.bundle;
      this.#note(now, bundle);
    }
  }

  #note(now: Instant, bundle: HeldBundle): void {
    bundle.phase = 'settling';
    this.#holdings.noteDelivery(now, bundle.id, bundle.lifetimeEndsAt);
  }

  #gather(now: Instant, bundle: HeldBundle, part: Part, service: number): void {
    if (this.#holdings.seen.isDelivered(part.whole)) {
      this.#settlePart(now, bundle, part.whole);
      return;
    }
    // Others may have taken the room while the store was writing this one.
    if (!bundle.gathered && !this.hasRoom(part, bundle.sizeOctets)) {
      this.#holdings.settle(now, bundle, 'depleted-storage');
      return;
    }
    const set = this.#reassembly.add(bundle);
    if (set instanceof Fault) {
      this.#holdings.outputs.push({ kind: 'fault', fault: set });
      this.#holdings.settle(now, bundle, 'block-unintelligible');
    } else if (isComplete(set) && this.#services.has(service)) {
      if (bundle.bundle === undefined) this.#holdings.load(bundle);
      else bundle.phase = 'joining';
      this.#collect(now, set);
    } else this.#waiting.add(bundle, FRAGMENTS);
  }

  /** Has all members read, and joins them once they are. */
  #collect(now: Instant, set: FragmentSet): void {
    let missing = false;
    for (const member of set.members) {
      if (member.phase === 'waiting') {
        this.#waiting.remove(member);
        this.#holdings.load(member);
      }
      missing ||= member.phase !== 'joining';
    }
    if (!missing) this.#join(now, set);
  }

  #join(now: Instant, set: FragmentSet): void {
    const { whole: joined, contradicting } = join(set);
    for (const member of contradicting) {
      this.#holdings.outputs.push({ kind: 'fault', fault: CONFLICT });
      this.#reassembly.remove(member);
      this.#holdings.settle(now, member, 'block-unintelligible');
    }
    if (joined === undefined) {
      set.failures += 1;
      if (set.failures < FAILURES_MAX) this.#reseat(set);
      else this.#giveUp(now, this.#reassembly.dissolve(set), 'block-unintelligible');
      return;
    }
    const { whole, service } = set;
    const members = this.#reassembly.dissolve(set);
    const checked = this.#guard.check(whole, joined, true);
    const fate = isFor(service, joined) ? checked.deletion : 'destination-unavailable';
    if (fate !== undefined) {
      this.#giveUp(now, members, fate);
      return;
    }
    this.#joined.set(whole, { service, whole: checked.bundle, members });
    this.#holdings.noteDelivery(now, whole, members[0]!.lifetimeEndsAt);
  }

  /** No whole comes of these fragments. */
  #giveUp(now: Instant, members: readonly HeldBundle[], fate: Fate): void {
    for (const member of members) this.#holdings.settle(now, member, fate);
  }

  /** Its whole is delivered, so a fragment has done what it could. */
  #settlePart(now: Instant, bundle: HeldBundle, whole: string): void {
    this.#holdings.outputs.push({ kind: 'reassembled', id: bundle.id, whole });
    this.#holdings.settle(now, bundle, 'reassembled');
  }

  /** A whole came in one piece: its fragments have nothing left to do. */
  #release(now: Instant, whole: string): void {
    const set = this.#reassembly.setOf(whole);
    if (set === undefined) return;
    for (const member of this.#reassembly.dissolve(set)) {
      if (member.phase === 'waiting') this.#waiting.remove(member);
      this.#settlePart(now, member, whole);
    }
  }

  /** Members that were read in vain wait again; those being read come back by themselves. */
  #reseat(set: FragmentSet): void {
    for (const member of set.members) {
      if (member.phase === 'joining') this.#waiting.add(member, FRAGMENTS);
    }
  }

  /** Gives the content to whom it is for. */
  #hand(id: string, service: number, content: Bundle, { trafficClass, hops }: HeldBundle): void {
    const { outputs } = this.#holdings;
    const { source } = content.primary;
    const adu = payloadOf(content).data;
    if (service !== ADMINISTRATIVE) {
      const name = originalId(id);
      outputs.push({ kind: 'deliver', id: name, service, source, adu, trafficClass, hops });
      return;
    }
    const report = decodeStatusReport(adu);
    // A record that nobody understands is ignored; it has been delivered all the same.
    if (report instanceof Fault) outputs.push({ kind: 'fault', fault: report });
    else outputs.push({ kind: 'report', id, from: source, report });
  }
}

/** Whether the service takes such a bundle: the administrative endpoint takes records only. */
function isFor(service: number, { primary }: Bundle): boolean {
  const isRecord = (primary.flags & BUNDLE_FLAG.administrativeRecord) !== 0;
  return service !== ADMINISTRATIVE || isRecord;
}

/** The service number of the administrative endpoint (RFC 9758 §5.7). */
const ADMINISTRATIVE = 0;
/** The lane of fragments; no service has this number. */
const FRAGMENTS = -1;
