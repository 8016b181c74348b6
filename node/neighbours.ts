/** The links of one node: one for each pair of a neighbour and the terminal that looks at it. */
import type { AgentOutput, Receipt } from '#protocol/agent/contract.ts';
import { raiseAge } from '#protocol/agent/onward.ts';
import type { BundleLink, LinkOutput } from '#protocol/link/contract.ts';
import type { OutboundBundle } from '#protocol/link/unit-queue.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_MS, sooner } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';

/** One link, and what the agent was told about it. */
export interface Neighbour {
  /** Its place among all. */
  readonly index: number;
  readonly node: NodeNumber;
  readonly terminal: number;
  readonly link: BundleLink;
  /** A session is up. */
  up: boolean;
}

/** An output, and the link that gave it. */
export interface NeighbourOutput {
  readonly neighbour: Neighbour;
  readonly output: LinkOutput;
}

/** Links live on between contacts. Bounded by the pairs of neighbour and terminal in the plan. */
export class Neighbours {
  readonly all: Neighbour[] = [];
  /** Whom each terminal looks at. Bounded by the node's terminals. */
  readonly #inView: (Neighbour | undefined)[] = [];
  #inContact: readonly Neighbour[] = [];

  /** Those that a terminal looks at. */
  get inContact(): readonly Neighbour[] {
    return this.#inContact;
  }

  /** Ticks the links that a terminal looks at: all others have nothing to do. */
  tick(now: Instant): void {
    for (const { link } of this.#inContact) link.tick(now);
  }

  /** The next output of a link that a terminal looks at. */
  poll(): NeighbourOutput | undefined {
    for (const neighbour of this.#inContact) {
      const output = neighbour.link.poll();
      if (output !== undefined) return { neighbour, output };
    }
    return undefined;
  }

  /** The soonest deadline of a link that a terminal looks at. */
  deadline(): Deadline | undefined {
    let soonest: Deadline | undefined;
    for (const { link } of this.#inContact) soonest = sooner(soonest, link.deadline());
    return soonest;
  }

  /** The neighbour that `terminal` looks at. */
  inView(terminal: number): Neighbour | undefined {
    return this.#inView[terminal];
  }

  /** Turns `terminal` to `node`; `makeLink` is asked when the two have not met before. */
  meet(node: NodeNumber, terminal: number, makeLink: () => BundleLink): Neighbour {
    let neighbour = this.all.find((known) => known.node === node && known.terminal === terminal);
    if (neighbour === undefined) {
      neighbour = { index: this.all.length, node, terminal, link: makeLink(), up: false };
      this.all.push(neighbour);
    }
    this.#look(terminal, neighbour);
    return neighbour;
  }

  /** Turns `terminal` away; the neighbour it looked at, if any. */
  part(terminal: number): Neighbour | undefined {
    const neighbour = this.#inView[terminal];
    this.#look(terminal, undefined);
    return neighbour;
  }

  /** A link to `node` with a session up; of several, that of the first terminal. */
  upTo(node: NodeNumber): Neighbour | undefined {
    for (const neighbour of this.#inContact) {
      if (neighbour.up && neighbour.node === node) return neighbour;
    }
    return undefined;
  }

  /** Hands a bundle to a link of the neighbour it goes to; false when none is up. */
  forward(now: Instant, bundle: Extract<AgentOutput, { readonly kind: 'forward' }>): boolean {
    const neighbour = this.upTo(bundle.to);
    neighbour?.link.send(now, outboundOf(bundle));
    return neighbour !== undefined;
  }

  /** Tells the link that brought a bundle what became of it. */
  settle(
    now: Instant,
    { receipt, kept }: Extract<AgentOutput, { readonly kind: 'settled' }>,
  ): void {
    this.all[receipt.link]!.link.settle(now, receipt.block, kept);
  }

  /** Notes whether a session is up; true when that is news of the node, not of this link alone. */
  setUp(neighbour: Neighbour, up: boolean): boolean {
    const news = neighbour.up !== up;
    neighbour.up = false;
    const alone = this.upTo(neighbour.node) === undefined;
    neighbour.up = up;
    return news && alone;
  }

  #look(terminal: number, neighbour: Neighbour | undefined): void {
    this.#inView[terminal] = neighbour;
    this.#inContact = this.#inView.filter((seen) => seen !== undefined);
  }
}

/** What a link is given: where it carries its age, a bundle that grows older while it waits. */
function outboundOf(bundle: Extract<AgentOutput, { readonly kind: 'forward' }>): OutboundBundle {
  const { id, octets, trafficClass, agedAt } = bundle;
  if (agedAt === undefined) return bundle;
  const olderMs = (now: Instant) => Math.floor((now - agedAt) / MICROSECONDS_PER_MS);
  return { id, octets, trafficClass, octetsAt: (now) => raiseAge(octets, olderMs(now)) };
}

/** By what the agent answers for a bundle that a link has brought, where the link asks for it. */
export function receiptOf(
  { index }: Neighbour,
  { receipt }: Extract<LinkOutput, { readonly kind: 'received' }>,
): Receipt | undefined {
  return receipt === undefined ? undefined : { link: index, block: receipt };
}
