/**
 * The bundle agent: stores what applications and neighbours entrust to it, delivers what is for
 * this node, and sends on the rest, now or when there is a contact.
 *
 *   originate ┐                    ┌─ deliver
 *             ├─ store ─ accepted ─┼─ forward ─ forwarded, or notForwarded: again
 *   receive ──┘                    └─ wait ─ load, when it can go ─ forward or deliver
 *
 * A bundle is accepted once the store has it, and from then on has exactly one fate; see Ledger. A
 * fragment for a service of this node waits until it expires, for there is no reassembly yet, and
 * so does a bundle for a service that never registers, or for an endpoint that no contact leads to.
 *
 * Source: RFC 9171 §5.
 */
import { type Bundle, bundleId, decodeBundle, encodeBundle, payloadOf } from '../bundle/bundle.ts';
import { isLocalNode, isNullEid } from '../bundle/eid.ts';
import { Fault } from '../fault.ts';
import { type Deadline, type Instant, type Machine, MICROSECONDS_PER_MS } from '../machine.ts';
import type { ContactPlan, NodeNumber } from '../routing/contact-plan.ts';
import type {
  AgentOutput,
  Ledger,
  RefusalReason,
  SeenNote,
  SendRequest,
  StoredBundle,
} from './contract.ts';
import { BundleSource } from './creation.ts';
import { Custody } from './custody.ts';
import type { Arrival } from './held-bundle.ts';
import { expiryOf, type Inspection, inspect, withoutDiscards } from './inspection.ts';
import { PATIENCE_US } from './neighbours.ts';

export type { AgentOutput, DeletionReason, Ledger, SendRequest } from './contract.ts';

/** Who the agent is and what it may keep. */
export interface AgentOptions {
  readonly node: NodeNumber;
  /** Unix milliseconds at instant 0. */
  readonly epochUnixMs: number;
  /** Read at construction; only its indexes are kept. */
  readonly plan: ContactPlan;
  /** All bundles in the store together. */
  readonly storeOctetsMax: number;
  /** One bundle, encoded. */
  readonly bundleOctetsMax: number;
}

