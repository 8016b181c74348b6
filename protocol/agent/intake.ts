/**
 * How bundles come into this node's care: made for an application, received from a neighbour, made
 * to report on another, or found in the store after a restart.
 *
 * Source: RFC 9171 §5.2, §5.6, §6.2.
 */
import {
  type Bundle,
  bundleReader,
  decodeBundle,
  decodePrimary,
  encodeBundle,
  payloadOf,
  readBundle,
  wholeId,
} from '../bundle/bundle.ts';
import { isNullEid } from '../bundle/eid.ts';
import { type Judge, profileOf, telling } from '../bundle/strictness.ts';
import { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_MS } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import {
  type ArrivalRules,
  arrivalOf,
  type Circumstances,
  copyArrivalOf,
  partOf,
} from './arrival.ts';
import type { BundleGuard } from './bundle-guard.ts';
import type {
  DeletionReason,
  Receipt,
  RefusalReason,
  SeenNote,
  SendRequest,
  StoredBundle,
} from './contract.ts';
import { BundleSource, refusalOf } from './creation.ts';
import type { Custody } from './custody.ts';
import type { Delivery } from './delivery.ts';
import { copyTarget, type Groups, originalId } from './groups.ts';
import type { Arrival, HeldBundle } from './held-bundle.ts';
import type { Holdings } from './holdings.ts';
import { identify } from './identity.ts';
import { type Inspection, inspect } from './inspection.ts';
import { PATIENCE_US } from './neighbours.ts';
import { type AgentOptions, clockOf } from './options.ts';
import type { Draft } from './reporter.ts';
import { DELIVERED } from './seen-bundles.ts';

/** The door: what passes it is held, what does not is refused, turned away or a fault. */
export class Intake {
  /** Also without a clock of its own a node can tell when it wrote something down. */
  readonly #epochUnixMs: number;
  readonly #bundleOctetsMax: number;
  readonly #takesCustody: boolean;
  readonly #rules: ArrivalRules;
  readonly #source: BundleSource;
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #custody: Custody;
  readonly #guard: BundleGuard;
  readonly #judge: Judge;

