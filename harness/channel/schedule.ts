/**
 * The channel's timetable: which terminals see each other at an instant, and over what light
 * time. Asked once a second and at every edge of a contact, it answers with what changed.
 */
import type { Instant } from '#protocol/machine.ts';
import type { Contact, NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { World } from '../constellation/world.ts';
import type { ChannelSetting } from './channel.ts';

/** A new setting for the channel out of one terminal; without a setting it is cut. */
export interface ChannelChange {
  readonly node: NodeNumber;
  readonly terminal: number;
  readonly setting?: ChannelSetting;
}

/** Walks the contacts of a world in step with time, which must not fall. */
export class ChannelSchedule {
  readonly #world: World;
  readonly #contacts: readonly Contact[];
  readonly #edges: readonly Instant[];
  /** Contacts begun or about to; bounded by the terminals of the world. */
  #open: Contact[] = [];
  #next = 0;
  #edge = 0;
  /** The last setting of each terminal; bounded by the terminals of the world. */
  readonly #last = new Map<string, ChannelChange>();

  constructor(world: World) {
    this.#world = world;
    this.#contacts = world.plan.contacts;
    const edges = this.#contacts.flatMap(({ startsAt, endsAt }) => [startsAt - EARLY_US, endsAt]);
    this.#edges = [...new Set(edges)].sort((a, b) => a - b);
  }

  /** When, after `now`, the first contact opens or closes; or undefined. */
  nextEdge(now: Instant): Instant | undefined {
    while ((this.#edges[this.#edge] ?? Number.POSITIVE_INFINITY) <= now) this.#edge++;
    return this.#edges[this.#edge];
  }

  /** What differs from the last answer. A contact opens a little early, for clocks that jitter. */
  changes(now: Instant): ChannelChange[] {
    for (
      let contact = this.#contacts[this.#next];
      contact !== undefined && contact.startsAt <= now + EARLY_US;
      contact = this.#contacts[++this.#next]
    ) {
      this.#open.push(contact);
    }
    this.#open = this.#open.filter((contact) => contact.endsAt > now);
    const wanted = new Map<string, ChannelChange>();
    for (const contact of this.#open) {
      const key = `${contact.from}/${contact.fromTerminal}`;
      // Sorted by start: the contact in progress comes before one that opens early.
      if (wanted.has(key)) continue;
      const delayUs = this.#world.owltUs(contact.from, contact.to, now);
      const setting = { delayUs: Math.round(delayUs), rateBps: contact.rateBps };
      wanted.set(key, { node: contact.from, terminal: contact.fromTerminal, setting });
    }
    return this.#differences(wanted);
  }

  #differences(wanted: ReadonlyMap<string, ChannelChange>): ChannelChange[] {
    const changes: ChannelChange[] = [];
    for (const [key, { node, terminal }] of this.#last) {
      if (wanted.has(key)) continue;
      this.#last.delete(key);
      changes.push({ node, terminal });
    }
    for (const [key, change] of wanted) {
      const last = this.#last.get(key)?.setting;
      if (last?.delayUs === change.setting?.delayUs && last?.rateBps === change.setting?.rateBps) {
        continue;
      }
      this.#last.set(key, change);
      changes.push(change);
    }
    return changes;
  }
}

const EARLY_US = 50_000;
