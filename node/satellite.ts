/**
 * One satellite: the only place where the output of one machine becomes the input of another.
 *
 *   datagrams ─┐                  ┌─ links ⇄ terminals
 *   alarm ─────┤                  │
 *   store ─────┼─ inbox ─ step ───┼─ agent ⇄ store
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
import { Link, type LinkOutput } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import { type Deadline, type Instant, sooner } from '#protocol/machine.ts';
import { ContactFollower, type ContactOutput } from './contact-follower.ts';
import { Journal } from './journal.ts';
import { type Neighbour, Neighbours } from './neighbours.ts';
import type { Notice } from './notice.ts';
import type { Datagram, SatellitePorts, StoreCompletion } from './ports.ts';
import type { SatelliteConfig } from './satellite-config.ts';
import type { Service } from './service.ts';
import { type SatelliteSnapshot, snapshotOf } from './snapshot.ts';

export type { SatelliteSnapshot } from './snapshot.ts';

/** A datagram, the alarm, an answer of the store, or a send request. */
type Input = Datagram | Instant | StoreCompletion | SendRequest;

/** The switchboard of one node. Lives from `start` until its subscription ends. */
export class Satellite {
  readonly #config: SatelliteConfig;
  readonly #ports: SatellitePorts;
  readonly #services: readonly Service[];
  readonly #agent: BundleAgent;
  readonly #contacts: ContactFollower;
  readonly #neighbours = new Neighbours();
  /** Bounded by INBOX_MAX. */
  readonly #inbox = new Fifo<Input>();
  readonly #journal = new Journal();
  #state: 'asleep' | 'ready' | 'running' = 'asleep';

  /** Facts, as they happen. A subscriber may call `send`; it is obeyed after the step. */
  readonly notices$: Observable<Notice> = this.#journal.notices$;

  constructor(config: SatelliteConfig, ports: SatellitePorts, services: readonly Service[]) {
    assert(config.frameOctetsMax <= ports.datagrams.sizeMax, 'a frame fits a datagram');
    this.#config = config;
    this.#ports = ports;
    this.#services = services;
    this.#agent = new BundleAgent(config);
    this.#contacts = new ContactFollower(config.plan, config.node);
  }

