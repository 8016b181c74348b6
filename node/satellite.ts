/**
 * One satellite: the only place where the output of one machine becomes the input of another.
 *
 *   datagrams ─┐                  ┌─ links ⇄ terminals
 *   alarm ─────┤                  │
 *   store ─────┼─ inbox ─ step ───┼─ agent ⇄ store
 *   vault ─────┤                  ├─ membership ⇄ vault
 *   send() ────┘   (trampoline)   │
 *                                 ├─ services ⇄ agent
 *                                 └─ contact follower → terminals, links
 *
 * A port that answers in the same turn lands in the inbox, never in the middle of a step.
 */
import { merge, type Observable, type Subscription } from 'rxjs';
import { type AgentOutput, BundleAgent, type SendRequest } from '#protocol/agent/agent.ts';
import { assert, unreachable } from '#protocol/assert.ts';
import { Fault } from '#protocol/fault.ts';
import { Fifo } from '#protocol/fifo.ts';
import type { LinkOutput } from '#protocol/link/contract.ts';
import { lasts } from '#protocol/link/keying.ts';
import { type Instant, sooner } from '#protocol/machine.ts';
import type { Application, SendOutcome } from './application.ts';
import { type ApplicationCommand, Applications } from './applications.ts';
import { ContactFollower, type ContactOutput } from './contact-follower.ts';
import { Journal } from './journal.ts';
import { Keeper, type Provision } from './keeper.ts';
import { addressOf, connectionOf, makeLink } from './link-maker.ts';
import { type Managed, press, takeManagement } from './management.ts';
import { type Neighbour, Neighbours, receiptOf } from './neighbours.ts';
import type { Notice } from './notice.ts';
import type { Datagram, SatellitePorts, StoreCompletion, VaultCompletion } from './ports.ts';
import type { ProvisionedSecurity } from './provisioned-security.ts';
import type { SatelliteConfig } from './satellite-config.ts';
import type { Service } from './service.ts';
import { type SatelliteSnapshot, snapshotOf } from './snapshot.ts';
import { answerAgent, askStore, restoreAgent } from './store-relay.ts';

export type { SatelliteSnapshot } from './snapshot.ts';

/** What applications ask, or what ground hands in. */
type Command = ApplicationCommand | Provision;
type Input = Datagram | Instant | StoreCompletion | VaultCompletion | Command;

/** The switchboard of one node. Lives from `start` until its subscription ends. */
export class Satellite {
  readonly #config: SatelliteConfig;
  readonly #ports: SatellitePorts;
  readonly #applications: Applications;
  readonly #agent: BundleAgent;
  readonly #security: ProvisionedSecurity | undefined;
  readonly #managed: Managed;
  readonly #keeper: Keeper;
  readonly #contacts: ContactFollower;
  readonly #neighbours = new Neighbours();
  /** Bounded by INBOX_MAX. */
  readonly #inbox = new Fifo<Input>();
  readonly #journal = new Journal();
  #state: 'asleep' | 'ready' | 'running' = 'asleep';

  /** Facts, as they happen. A subscriber may call `send`; it is obeyed after the step. */
  readonly notices$: Observable<Notice> = this.#journal.notices$;

  constructor(config: SatelliteConfig, ports: SatellitePorts, services: readonly Service[]) {
    this.#config = config;
    this.#ports = ports;
    this.#agent = new BundleAgent(config);
    this.#applications = new Applications(services, this.#agent, (ask) => this.#accept(ask));
    const Security = config.rooms.ProvisionedSecurity;
    this.#security = Security && new Security(config, ports, this.#neighbours);
    this.#managed = { agent: this.#agent, security: this.#security, journal: this.#journal };
    this.#keeper = new Keeper(config, this.#security, ports, this.#journal);
    this.#contacts = new ContactFollower(config.plan, config.node);
  }

