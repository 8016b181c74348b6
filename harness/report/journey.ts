/**
 * The journey of one unit, that is of a bundle that a source sent, with all that was made of it on
 * the way: put together from the notices of all the nodes it touched. Notices of one node come in
 * order, those of different nodes in any order.
 *
 *   accepted a0          a1                     a2  delivered d
 *   node 0   ├───────┤   ├───────┤ node 1       ├───┤ node 2
 *   forwarded        f0          f1
 *                     ╲ light ╲   ╲  light  ╲
 *
 * The latency d − a0 divides into four parts, and nothing is left over:
 *
 * - propagation: for each hop the light time between its two nodes at the instant it was forwarded;
 * - stored: for each hop the time that the bundle lay at a node before the link it then took was
 *   there at all, that is from a to the later of a and the instant at which the node had that link
 *   secured. This is read off the links, not guessed from the length of the wait;
 * - written: the time from its coming to its destination to its acceptance there, in which a store
 *   on disk notes the delivery: no service sees it sooner;
 * - overhead: everything else, whatever its cause: cryptography, queues, sockets, timers that fire
 *   late, transmission time, and waiting although the link was up.
 *
 * A unit that arrives in fragments is timed along the way of the fragment that came last, back to
 * where it was cut, and from there along the way of what it was cut from. A unit for a group is
 * timed to each member by itself.
 */