/** The machine; see above for what it does, and the contract for what it says. */
export class BundleAgent implements Machine<AgentOutput> {
  readonly #options: AgentOptions;
  readonly #source: BundleSource;
  readonly #custody: Custody;
  #order = 0;

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#source = new BundleSource(options.node, options.epochUnixMs);
    this.#custody = new Custody(options.node, options.plan, options.epochUnixMs);
  }

  /** Takes back a bundle that the store kept over a restart, before all other verbs. */
  restore(now: Instant, { id, octets, note }: StoredBundle): void {
    const bundle = decodeBundle(octets);
    if (bundle instanceof Fault) {
      this.#custody.outputs.push({ kind: 'fault', fault: bundle });
      this.#custody.turnAway(id, 'store-lost');
      this.#custody.outputs.push({ kind: 'forget', id, seen: undefined });
      return;
    }
    // A clock that was set back since then must not make the bundle younger than it is.
    const arrivedAt = Math.min(now, this.#instantOf(note.arrivedUnixMs));
    const { previous } = note;
    const times = { arrivedAt, notBefore: now };
    const inspection = inspect(bundle);
    this.#custody.restore(
      now,
      this.#arrivalOf(id, bundle, inspection, octets.length, previous, times),
    );
  }

  /** Takes back what the store remembers of a bundle that has gone, before all other verbs. */
  remember(now: Instant, id: string, { hops, untilUnixMs }: SeenNote): void {
    const expiresAt = this.#instantOf(untilUnixMs);
    if (expiresAt > now) this.#custody.seen.add(now, id, hops, expiresAt);
  }

  /**
   * Makes a bundle and asks the store to keep it; `accepted` follows once it does. Returns its id,
   * or undefined when it is refused at once.
   */
  originate(now: Instant, request: SendRequest): string | undefined {
    if (isNullEid(request.destination) || isLocalNode(request.destination)) {
      return this.#refuse('no-destination');
    }
    let bundle = this.#source.create(now, request);
    let id = bundleId(bundle.primary, request.adu.length);
    // Somebody may have sent bundles as if from here. Bounded by those held and those remembered.
    while (this.#isKnown(id)) {
      bundle = this.#source.create(now, request);
      id = bundleId(bundle.primary, request.adu.length);
    }
    const octets = encodeBundle(bundle);
    if (octets.length > this.#options.bundleOctetsMax) return this.#refuse('too-large');
    if (!this.#hasRoom(octets)) return this.#refuse('store-full');
    const times = { arrivedAt: now, notBefore: now };
    const arrival = this.#arrivalOf(id, bundle, inspect(bundle), octets.length, 0, times);
    this.#custody.hold(arrival, octets);
    return id;
  }

  /** Takes the octets of a bundle that neighbour `from` sent; the agent owns them. */
  receive(now: Instant, octets: Uint8Array, from: NodeNumber): void {
    const received = decodeBundle(octets);
    if (received instanceof Fault) {
      this.#custody.outputs.push({ kind: 'fault', fault: received });
      return;
    }
    const inspection = inspect(received);
    const id = this.#identify(received);
    const seenHops = this.#custody.seen.hopsOf(id);
    if (this.#custody.has(id) || (seenHops !== undefined && inspection.hops <= seenHops)) {
      this.#custody.outputs.push({ kind: 'duplicate', id });
      return;
    }
    const bundle = inspection.discards ? withoutDiscards(received) : received;
    const kept = inspection.discards ? encodeBundle(bundle) : octets;
    const full = this.#hasRoom(kept) ? undefined : 'depleted-storage';
    const deletion = inspection.deletion ?? full;
    if (deletion !== undefined) {
      this.#custody.turnAway(id, deletion);
      return;
    }
    // One that comes back is on a detour that leads nowhere yet, so it does not set out at once.
    const notBefore = seenHops === undefined ? now : now + PATIENCE_US;
    const times = { arrivedAt: now, notBefore };
    const arrival = this.#arrivalOf(id, bundle, inspection, kept.length, from, times);
    this.#custody.hold(arrival, kept);
  }

  /** The store has the bundle. */
  stored(now: Instant, id: string): void {
    const bundle = this.#custody.find(id, 'storing');
    if (bundle !== undefined) this.#custody.accept(now, bundle);
  }

  /** The store could not take the bundle: refused to the application, or deleted if it came in. */
  storeFailed(_now: Instant, id: string, reason: 'full' | 'io'): void {
    const bundle = this.#custody.find(id, 'storing');
    if (bundle === undefined) return;
    this.#custody.abandon(bundle);
    if (bundle.previous !== 0) this.#custody.turnAway(id, 'depleted-storage');
    else this.#refuse(reason === 'full' ? 'store-full' : 'store-failed');
  }

  /** The store's answer to `load`; the octets must not change while the agent has them. */
  loaded(now: Instant, id: string, octets: Uint8Array | undefined): void {
    const bundle = this.#custody.find(id, 'loading');
    if (bundle === undefined) return;
    const content = octets === undefined ? undefined : decodeBundle(octets);
    if (content instanceof Fault) this.#custody.outputs.push({ kind: 'fault', fault: content });
    else bundle.bundle = content;
    this.#custody.read(now, bundle);
  }

  /** The store no longer has the bundle, and remembers it as seen. */
  forgotten(_now: Instant, id: string): void {
    const bundle = this.#custody.find(id, 'settling');
    if (bundle !== undefined) this.#custody.settled(bundle);
  }

  /** The link has sent the bundle: it is in the neighbour's care. */
  forwarded(now: Instant, id: string): void {
    const bundle = this.#custody.find(id, 'sending');
    if (bundle !== undefined) this.#custody.sent(now, bundle);
  }

  /** The link could not send the bundle: it looks for a way again. */
  notForwarded(now: Instant, id: string): void {
    const bundle = this.#custody.find(id, 'sending');
    if (bundle !== undefined) this.#custody.unsent(now, bundle);
  }

  /** The link to a neighbour can take bundles; those that wait for it go. */
  linkUp(now: Instant, neighbour: NodeNumber): void {
    this.#custody.setUp(now, neighbour, true);
  }

  /** The link to a neighbour takes no more; one that `lasts` so is not waited for. */
  linkDown(now: Instant, neighbour: NodeNumber, lasts = false): void {
    this.#custody.setUp(now, neighbour, false, lasts);
  }

  /** Bundles for this service are delivered from here on, those that wait first. */
  register(now: Instant, service: number): void {
    this.#custody.register(now, service);
  }

  tick(now: Instant): void {
    this.#custody.tick(now);
  }

  poll(): AgentOutput | undefined {
    return this.#custody.outputs.shift();
  }

  deadline(): Deadline | undefined {
    return this.#custody.deadline();
  }

  /** The books as they stand; they balance at all times. */
  ledger(): Ledger {
    return this.#custody.ledger();
  }

  #arrivalOf(
    id: string,
    bundle: Bundle,
    { trafficClass, hops, ageMs }: Inspection,
    sizeOctets: number,
    previous: NodeNumber,
    times: Pick<Arrival, 'arrivedAt' | 'notBefore'>,
  ): Arrival {
    const { primary } = bundle;
    const { destination } = primary;
    const { node: here, epochUnixMs } = this.#options;
    // Contact plans know the nodes of the default allocator only.
    const routable = destination.scheme === 'ipn' && destination.allocator === 0;
    return {
      id,
      order: this.#order++,
      bundle,
      sizeOctets,
      trafficClass,
      hops,
      destination: routable ? destination.node : 0,
      service: routable && destination.node === here ? destination.service : undefined,
      previous,
      ...times,
      ageMs: primary.creationTimeMs === 0 ? (ageMs ?? 0) : ageMs,
      expiresAt: expiryOf(primary, ageMs, epochUnixMs, times.arrivedAt),
    };
  }

  #instantOf(unixMs: number): Instant {
    return (unixMs - this.#options.epochUnixMs) * MICROSECONDS_PER_MS;
  }

  /** The bundle's id. An anonymous one has no identity, so it gets a number: each is a new one. */
  #identify(bundle: Bundle): string {
    const id = bundleId(bundle.primary, payloadOf(bundle).data.length);
    if (!isNullEid(bundle.primary.source)) return id;
    let numbered = `${id}@${this.#order++}`;
    // One from before a restart may have the number. Bounded by those held and those remembered.
    while (this.#isKnown(numbered)) numbered = `${id}@${this.#order++}`;
    return numbered;
  }

  #isKnown(id: string): boolean {
    return this.#custody.has(id) || this.#custody.seen.hopsOf(id) !== undefined;
  }

  #hasRoom(octets: Uint8Array): boolean {
    const { bundleOctetsMax, storeOctetsMax } = this.#options;
    if (octets.length > bundleOctetsMax) return false;
    return this.#custody.heldOctets + octets.length <= storeOctetsMax;
  }

  #refuse(reason: RefusalReason): undefined {
    this.#custody.outputs.push({ kind: 'refused', reason });
  }
}
