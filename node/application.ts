/**
 * An application that comes and goes while its node runs. It is there as long as somebody listens:
 *
 *   const sensor = satellite.register(5);
 *   sensor.received$.subscribe(({ source, adu }) => …);
 *   sensor.send(adu, 'ipn:102.9', { lifetimeMs: 60_000, class: 'flash' }).subscribe(…);
 *
 * In the words of RFC 9171 §3.1 the registration is active while `received$` is subscribed to, and
 * passive before, between and after: then what comes for it waits in the store of the node, until
 * somebody listens or it expires.
 */
import { Observable, Subject } from 'rxjs';
import type { RefusalReason, ReportRequest, SendRequest } from '#protocol/agent/contract.ts';
import { type Eid, NULL_EID, parseEid } from '#protocol/bundle/eid.ts';
import { Fault } from '#protocol/fault.ts';
import type { Instant } from '#protocol/machine.ts';
import { type TrafficClassName, trafficClassOf } from '#protocol/traffic-class.ts';
import type { Delivery, Service } from './service.ts';

/** How a unit is to go. */
export interface SendOptions {
  readonly lifetimeMs: number;
  /** `normal` when absent. */
  readonly class?: TrafficClassName;
  /** Status reports to ask for on the way; nodes that are not told to send them send none. */
  readonly reports?: ReportRequest;
  /**
   * Whether to refuse the unit unless every link of this node hands all bundles over by LTP, so
   * that this node forgets it only when the next one has stored it. Nothing more is promised:
   * nothing of it travels in the bundle, and what later hops do is for their own links to say.
   */
  readonly custody?: boolean;
}

/** What became of a request to send. */
export type SendOutcome =
  /** The store has it; from now on the bundle has exactly one fate, under this id. */
  | { readonly kind: 'accepted'; readonly id: string }
  | { readonly kind: 'refused'; readonly reason: RefusalReason | 'unregistered' };

/** What an application asks of its node. */
export interface Desk {
  send(request: SendRequest): Observable<SendOutcome>;
  /** Somebody listens from now on, or nobody does. */
  listen(active: boolean): void;
  /** The number is free again. */
  leave(): void;
}

/** A service whose machine is outside of the node. */
export class Application implements Service {
  readonly service: number;
  /**
   * Every unit for this application, once. A listener may send and unsubscribe from within; what it
   * throws goes to rxjs, not to the node. Completes when the application unregisters or the node
   * ends.
   */
  readonly received$: Observable<Delivery>;
  readonly #desk: Desk;
  readonly #deliveries = new Subject<Delivery>();
  /**
   * Noted as delivered when the last listener went; given to the next one. Bounded by what the
   * store was noting at that instant.
   */
  readonly #backlog: Delivery[];
  #listeners = 0;
  #registered = true;
  #sent = 0;
  #received = 0;

  /** `backlog` is what came for this number when it had no application. */
  constructor(service: number, backlog: Delivery[], desk: Desk) {
    this.service = service;
    this.#backlog = backlog;
    this.#desk = desk;
    this.received$ = new Observable((listener) => {
      const life = this.#deliveries.subscribe(listener);
      life.add(() => this.#count(-1));
      this.#count(1);
      return life;
    });
  }

  /**
   * Sends a unit, whose octets the node takes over, to an endpoint or a group, such as `ipn:102.9`.
   * It is asked for at once, whether or not somebody subscribes to the outcome, which is one value,
   * also for who subscribes late; none if the node ends before it knows.
   */
  send(adu: Uint8Array, destination: Eid | string, options: SendOptions): Observable<SendOutcome> {
    if (!this.#registered) return UNREGISTERED;
    const eid = typeof destination === 'string' ? parseEid(destination) : destination;
    const { lifetimeMs, class: name = 'normal', reports, custody } = options;
    this.#sent++;
    return this.#desk.send({
      adu,
      // A text that names no endpoint names nobody.
      destination: eid instanceof Fault ? NULL_EID : eid,
      sourceService: this.service,
      lifetimeMs,
      trafficClass: trafficClassOf(name),
      ...(reports === undefined ? {} : { reports }),
      ...(custody === undefined ? {} : { custody }),
    });
  }

  /** Goes for good. What comes for its number waits for the next application that registers it. */
  unregister(): void {
    if (!this.#registered) return;
    this.#deliveries.complete();
    this.#registered = false;
    this.#desk.leave();
  }

  /** The node ends: nothing comes or goes any more. */
  end(): void {
    this.#registered = false;
    this.#deliveries.complete();
  }

  receive(_now: Instant, delivery: Delivery): void {
    if (this.#listeners === 0) {
      this.#backlog.push(delivery);
      return;
    }
    this.#received++;
    this.#deliveries.next(delivery);
  }

  tick(): void {}

  poll(): undefined {}

  deadline(): undefined {}

  snapshot(): Record<string, number> {
    return { sent: this.#sent, received: this.#received };
  }

  #count(change: 1 | -1): void {
    if (!this.#registered) return;
    this.#listeners += change;
    if (change < 0) {
      if (this.#listeners === 0) this.#desk.listen(false);
    } else if (this.#listeners === 1) this.#catchUp();
  }

  /** The first listener has what was kept, unless it leaves before the end: then the next has. */
  #catchUp(): void {
    while (this.#listeners > 0) {
      const kept = this.#backlog.shift();
      if (kept === undefined) {
        this.#desk.listen(true);
        return;
      }
      this.#received++;
      this.#deliveries.next(kept);
    }
  }
}

const UNREGISTERED: Observable<SendOutcome> = new Observable((asker) => {
  asker.next({ kind: 'refused', reason: 'unregistered' });
  asker.complete();
});
