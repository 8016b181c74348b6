/**
 * The bundle agent: stores what applications and neighbours entrust to it, delivers what is for
 * this node, and sends on the rest, now or when there is a contact.
 *
 *   originate ┐                    ┌─ deliver, or report for the administrative endpoint
 *   report    ┼─ store ─ accepted ─┼─ forward ─ forwarded, or notForwarded: again
 *   receive ──┘                    ├─ wait ─ load, when it can go ─ forward or deliver
 *                                  └─ fragment ─ store each ─ accepted …
 *
 * A bundle is accepted once the store has it, and from then on has exactly one fate; see Ledger.
 * What can go on at once need not wait for that: it is forwarded while the store is writing, and
 * accepted when the store or the next node has it; or it is delivered without being stored. A
 * bundle for a service that never registers, or for an endpoint that no contact leads to, waits
 * until it expires; so does a fragment whose others never come.
 *
 * Source: RFC 9171 §5.
 */
import { decodeBundle } from '../bundle/bundle.ts';
import { Fault } from '../fault.ts';
import { type Deadline, type Instant, type Machine, sooner } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import { BundleGuard } from './bundle-guard.ts';
import type {
  AgentOutput,
  Ledger,
  Receipt,
  SeenNote,
  SendRequest,
  StoredBundle,
} from './contract.ts';
import { Custody } from './custody.ts';
import { Delivery } from './delivery.ts';
import { Groups } from './groups.ts';
import { Holdings } from './holdings.ts';
import { Intake } from './intake.ts';
import { type AgentOptions, clockOf, reassemblyOf } from './options.ts';
import { Reporter } from './reporter.ts';
import type { LeastClass } from './store-room.ts';

export type { AgentOutput, DeletionReason, Ledger, SendRequest } from './contract.ts';
export type { AgentOptions } from './options.ts';

/** The machine; see above for what it does, and the contract for what it says. */
export class BundleAgent implements Machine<AgentOutput> {
  readonly #holdings: Holdings;
  readonly #delivery: Delivery;
  readonly #custody: Custody;
  readonly #intake: Intake;