  constructor(
    options: AgentOptions,
    holdings: Holdings,
    delivery: Delivery,
    custody: Custody,
    groups: Groups,
    guard: BundleGuard,
  ) {
    const { node, sequenceStart = 0, endpoints = [] } = options;
    const epochUnixMs = clockOf(options);
    this.#epochUnixMs = options.epochUnixMs;
    this.#bundleOctetsMax = options.bundleOctetsMax;
    this.#takesCustody = options.custody === true;
    this.#rules = { node, epochUnixMs, groups, endpoints };
    this.#source = new BundleSource({ node, epochUnixMs, sequenceStart });
    this.#holdings = holdings;
    this.#delivery = delivery;
    this.#custody = custody;
    this.#guard = guard;
    this.#judge = telling(profileOf(options.strictness), (fault) =>
      holdings.outputs.push({ kind: 'deviation', fault }),
    );
  }

  /**
   * Makes a bundle and asks the store to keep it. Returns its id, by which `accepted` follows once
   * the store has it, or `refused`.
   */
  originate(now: Instant, request: SendRequest): string {
    const { bundle: plain, id } = this.#newOne(() => this.#source.create(now, request));
    const { sourceService, trafficClass } = request;
    const reason = refusalOf(request, this.#takesCustody);
    if (reason !== undefined) return this.refuse(id, sourceService, reason);
    const bundle = this.#guard.release(id, plain);
    if (typeof bundle === 'string') return this.refuse(id, sourceService, 'not-securable');
    const octets = encodeBundle(bundle);
    if (octets.length > this.#bundleOctetsMax) return this.refuse(id, sourceService, 'too-large');
    if (!this.#holdings.hasRoom(octets.length, trafficClass)) {
      return this.refuse(id, sourceService, 'store-full');
    }
    this.#custody.admit(now, this.#own(now, id, plain, bundle, octets.length), octets);
    return id;
  }

  /** Takes the octets of a bundle that neighbour `from` sent; the agent owns them (§5.6). */
  receive(now: Instant, octets: Uint8Array, from: NodeNumber, receipt?: Receipt): void {
    const reader = bundleReader(octets);
    const received = readBundle(reader, this.#judge);
    if (received instanceof Fault) {
      const found = { from, offset: reader.offset };
      this.#holdings.outputs.push({ kind: 'fault', fault: received, found });
      this.#reportUnintelligible(now, octets);
      this.#holdings.answer(receipt, true);
      return;
    }
    const facts = inspect(received);
    const id = identify(received);
    if (this.#isDuplicate(received, id, facts.hops)) {
      this.#holdings.outputs.push({ kind: 'duplicate', id });
      this.#holdings.answer(receipt, this.#holdings.outdoes(id, facts.hops));
      return;
    }
    const { bundle, facts: inspection, failed } = this.#guard.admit(id, received, facts);
    const kept = bundle === received ? octets : encodeBundle(bundle);
    const sizeOctets = kept.length;
    // One that comes back is on a detour that leads nowhere yet, so it does not set out at once.
    const notBefore = this.#isKnown(id) ? now + PATIENCE_US : now;
    const coming = { id, sizeOctets, previous: from, arrivedAt: now, notBefore };
    const arrival = this.#arrival(bundle, inspection, coming);
    const { subject } = arrival;
    const { reporter } = this.#holdings;
    const deletion = inspection.deletion ?? this.#objection(arrival);
    if (receipt !== undefined && deletion === 'depleted-storage' && this.#mayFit(sizeOctets)) {
      this.#holdings.outputs.push({ kind: 'fault', fault: NO_ROOM });
      this.#holdings.answer(receipt, false);
      return;
    }
    reporter.received(now, subject);
    if (inspection.reportsUnsupported) reporter.receivedUnsupported(now, subject);
    if (failed !== undefined) reporter.receivedInsecure(now, subject, failed);
    if (deletion === undefined) {
      this.#custody.admit(now, arrival, kept, receipt);
      return;
    }
    this.#holdings.turnAway(now, id, subject, deletion);
    this.#holdings.answer(receipt, true);
  }

  /** Makes a bundle of a status report. */
  report(draft: Draft): void {
    const { bundle: plain, id } = this.#newOne(() => this.#source.createReport(draft));
    const bundle = this.#guard.release(id, plain);
    if (typeof bundle !== 'string') {
      const octets = encodeBundle(bundle);
      const arrival = this.#own(draft.at, id, plain, bundle, octets.length);
      if (this.#holdings.hasRoom(octets.length, arrival.trafficClass)) {
        this.#custody.admit(draft.at, arrival, octets);
        return;
      }
    }
    this.#holdings.outputs.push({ kind: 'fault', fault: REPORT_UNSENT });
  }

  /** The bundle that the store kept over a restart, or undefined when it cannot be read. */
  restore(now: Instant, { id, octets, note }: StoredBundle): HeldBundle | undefined {
    const bundle = decodeBundle(octets);
    if (bundle instanceof Fault) {
      this.#holdings.outputs.push({ kind: 'fault', fault: bundle });
      this.#holdings.turnAway(now, id, undefined, 'store-lost');
      this.#holdings.outputs.push({ kind: 'forget', id, seen: undefined });
      return undefined;
    }
    // A clock that was set back since then must not make the bundle younger than it is.
    const arrivedAt = Math.min(now, this.#instantOf(note.arrivedUnixMs));
    const when = { previous: note.previous, arrivedAt, notBefore: now };
    const coming = { id, sizeOctets: octets.length, ...when };
    const arrival = this.#arrival(bundle, inspect(bundle), coming);
    const target = copyTarget(id);
    if (target === undefined) return this.#holdings.restore(now, arrival);
    return this.#holdings.restore(now, copyArrivalOf(arrival, target, this.#rules.groups));
  }

  /** What the store remembers of a bundle that has gone. */
  remember(now: Instant, id: string, { hops, untilUnixMs }: SeenNote): void {
    const expiresAt = this.#instantOf(untilUnixMs);
    if (expiresAt <= now) return;
    const { seen } = this.#holdings;
    // A copy that was delivered here tells of its original that it was; one sent on tells nothing.
    const name = hops === DELIVERED ? originalId(id) : id;
    seen.add(now, name, Math.max(hops, seen.hopsOf(name) ?? 0), expiresAt);
  }

  /** Tells the application that its request came to nothing; gives back the id. */
  refuse(id: string, service: number, reason: RefusalReason): string {
    this.#holdings.outputs.push({ kind: 'refused', id, service, reason });
    return id;
  }

  /** Somebody may have sent bundles as if from here. Bounded by those held and those remembered. */
  #newOne(make: () => Bundle): { readonly bundle: Bundle; readonly id: string } {
    for (;;) {
      const bundle = make();
      const id = identify(bundle);
      if (!this.#isKnown(id)) return { bundle, id };
    }
  }

  /** A bundle made here, and the form of it that is kept. */
  #own(now: Instant, id: string, plain: Bundle, bundle: Bundle, sizeOctets: number): Arrival {
    const coming = { id, sizeOctets, previous: 0, arrivedAt: now, notBefore: now };
    return this.#arrival(bundle, inspect(plain), coming);
  }

  #arrival(
    bundle: Bundle,
    inspection: Inspection,
    coming: Omit<Circumstances, 'order' | 'part' | 'subject'>,
  ): Arrival {
    const { primary } = bundle;
    return arrivalOf(bundle, inspection, this.#rules, {
      id: coming.id,
      sizeOctets: coming.sizeOctets,
      previous: coming.previous,
      arrivedAt: coming.arrivedAt,
      notBefore: coming.notBefore,
      order: this.#holdings.nextOrder(),
      part: partOf(bundle),
      subject: this.#holdings.reporter.subjectOf(primary, payloadOf(bundle).data.length),
    });
  }

  #instantOf(unixMs: number): Instant {
    return (unixMs - this.#epochUnixMs) * MICROSECONDS_PER_MS;
  }

  #isKnown(id: string): boolean {
    return this.#holdings.has(id) || this.#holdings.seen.hopsOf(id) !== undefined;
  }

  /** Whether it is here, was here after as many hops, or is part of what was delivered here. */
  #isDuplicate(bundle: Bundle, id: string, hops: number): boolean {
    const { seen } = this.#holdings;
    const seenHops = seen.hopsOf(id);
    if (this.#holdings.has(id) || (seenHops !== undefined && hops <= seenHops)) return true;
    return bundle.primary.fragment !== undefined && seen.isDelivered(wholeId(bundle.primary));
  }

  /** Why a bundle that is sound in itself may not come in. */
  #objection({
    bundle,
    sizeOctets,
    trafficClass,
    service,
    part,
  }: Arrival): DeletionReason | undefined {
    if (!this.#mayFit(sizeOctets)) return 'depleted-storage';
    if (!this.#holdings.hasRoom(sizeOctets, trafficClass)) return 'depleted-storage';
    if (service === undefined || part === undefined) return undefined;
    // Without a source nothing says which fragments belong together.
    if (isNullEid(bundle.primary.source)) return 'block-unintelligible';
    return this.#delivery.hasRoom(part, sizeOctets) ? undefined : 'depleted-storage';
  }

  /** Whether the store takes a bundle of that size when it has room. */
  #mayFit(sizeOctets: number): boolean {
    return sizeOctets <= this.#bundleOctetsMax;
  }

  /** Step 3 of §5.6 deletes the bundle; its primary block may still tell whom to tell. */
  #reportUnintelligible(now: Instant, octets: Uint8Array): void {
    const primary = decodePrimary(octets);
    // A report on a fragment names the length of a payload, which is not known.
    if (primary instanceof Fault || primary.fragment !== undefined) return;
    const { reporter } = this.#holdings;
    const subject = reporter.subjectOf(primary, 0);
    reporter.received(now, subject);
    reporter.settled(now, subject, 'block-unintelligible');
  }
}

/** The sender of a bundle keeps it, and tries again. */
const NO_ROOM = new Fault('agent', 'no-room', 'RFC 5326 4.2');
const REPORT_UNSENT = new Fault('agent', 'report-unsent', 'RFC 9171 6.2');
