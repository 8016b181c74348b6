/**
 * The nodes this one has contacts with: whose link is up, who is given up on for the time being,
 * and how much is on its way to each.
 *
 * A neighbour that by the plan should be in contact, but whose link has been down for PATIENCE_US,
 * is excluded as a first hop until its link comes up or that contact ends; at once where the link
 * is known to stay down.
 */
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { Contact, ContactPlan, NodeNumber } from '../routing/contact-plan.ts';
import type { TrafficClass } from '../traffic-class.ts';
import type { HeldBundle } from './held-bundle.ts';
import { type LeastClass, PRESSURE_US } from './store-room.ts';

/** How long a link may take to come up before bundles look for another way. */
export const PATIENCE_US = 3_000_000;

/**
 * What a link does: nothing, for the time being or for long; takes bundles; or takes them and says
 * of each when the neighbour keeps it, so that this node need not have stored it before.
 */
export type LinkState = 'down' | 'lost' | 'up' | 'answering';

class Neighbour {
  /** This node's contacts with it, by start; `current` is the first that has not ended. */
  readonly contacts: Contact[] = [];
  current = 0;
  link: LinkState = 'down';
  /** When the link went down, or when it was first looked at; −1 before that. */
  downSince: Instant = -1;
  /** The least class that it takes, and until when that is so. */
  least: LeastClass = 0;
  pressedUntil: Instant = 0;
  /** Octets handed over and not yet answered for, by traffic class. */
  readonly inFlightOctets: [number, number, number, number] = [0, 0, 0, 0];
  /** How many there may be of each class. */
  windowOctets = WINDOW_OCTETS_MIN;
  /** The longest light time to it in the plan. */
  owltUs = 0;
}

/** Bounded by the neighbours in the plan and the links of the owner. */
export class Neighbours {
  readonly #byNode = new Map<NodeNumber, Neighbour>();
  #excluded: ReadonlySet<NodeNumber> = new Set();
  #changesAt: Instant = 0;

  /** Keeps the contacts that leave `node`. */
  constructor(node: NodeNumber, plan: ContactPlan) {
    for (const contact of plan.contacts) {
      if (contact.from === node) this.#get(contact.to).contacts.push(contact);
    }
    for (const { a, b, owltUs } of plan.ranges) {
      const neighbour = this.#byNode.get(a === node ? b : b === node ? a : 0);
      if (neighbour !== undefined) neighbour.owltUs = Math.max(neighbour.owltUs, owltUs);
    }
  }

  /** Who is excluded, as of the last `refresh`. A new set after each change. */
  get excluded(): ReadonlySet<NodeNumber> {
    return this.#excluded;
  }

  /** When `refresh` may next have something to say. */
  get changesAt(): Instant {
    return this.#changesAt;
  }

