/**
 * Follows the contact plan for one node: says when a contact of its own begins and ends. A plan
 * has one row for each direction; the row that starts at this node steers its terminal.
 */
import { assert } from '#protocol/assert.ts';
import { Fifo } from '#protocol/fifo.ts';
import { type Deadline, type Instant, type Machine, sooner } from '#protocol/machine.ts';
import type { Contact, ContactPlan, NodeNumber, Range } from '#protocol/routing/contact-plan.ts';

/** What the owner must do with a terminal. At one instant, ends come before beginnings. */
export type ContactOutput =
  | {
      readonly kind: 'begin';
      readonly contact: Contact;
      /** The longest round trip of light during the contact. */
      readonly roundTripUs: number;
    }
  | { readonly kind: 'end'; readonly contact: Contact };

/** Walks the plan in step with `tick`. Contacts that are over before the first tick are skipped. */
export class ContactFollower implements Machine<ContactOutput> {
  /** By start. Bounded by the plan. */
  readonly #contacts: readonly Contact[];
  readonly #roundTripsUs: readonly number[];
  /** Contacts in progress. Bounded by the node's terminals. */
  readonly #open: Contact[] = [];
  /** Bounded by the owner, who drains `poll` after every tick. */
  readonly #outputs = new Fifo<ContactOutput>();
  #next = 0;

  /** Keeps only what concerns `node`; without a range, light takes no time. */
  constructor(plan: ContactPlan, node: NodeNumber) {
    const ranges = plan.ranges.filter(({ a, b }) => a === node || b === node);
    this.#contacts = plan.contacts.filter(({ from }) => from === node);
    this.#roundTripsUs = this.#contacts.map((contact) => roundTripUs(contact, ranges));
  }

  tick(now: Instant): void {
    this.#end(now);
    // Bounded by the plan: every turn passes one contact.
    for (;;) {
      const contact = this.#contacts[this.#next];
      if (contact === undefined || contact.startsAt > now) return;
      if (contact.endsAt > now) this.#begin(contact, this.#roundTripsUs[this.#next] ?? 0);
      this.#next++;
    }
  }

  poll(): ContactOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    const next = this.#contacts[this.#next];
    let soonest: Deadline | undefined =
      next === undefined ? undefined : { at: next.startsAt, why: 'contact begins' };
    for (const { endsAt } of this.#open)
      soonest = sooner(soonest, { at: endsAt, why: 'contact ends' });
    return soonest;
  }

  #begin(contact: Contact, roundTripUs: number): void {
    assert(
      this.#open.every(({ fromTerminal }) => fromTerminal !== contact.fromTerminal),
      'a terminal has one contact at a time',
    );
    this.#open.push(contact);
    this.#outputs.push({ kind: 'begin', contact, roundTripUs });
  }

  #end(now: Instant): void {
    // Bounded by the node's terminals. Backwards, because places fall away behind.
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const contact = this.#open[index] as Contact;
      if (contact.endsAt > now) continue;
      this.#open.splice(index, 1);
      this.#outputs.push({ kind: 'end', contact });
    }
  }
}

function roundTripUs(contact: Contact, ranges: readonly Range[]): number {
  let owltUs = 0;
  // Bounded by the ranges of one node.
  for (const range of ranges) {
    const between = range.a === contact.to || range.b === contact.to;
    const during = range.startsAt < contact.endsAt && range.endsAt > contact.startsAt;
    if (between && during) owltUs = Math.max(owltUs, range.owltUs);
  }
  return 2 * owltUs;
}