import type { Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { covers, type Piece } from './piece.ts';

/** Where the time of a delivered unit went. */
export interface JourneyTimes {
  readonly hops: number;
  readonly latencyUs: number;
  readonly propagationUs: number;
  readonly storedUs: number;
  readonly writtenUs: number;
  readonly overheadUs: number;
}

interface Hop {
  readonly from: NodeNumber;
  readonly to: NodeNumber;
  /** Which octets went. */
  readonly range: string;
  readonly acceptedAt: Instant;
  readonly propagationUs: number;
  readonly storedUs: number;
}

/** A node, and when the octets of `range` were there. */
interface Stop {
  readonly node: NodeNumber;
  readonly range: string;
  readonly at: Instant;
  /** From then to its acceptance. */
  readonly writtenUs: number;
}

/** One unit on its way. */
export class Journey {
  /** When each node last accepted each range, by both. Bounded by STEPS_MAX. */
  readonly #stops = new Map<string, Stop>();
  /** Bounded by STEPS_MAX. */
  readonly #hops: Hop[] = [];
  /** Node and piece of all that nodes keep. Bounded by what nodes keep. */
  readonly #held = new Set<string>();
  /** By node. Bounded by the members of a group, or one. */
  readonly #delivered = new Map<NodeNumber, Instant>();
  /** Those of them that have not been timed. */
  readonly #untimed = new Set<NodeNumber>();
  #source: Stop | undefined;
  #loss: string | undefined;

  /** To how many nodes it was delivered. */
  get deliveries(): number {
    return this.#delivered.size;
  }

  /** Whether every delivery has been timed. */
  get timed(): boolean {
    return this.#untimed.size === 0;
  }

  /** A node keeps some of it: accepted it, and it has met no fate there since. */
  get held(): boolean {
    return this.#held.size > 0;
  }

  /** `expired`, or why it was deleted: what first became of a part of it that was lost. */
  get loss(): string | undefined {
    return this.#loss;
  }

  /** A node has been found to keep these pieces of it and no others, since `at`. */
  find(node: NodeNumber, pieces: readonly Piece[], at: Instant): void {
    const found = new Set(pieces.map((piece) => holdingOf(node, piece)));
    for (const holding of this.#held) {
      if (Number.parseInt(holding, 10) === node && !found.has(holding)) this.#held.delete(holding);
    }
    for (const piece of pieces) {
      // When it came is not known, so nobody measures by it.
      if (!this.#held.has(holdingOf(node, piece))) this.accept(node, piece, at, false, at);
    }
  }

  /** A node has a piece of it, which came there at `at`, and answers for it since `acceptedAt`. */
  accept(
    node: NodeNumber,
    piece: Piece,
    at: Instant,
    originated: boolean,
    acceptedAt: Instant,
  ): void {
    this.#held.add(holdingOf(node, piece));
    const { range, target } = piece;
    const key = stopOf(node, range);
    // A copy came as the original of which it is one.
    if (target !== '' && this.#stops.has(key)) return;
    const stop = { node, range, at, writtenUs: acceptedAt - at };
    if (originated) this.#source = stop;
    if (this.#stops.size < STEPS_MAX) this.#stops.set(key, stop);
  }

  /** A node has sent a piece on, over a link that has been secured since `securedAt`. */
  forward(
    from: NodeNumber,
    to: NodeNumber,
    piece: Piece,
    forwardedAt: Instant,
    securedAt: Instant,
    propagationUs: number,
  ): void {
    this.#held.delete(holdingOf(from, piece));
    const acceptedAt = this.#stops.get(stopOf(from, piece.range))?.at;
    if (acceptedAt === undefined || this.#hops.length === STEPS_MAX) return;
    const storedUs = Math.max(0, Math.min(securedAt, forwardedAt) - acceptedAt);
    this.#hops.push({ from, to, range: piece.range, acceptedAt, propagationUs, storedUs });
  }

  /** A node has given it to a service; false when it had done so before. */
  deliver(node: NodeNumber, piece: Piece, at: Instant): boolean {
    this.#held.delete(holdingOf(node, piece));
    this.#held.delete(holdingOf(node, { ...piece, target: OWN }));
    if (this.#delivered.has(node)) return false;
    this.#delivered.set(node, at);
    this.#untimed.add(node);
    return true;
  }

  /** A piece is no more at a node: others stand for it, or, with a `loss`, nothing does. */
  end(node: NodeNumber, piece: Piece, loss?: string): void {
    this.#held.delete(holdingOf(node, piece));
    this.#loss ??= loss;
  }

  /**
   * Where the time of each delivery went whose notices are all in and which has not been given
   * before. The way is followed back from the destination, since copies may have gone astray.
   */
  takeTimes(): JourneyTimes[] {
    const all: JourneyTimes[] = [];
    for (const node of this.#untimed) {
      const times = this.#timesOf(node, this.#delivered.get(node)!);
      if (times === undefined) continue;
      this.#untimed.delete(node);
      all.push(times);
    }
    return all;
  }

  #timesOf(destination: NodeNumber, deliveredAt: Instant): JourneyTimes | undefined {
    const source = this.#source;
    if (source === undefined) return undefined;
    let here = this.#arrivalAt(destination, deliveredAt);
    const { writtenUs } = here;
    let hops = 0;
    let propagationUs = 0;
    let storedUs = 0;
    // Bounded by the hops, and by the cuts between them.
    while (here.node !== source.node || here.at !== source.at) {
      const hop = this.#hopTo(here);
      if (hop === undefined) {
        const whole = this.#cutFrom(here);
        if (whole === undefined) return undefined;
        here = whole;
        continue;
      }
      hops++;
      propagationUs += hop.propagationUs;
      storedUs += hop.storedUs;
      here = { node: hop.from, range: hop.range, at: hop.acceptedAt, writtenUs: 0 };
    }
    const latencyUs = deliveredAt - source.at;
    const overheadUs = latencyUs - propagationUs - storedUs - writtenUs;
    return { hops, latencyUs, propagationUs, storedUs, writtenUs, overheadUs };
  }

  /** When the unit came whole to where it was delivered, or else the last of its fragments. */
  #arrivalAt(node: NodeNumber, deliveredAt: Instant): Stop {
    const unseen = { node, range: '', at: deliveredAt, writtenUs: 0 };
    const whole = this.#stops.get(stopOf(node, '')) ?? unseen;
    if (whole === this.#source || this.#hopTo(whole) !== undefined) return whole;
    let last = whole;
    for (const stop of this.#stops.values()) {
      if (stop.node !== node || stop.range === '' || stop.at > deliveredAt) continue;
      if (last === whole || stop.at >= last.at) last = stop;
    }
    return last;
  }

  #hopTo({ node, range, at }: Stop): Hop | undefined {
    return this.#hops.findLast(
      (each) => each.to === node && each.range === range && each.acceptedAt < at,
    );
  }

  /** What lay at a node, no later, of which a fragment may have been cut: the last that came. */
  #cutFrom({ node, range, at }: Stop): Stop | undefined {
    let last: Stop | undefined;
    for (const stop of this.#stops.values()) {
      if (stop.node !== node || stop.at > at || !covers(stop.range, range)) continue;
      if (last === undefined || stop.at > last.at || covers(last.range, stop.range)) last = stop;
    }
    return last;
  }
}

function stopOf(node: NodeNumber, range: string): string {
  return `${node}${range}`;
}

function holdingOf(node: NodeNumber, { range, target }: Piece): string {
  return `${node}${range}${target}`;
}

/** The target of the copy that a node makes for itself. */
const OWN = ' to 0';
/** Far more than fragments take on any way; what comes beyond is not timed. */
const STEPS_MAX = 16_384;