  /** All with whom the plan has a contact at or after `now` that begins before `until`. */
  inPlan(now: Instant, until: Instant): readonly NodeNumber[] {
    const isUseful = ({ startsAt, endsAt }: Contact) => endsAt > now && startsAt < until;
    return [...this.#byNode]
      .filter(([, { contacts }]) => contacts.some(isUseful))
      .map(([node]) => node);
  }

  /** Notes that a link came up or went down; nobody has patience with one that is lost. */
  setLink(now: Instant, node: NodeNumber, link: LinkState): void {
    const neighbour = this.#get(node);
    neighbour.link = link;
    neighbour.downSince = now;
    neighbour.least = 0;
    neighbour.windowOctets = windowOf(neighbour, now);
    this.#changesAt = now;
  }

  /** Notes the least class that a neighbour takes; it is told again, or it takes all. */
  press(now: Instant, node: NodeNumber, least: LeastClass): void {
    const neighbour = this.#get(node);
    neighbour.least = least;
    neighbour.pressedUntil = now + PRESSURE_US;
    if (least > 0) this.#changesAt = Math.min(this.#changesAt, neighbour.pressedUntil);
  }

  isUp(node: NodeNumber): boolean {
    return isUp(this.#byNode.get(node)?.link);
  }

  /** Whether it is up and says of each bundle when it keeps it. */
  answers(node: NodeNumber): boolean {
    return this.#byNode.get(node)?.link === 'answering';
  }

  /** Whether a neighbour takes none of this class, or as much is on its way as may be. */
  isFull(node: NodeNumber, trafficClass: TrafficClass): boolean {
    const { least, inFlightOctets, windowOctets } = this.#get(node);
    return trafficClass < least || inFlightOctets[trafficClass] >= windowOctets;
  }

  /** What is on its way to a neighbour, of all classes together. */
  inFlightOctets(node: NodeNumber): number {
    return this.#get(node).inFlightOctets.reduce((sum, octets) => sum + octets, 0);
  }

  /** Counts a bundle as on its way to a neighbour. */
  occupy(bundle: HeldBundle, node: NodeNumber): void {
    bundle.to = node;
    this.#get(node).inFlightOctets[bundle.trafficClass] += bundle.sizeOctets;
  }

  /** Counts it no longer. */
  release(bundle: HeldBundle): void {
    this.#get(bundle.to).inFlightOctets[bundle.trafficClass] -= bundle.sizeOctets;
    bundle.to = 0;
  }

  /** Looks anew at who is excluded when that may have changed; true when it was looked at. */
  refresh(now: Instant): boolean {
    if (now < this.#changesAt) return false;
    const excluded = new Set<NodeNumber>();
    this.#changesAt = Number.MAX_SAFE_INTEGER;
    for (const [node, neighbour] of this.#byNode) {
      if (neighbour.downSince < 0) neighbour.downSince = now;
      if (neighbour.pressedUntil <= now) neighbour.least = 0;
      else this.#changesAt = Math.min(this.#changesAt, neighbour.pressedUntil);
      if (isUp(neighbour.link)) continue;
      const contact = currentContact(neighbour, now);
      if (contact === undefined) continue;
      const patienceUs = neighbour.link === 'lost' ? 0 : PATIENCE_US;
      const givenUpAt = Math.max(contact.startsAt, neighbour.downSince) + patienceUs;
      if (givenUpAt <= now) excluded.add(node);
      const changesAt = givenUpAt <= now ? contact.endsAt + 1 : givenUpAt;
      this.#changesAt = Math.min(this.#changesAt, changesAt);
    }
    this.#excluded = excluded;
    return true;
  }

  #get(node: NodeNumber): Neighbour {
    let neighbour = this.#byNode.get(node);
    if (neighbour === undefined) {
      neighbour = new Neighbour();
      this.#byNode.set(node, neighbour);
    }
    return neighbour;
  }
}

function isUp(link: LinkState | undefined): boolean {
  return link === 'up' || link === 'answering';
}

/** The contact that is on or comes next. Bounded by the contacts of the plan. */
function currentContact(neighbour: Neighbour, now: Instant): Contact | undefined {
  const { contacts } = neighbour;
  while (neighbour.current < contacts.length && contacts[neighbour.current]!.endsAt < now) {
    neighbour.current += 1;
  }
  return contacts[neighbour.current];
}

/** What keeps the link busy until the first answers come, within bounds. */
function windowOf(neighbour: Neighbour, now: Instant): number {
  const { rateBps = 0 } = currentContact(neighbour, now) ?? {};
  const answerUs = 2 * neighbour.owltUs + ANSWER_MARGIN_US;
  const octets = ((rateBps / 8) * answerUs) / MICROSECONDS_PER_S;
  return Math.min(Math.max(octets, WINDOW_OCTETS_MIN), WINDOW_OCTETS_MAX);
}

/** What the far store may take, and reading one's own. */
const ANSWER_MARGIN_US = 300_000;
/** Enough to keep a link busy while the store is read. */
const WINDOW_OCTETS_MIN = 262_144;
/** Of each class; links and engines hold as much. */
const WINDOW_OCTETS_MAX = 4 * 1024 * 1024;