  constructor(options: AgentOptions) {
    const { node, plan, epochUnixMs, storeOctetsMax, fragmentOctetsMax } = options;
    const enabled = options.statusReports === true;
    const groups = new Groups(options.groups ?? { memberOf: [] });
    const reporter = new Reporter({ enabled, epochUnixMs: clockOf(options), groups });
    this.#holdings = new Holdings(epochUnixMs, storeOctetsMax, reporter);
    const guard = new BundleGuard(options, groups, this.#holdings.outputs);
    this.#delivery = new Delivery(this.#holdings, guard, reassemblyOf(options));
    const forwarding = { node, plan, fragmentOctetsMax };
    this.#custody = new Custody(this.#holdings, this.#delivery, groups, forwarding);
    const rooms = [this.#holdings, this.#delivery, this.#custody] as const;
    this.#intake = new Intake(options, ...rooms, groups, guard);
  }

  /** Takes back a bundle that the store kept over a restart, before all other verbs. */
  restore(now: Instant, stored: StoredBundle): void {
    const bundle = this.#intake.restore(now, stored);
    if (bundle !== undefined) this.#custody.dispatch(now, bundle);
  }

  /** Takes back what the store remembers of a bundle that has gone, before all other verbs. */
  remember(now: Instant, id: string, note: SeenNote): void {
    this.#intake.remember(now, id, note);
  }

  /**
   * Makes a bundle and asks the store to keep it. Returns its id, by which `accepted` follows once
   * the store has it, or `refused`.
   */
  originate(now: Instant, request: SendRequest): string {
    return this.#intake.originate(now, request);
  }

  /**
   * Takes the octets of a bundle that neighbour `from` sent; the agent owns them. `settled` answers
   * a receipt, which means that the neighbour keeps the bundle until then.
   */
  receive(now: Instant, octets: Uint8Array, from: NodeNumber, receipt?: Receipt): void {
    this.#intake.receive(now, octets, from, receipt);
  }

  /** The store has the bundle. */
  stored(now: Instant, id: string): void {
    const bundle = this.#holdings.answered(id);
    if (bundle !== undefined) this.#custody.stored(now, bundle);
  }

  /**
   * The store could not take the bundle. Unless the next node takes it, it is refused to the
   * application, or deleted if it came in and its sender does not keep it.
   */
  storeFailed(now: Instant, id: string, reason: 'full' | 'io'): void {
    const bundle = this.#holdings.answered(id);
    if (bundle !== undefined) this.#custody.unstored(now, bundle, reason);
  }

  /** The store's answer to `load`; the octets must not change while the agent has them. */
  loaded(now: Instant, id: string, octets: Uint8Array | undefined): void {
    const bundle = this.#holdings.find(id, 'loading');
    if (bundle === undefined) return;
    const content = octets === undefined ? undefined : decodeBundle(octets);
    if (content instanceof Fault) this.#holdings.outputs.push({ kind: 'fault', fault: content });
    else bundle.bundle = content;
    this.#custody.read(now, bundle);
  }

  /** The store no longer has the bundle, and remembers it as seen. */
  forgotten(now: Instant, id: string): void {
    const bundle = this.#holdings.find(id, 'settling');
    if (bundle !== undefined) this.#delivery.noted(now, bundle);
    else this.#delivery.notedWhole(now, id);
  }

  /** The link has sent the bundle, or the neighbour has said so: it is in the neighbour's care. */
  forwarded(now: Instant, id: string): void {
    const bundle = this.#holdings.find(id, 'sending');
    if (bundle !== undefined) this.#custody.sent(now, bundle);
  }

  /** The link could not send the bundle: it looks for a way again. */
  notForwarded(now: Instant, id: string): void {
    const bundle = this.#holdings.find(id, 'sending');
    if (bundle !== undefined) this.#custody.unsent(now, bundle);
  }

  /**
   * The link to a neighbour can take bundles; those that wait for it go. If it `answers`, then
   * `forwarded` means that the neighbour keeps the bundle or has disposed of it, and bundles go on
   * before the store has them.
   */
  linkUp(now: Instant, neighbour: NodeNumber, answers = false): void {
    this.#custody.setLink(now, neighbour, answers ? 'answering' : 'up');
  }

  /** A neighbour's store is nearly full: it takes no class below `least` for PRESSURE_US. */
  pressed(now: Instant, neighbour: NodeNumber, least: LeastClass): void {
    this.#custody.press(now, neighbour, least);
  }

  /** What a neighbour whose link comes up is to be told, unless it is 0. */
  get least(): LeastClass {
    return this.#holdings.least;
  }

  /** The link to a neighbour takes no more; one that `lasts` so is not waited for. */
  linkDown(now: Instant, neighbour: NodeNumber, lasts = false): void {
    this.#custody.setLink(now, neighbour, lasts ? 'lost' : 'down');
  }

  /** Bundles for this service are delivered from here on, those that wait first. */
  register(now: Instant, service: number): void {
    this.#delivery.register(now, service);
  }

  /** The service is away: bundles for it wait until it registers again, or until they expire. */
  unregister(_now: Instant, service: number): void {
    this.#delivery.unregister(service);
  }

  /**
   * Deletes a bundle that an application of this node sent, unless it leaves before its turn comes;
   * false when it is not here any more, or not from here (§5.12).
   */
  cancel(now: Instant, id: string): boolean {
    const bundle = this.#holdings.get(id);
    if (bundle === undefined || bundle.previous !== 0) return false;
    this.#custody.cancel(now, bundle);
    return true;
  }

  tick(now: Instant): void {
    this.#custody.tick(now);
    this.#holdings.look(now);
  }

  poll(): AgentOutput | undefined {
    const { outputs, reporter } = this.#holdings;
    const draft = outputs.length === 0 ? reporter.poll() : undefined;
    if (draft !== undefined) this.#intake.report(draft);
    return outputs.shift();
  }

  deadline(): Deadline | undefined {
    return sooner(this.#custody.deadline(), this.#holdings.deadline());
  }

  /** The books as they stand; they balance at all times. */
  ledger(): Ledger {
    return this.#holdings.ledger();
  }
}