  /** Comes to life; everything ends when the subscription does. The ports stay the caller's. */
  start(): Subscription {
    assert(this.#state === 'asleep', 'a satellite starts once');
    const { datagrams, clock, store, vault } = this.#ports;
    const inputs = [datagrams.received$, clock.alarm$, store.completed$, vault.completed$] as const;
    const life = merge(...inputs).subscribe((input) => this.#accept(input));
    life.add(() => {
      this.#state = 'asleep';
      clock.setAlarm(undefined);
      this.#applications.end();
      this.#journal.close();
    });
    const now = clock.now();
    restoreAgent(this.#agent, now, store.contents(), this.#journal);
    this.#applications.start(now);
    this.#state = 'ready';
    this.#accept(now);
    return life;
  }

  /** A new application on this node; throws ConfigError when its number is taken. */
  register(service: number): Application {
    return this.#applications.register(service);
  }

  /** Sends in the name of any service; the outcome also shows in the notices. */
  send(request: SendRequest): Observable<SendOutcome> {
    return this.#applications.send(request);
  }

  /** Takes what ground hands in; what comes of it shows in the notices. */
  provide(provision: Provision): void {
    this.#accept(provision);
  }

  /** Counters and links as they stand. */
  snapshot(): SatelliteSnapshot {
    const [links, services] = [this.#neighbours.all, this.#applications.all];
    const membership = this.#keeper.snapshot();
    return snapshotOf(this.#agent.ledger(), this.#journal, links, services, membership);
  }

  #accept(input: Input): void {
    assert(this.#state !== 'asleep', 'only a satellite that has started takes input');
    if (this.#state === 'ready') {
      this.#run(input);
      return;
    }
    assert(this.#inbox.length < INBOX_MAX, 'the inbox keeps up with its ports');
    this.#inbox.push(input);
  }

  /** Takes an input, turns until nothing is left to do or to tell, then sets the alarm. */
  #run(input: Input): void {
    this.#state = 'running';
    this.#step(this.#ports.clock.now(), input);
    for (let turn = 0; turn < TURNS_MAX; turn++) {
      if (this.#turn(this.#ports.clock.now()) || this.#journal.tell()) continue;
      this.#setAlarm();
      this.#state = 'ready';
      return;
    }
    unreachable('the satellite settles');
  }

  /** Moves one output on; with none left, takes one input. False when there is neither. */
  #turn(now: Instant): boolean {
    const news = this.#keeper.turn(now);
    if (news !== undefined) {
      if (news === 'boot') this.#contacts.tick(now);
      // LS-1302: what a new statement ends has ended before the next input is looked at.
      if (news === 'adopted') this.#neighbours.tick(now);
      return true;
    }
    const fromLink = this.#neighbours.poll();
    if (fromLink !== undefined) {
      this.#onLink(now, fromLink.neighbour, fromLink.output);
      return true;
    }
    const fromAgent = this.#agent.poll();
    if (fromAgent !== undefined) {
      this.#onAgent(now, fromAgent);
      return true;
    }
    const contact = this.#contacts.poll();
    if (contact !== undefined) {
      this.#onContact(now, contact);
      return true;
    }
    if (this.#applications.turn(now)) return true;
    const input = this.#inbox.shift();
    if (input !== undefined) this.#step(now, input);
    return input !== undefined;
  }

  #step(now: Instant, input: Input): void {
    if (typeof input === 'number') this.#tick(now);
    else if ('terminal' in input) this.#onDatagram(now, input);
    else if ('request' in input || 'active' in input) this.#applications.take(now, input);
    else if ('record' in input) {
      if (this.#keeper.completed(now, input)) this.#neighbours.tick(now);
    } else if ('id' in input) answerAgent(this.#agent, now, input);
    else this.#keeper.take(now, input);
  }

  #tick(now: Instant): void {
    this.#keeper.tick(now);
    if (this.#keeper.ready) this.#contacts.tick(now);
    this.#neighbours.tick(now);
    this.#agent.tick(now);
    this.#applications.tick(now);
  }

  #onDatagram(now: Instant, { terminal, octets }: Datagram): void {
    const neighbour = this.#neighbours.inView(terminal);
    if (neighbour === undefined) this.#journal.faults.add(NO_CONTACT);
    else neighbour.link.receive(now, octets);
  }

  #onContact(now: Instant, output: ContactOutput): void {
    const { to, fromTerminal } = output.contact;
    const { datagrams } = this.#ports;
    if (output.kind === 'end') {
      const neighbour = this.#neighbours.part(fromTerminal);
      if (neighbour !== undefined) this.#disconnect(now, neighbour);
      datagrams.point(fromTerminal, undefined);
      return;
    }
    const address = addressOf(this.#config, output.contact);
    datagrams.point(fromTerminal, address);
    const { link } = this.#neighbours.meet(to, fromTerminal, () =>
      makeLink(this.#config, this.#ports, to, this.#security),
    );
    link.connect(now, connectionOf(this.#config, output, address));
  }

  /** From here on nobody asks the link, so it says now what became of its bundles. */
  #disconnect(now: Instant, neighbour: Neighbour): void {
    const { link } = neighbour;
    link.disconnect(now);
    // Bounded by the bundles that the link held.
    for (let last = link.poll(); last !== undefined; last = link.poll()) {
      this.#onLink(now, neighbour, last);
    }
  }

  #onLink(now: Instant, neighbour: Neighbour, output: LinkOutput): void {
    const { node, terminal } = neighbour;
    switch (output.kind) {
      case 'transmit':
        this.#ports.datagrams.send({ terminal, octets: output.frame });
        break;
      case 'received':
        this.#agent.receive(now, output.bundle, node, receiptOf(neighbour, output));
        break;
      case 'sent':
        this.#agent.forwarded(now, output.id);
        break;
      case 'unsent':
        this.#agent.notForwarded(now, output.id);
        break;
      case 'secured':
      case 'open':
        this.#journal.noteLink(now, neighbour, output);
        if (this.#neighbours.setUp(neighbour, true))
          this.#agent.linkUp(now, node, neighbour.link.answers);
        if (this.#agent.least > 0) press(now, this.#agent.least, [neighbour]);
        break;
      case 'down':
        this.#journal.noteLink(now, neighbour, output);
        if (this.#neighbours.setUp(neighbour, false))
          this.#agent.linkDown(now, node, lasts(output));
        break;
      case 'management':
        takeManagement(now, neighbour, output, this.#managed);
        // A command may change what seals a link.
        this.#neighbours.tick(now);
        break;
      case 'fault':
        this.#journal.refuse(now, neighbour, output);
    }
  }

  #onAgent(now: Instant, output: AgentOutput): void {
    switch (output.kind) {
      case 'store':
      case 'forget':
      case 'load':
        askStore(this.#ports.store, output);
        break;
      case 'forward':
        if (!this.#neighbours.forward(now, output)) this.#agent.notForwarded(now, output.id);
        break;
      case 'settled':
        this.#neighbours.settle(now, output);
        break;
      case 'deliver':
        this.#journal.noteDelivery(now, output);
        this.#applications.deliver(now, output);
        break;
      case 'press':
        press(now, output.least, this.#neighbours.all);
        break;
      default:
        this.#journal.record(now, output);
        this.#applications.hear(output);
    }
  }

  /** One alarm for the node: the soonest of all deadlines. */
  #setAlarm(): void {
    let soonest = sooner(this.#neighbours.deadline(), this.#agent.deadline());
    soonest = sooner(soonest, this.#keeper.deadline());
    if (this.#keeper.ready) soonest = sooner(soonest, this.#contacts.deadline());
    soonest = sooner(soonest, this.#applications.deadline());
    this.#ports.clock.setAlarm(soonest?.at);
  }
}

/** A datagram came in while the terminal looked at no one. */
const NO_CONTACT = new Fault('link', 'no-contact', 'node/satellite.ts');
/** More than the store can answer for one step of the agent. */
const INBOX_MAX = 1_000_000;
/** More than any input can cause; a satellite that needs more goes round in circles. */
const TURNS_MAX = 10_000_000;
