/**
 * The journey of one bundle through the mesh, put together from the notices of all the nodes it
 * touched. Notices of one node come in order, those of different nodes in any order.
 *
 *   accepted a0          a1                     a2  delivered d
 *   node 0   ├───────┤   ├───────┤ node 1       ├───┤ node 2
 *   forwarded        f0          f1
 *                     ╲ light ╲   ╲  light  ╲
 *
 * The latency d − a0 divides into three parts, and nothing is left over:
 *
 * - propagation: for each hop the light time between its two nodes at the instant it was forwarded;
 * - stored: for each hop the time that the bundle lay at a node before the link it then took was
 *   there at all, that is from a to the later of a and the instant at which the node had that link
 *   secured. This is read off the links, not guessed from the length of the wait;
 * - overhead: everything else, whatever its cause: cryptography, queues, sockets, timers that fire
 *   late, transmission time, and waiting although the link was up.
 */
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';

/** Where the time of a delivered bundle went. */
export interface JourneyTimes {
  readonly hops: number;
  readonly latencyUs: number;
  readonly propagationUs: number;
  readonly storedUs: number;
  readonly overheadUs: number;
}

interface Hop {
  readonly from: NodeNumber;
  readonly to: NodeNumber;
  readonly acceptedAt: Instant;
  readonly forwardedAt: Instant;
  readonly propagationUs: number;
  readonly storedUs: number;
}

/** A node, and when the bundle was there. */
interface Stop {
  readonly node: NodeNumber;
  readonly at: Instant;
}

/** One bundle on its way. */
export class Journey {
  /** When each node last accepted it. Bounded by HOPS_MAX and one. */
  readonly #acceptedAt = new Map<NodeNumber, Instant>();
  /** Bounded by HOPS_MAX. */
  readonly #hops: Hop[] = [];
  /** How a copy of it ended at a node, if one did: its fate when no node keeps another. */
  ended: string | undefined;
  #source: Stop | undefined;
  #delivered: Stop | undefined;

  /** It has reached a service. */
  get delivered(): boolean {
    return this.#delivered !== undefined;
  }

  /** A node keeps it: accepted it, and has not forwarded it since. */
  get held(): boolean {
    for (const node of this.#acceptedAt.keys()) if (this.heldBy(node)) return true;
    return false;
  }

  /** A node has it in its store. */
  accept(node: NodeNumber, at: Instant, originated: boolean): void {
    if (originated) this.#source = { node, at };
    if (this.#acceptedAt.size <= HOPS_MAX) this.#acceptedAt.set(node, at);
  }

  /** A node has sent it on, over a link that has been secured since `securedAt`. */
  forward(
    from: NodeNumber,
    to: NodeNumber,
    forwardedAt: Instant,
    securedAt: Instant,
    propagationUs: number,
  ): void {
    const acceptedAt = this.#acceptedAt.get(from);
    if (acceptedAt === undefined || this.#hops.length === HOPS_MAX) return;
    const storedUs = Math.max(0, Math.min(securedAt, forwardedAt) - acceptedAt);
    this.#hops.push({ from, to, acceptedAt, forwardedAt, propagationUs, storedUs });
  }

  /** A node has it no more, and has not said that it sent it on. */
  leave(node: NodeNumber): void {
    this.#acceptedAt.delete(node);
  }

  /** Whether this node keeps it. */
  heldBy(node: NodeNumber): boolean {
    const at = this.#acceptedAt.get(node);
    if (at === undefined) return false;
    return !this.#hops.some(({ from, forwardedAt }) => from === node && forwardedAt >= at);
  }

  /** A node has given it to a service. */
  deliver(node: NodeNumber, at: Instant): void {
    this.#delivered = { node, at };
  }

  /**
   * Where the time went, once every notice of the way taken is in; undefined before. The way is
   * followed back from the destination, since copies may have gone astray.
   */
  times(): JourneyTimes | undefined {
    const source = this.#source;
    const delivered = this.#delivered;
    if (source === undefined || delivered === undefined) return undefined;
    let node = delivered.node;
    let at = this.#acceptedAt.get(node) ?? delivered.at;
    let hops = 0;
    let propagationUs = 0;
    let storedUs = 0;
    while (node !== source.node || at !== source.at) {
      const hop = this.#hops.findLast((each) => each.to === node && each.acceptedAt < at);
      if (hop === undefined) return undefined;
      hops++;
      propagationUs += hop.propagationUs;
      storedUs += hop.storedUs;
      node = hop.from;
      at = hop.acceptedAt;
    }
    const latencyUs = delivered.at - source.at;
    const overheadUs = latencyUs - propagationUs - storedUs;
    return { hops, latencyUs, propagationUs, storedUs, overheadUs };
  }
}

/** As many as the hop count of a bundle allows (RFC 9171 §4.4.3). */
const HOPS_MAX = 255;