  /** Comes to life; everything ends when the subscription does. The ports stay the caller's. */
  start(): Subscription {
    assert(this.#state === 'asleep', 'a satellite starts once');
    const { datagrams, clock, store } = this.#ports;
    const life = merge(datagrams.received$, clock.alarm$, store.completed$).subscribe((input) =>
      this.#accept(input),
    );
    life.add(() => {
      this.#state = 'asleep';
      clock.setAlarm(undefined);
      this.#journal.close();
    });
    const now = clock.now();
    for (const { service } of this.#services) this.#agent.register(now, service);
    this.#state = 'ready';
    this.#accept(now);
    return life;
  }

  /** Sends as an application on this node would; the outcome shows in the notices. */
  send(request: SendRequest): void {
    this.#accept(request);
  }

  /** Counters and links as they stand. */
  snapshot(): SatelliteSnapshot {
    const { all } = this.#neighbours;
    return snapshotOf(this.#agent.ledger(), this.#journal, all, this.#services);
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
    for (const neighbour of this.#neighbours.inContact) {
      const fromLink = neighbour.link.poll();
      if (fromLink !== undefined) {
        this.#onLink(now, neighbour, fromLink);
        return true;
      }
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
    for (const service of this.#services) {
      const request = service.poll();
      if (request !== undefined) {
        this.#agent.originate(now, request);
        return true;
      }
    }
    const input = this.#inbox.shift();
    if (input !== undefined) this.#step(now, input);
    return input !== undefined;
  }

  #step(now: Instant, input: Input): void {
    if (typeof input === 'number') this.#tick(now);
    else if ('terminal' in input) this.#onDatagram(now, input);
    else if ('adu' in input) this.#agent.originate(now, input);
    else this.#onStore(now, input);
  }

  #tick(now: Instant): void {
    this.#contacts.tick(now);
    for (const { link } of this.#neighbours.inContact) link.tick(now);
    this.#agent.tick(now);
    for (const service of this.#services) service.tick(now);
  }

  #onDatagram(now: Instant, { terminal, octets }: Datagram): void {
    const neighbour = this.#neighbours.inView(terminal);
    if (neighbour === undefined) this.#journal.faults.add(NO_CONTACT);
    else neighbour.link.receive(now, octets);
  }

  #onStore(now: Instant, completion: StoreCompletion): void {
    switch (completion.kind) {
      case 'put':
        this.#agent.stored(now, completion.id);
        break;
      case 'put-failed':
        this.#agent.storeFailed(now, completion.id, completion.reason);
        break;
      case 'got':
        this.#agent.loaded(now, completion.id, completion.octets);
    }
  }

  #onContact(now: Instant, output: ContactOutput): void {
    const { to, fromTerminal, toTerminal, rateBps, endsAt } = output.contact;
    const { datagrams } = this.#ports;
    if (output.kind === 'end') {
      const neighbour = this.#neighbours.part(fromTerminal);
      if (neighbour !== undefined) this.#disconnect(now, neighbour);
      datagrams.point(fromTerminal, undefined);
      return;
    }
    const peer = this.#config.directory.find(({ node }) => node === to);
    const address = peer?.terminals[toTerminal];
    assert(peer !== undefined && address !== undefined, 'the directory lists every neighbour');
    datagrams.point(fromTerminal, address);
    const { link } = this.#neighbours.meet(to, fromTerminal, () => this.#makeLink(peer.scid));
    const { roundTripUs } = output;
    const initiate = this.#config.scid < peer.scid;
    link.connect(now, { rateBps, roundTripUs, initiate, endsAt });
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

  #makeLink(remoteScid: number): Link {
    const { credentials, identity, scid: localScid, frameOctetsMax } = this.#config;
    const { crypto: provider, random } = this.#ports;
    const ends = { localScid, remoteScid };
    const keying = new SessionKeying({ credentials, identity, provider, random, ...ends });
    return new Link({ ...ends, frameOctetsMax }, keying);
  }

  #onLink(now: Instant, neighbour: Neighbour, output: LinkOutput): void {
    const { node, terminal } = neighbour;
    switch (output.kind) {
      case 'transmit':
        this.#ports.datagrams.send({ terminal, octets: output.frame });
        break;
      case 'received':
        this.#agent.receive(now, output.bundle, node);
        break;
      case 'sent':
        this.#journal.note({ kind: 'bundle-forwarded', at: now, id: output.id, to: node });
        this.#agent.forwarded(now, output.id);
        break;
      case 'unsent':
        this.#agent.notForwarded(now, output.id);
        break;
      case 'secured': {
        const { provider } = output;
        if (this.#neighbours.upTo(node) === undefined) this.#agent.linkUp(now, node);
        neighbour.up = true;
        this.#journal.note({ kind: 'link-secured', at: now, neighbour: node, terminal, provider });
        break;
      }
      case 'down': {
        const { reason } = output;
        neighbour.up = false;
        if (this.#neighbours.upTo(node) === undefined) this.#agent.linkDown(now, node);
        this.#journal.note({ kind: 'link-down', at: now, neighbour: node, terminal, reason });
        break;
      }
      case 'fault':
        this.#journal.faults.add(output.fault);
    }
  }

  #onAgent(now: Instant, output: AgentOutput): void {
    switch (output.kind) {
      case 'store':
        this.#ports.store.put(output.id, output.octets);
        break;
      case 'forget':
        this.#ports.store.delete(output.id);
        break;
      case 'load':
        this.#ports.store.get(output.id);
        break;
      case 'forward': {
        const neighbour = this.#neighbours.upTo(output.to);
        if (neighbour === undefined) this.#agent.notForwarded(now, output.id);
        else neighbour.link.send(now, output);
        break;
      }
      case 'deliver': {
        const { id, service, trafficClass, hops } = output;
        const receiver = this.#services.find((candidate) => candidate.service === service);
        assert(receiver !== undefined, 'the agent delivers to registered services only');
        this.#journal.note({ kind: 'bundle-delivered', at: now, id, service, trafficClass, hops });
        receiver.receive(now, output);
        break;
      }
      default:
        this.#journal.record(now, output);
    }
  }

  /** One alarm for the node: the soonest of all deadlines. */
  #setAlarm(): void {
    let soonest: Deadline | undefined = sooner(this.#contacts.deadline(), this.#agent.deadline());
    for (const { link } of this.#neighbours.inContact) soonest = sooner(soonest, link.deadline());
    for (const service of this.#services) soonest = sooner(soonest, service.deadline());
    this.#ports.clock.setAlarm(soonest?.at);
  }
}

/** A datagram came in while the terminal looked at no one. */
const NO_CONTACT = new Fault('link', 'no-contact', 'node/satellite.ts');

/** More than the store can answer for one step of the agent. */
const INBOX_MAX = 1_000_000;
/** More than any input can cause; a satellite that needs more goes round in circles. */
const TURNS_MAX = 10_000_000;
