/**
 * Fragments for services of this node, gathered by the bundle that they are parts of.
 *
 * A set is complete when its fragments cover the application data unit from 0 to its total length.
 * They may come in any order, overlap, and repeat each other. Where two say different things of one
 * octet, the one that came first is believed; where they name different totals, likewise.
 *
 * The fragments themselves wait in the store: only when a set is complete are they read and joined.
 *
 * Source: RFC 9171 §5.9; conflicts are not covered by it.
 */
import { assert } from '../assert.ts';
import { type Bundle, payloadOf } from '../bundle/bundle.ts';
import { wholeOf } from '../bundle/fragment.ts';
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import { MICROSECONDS_PER_MS } from '../machine.ts';
import { Extents } from './extents.ts';
import type { HeldBundle, Part } from './held-bundle.ts';

/** How much may be gathered at once; beyond it a fragment is deleted as it comes in. */
export interface ReassemblyLimits {
  /** Wholes under way. */
  readonly setsMax: number;
  /** Fragments, encoded, of all of them together. */
  readonly octetsMax: number;
  /** How long a fragment waits for the others, if its lifetime is longer. */
  readonly waitMsMax: number;
}

/** The fragments of one whole. */
export interface FragmentSet {
  readonly whole: string;
  readonly service: number;
  readonly totalLength: number;
  /** Oldest first. Bounded by FRAGMENTS_MAX. */
  readonly members: HeldBundle[];
  /** Which octets its members have; undefined when one has gone since somebody asked. */
  extents: Extents | undefined;
  /** How often it was complete, and was not without the members that contradicted others. */
  failures: number;
}

/** Bounded by its limits, which the owner asks about before it adds. */
export class Reassembly {
  readonly #limits: ReassemblyLimits;
  /** By the id of the whole. */
  readonly #sets = new Map<string, FragmentSet>();
  #octets = 0;

  constructor(limits: ReassemblyLimits) {
    this.#limits = limits;
  }

  /** Whether a fragment may come in. */
  hasRoom(part: Part, sizeOctets: number): boolean {
    const set = this.#sets.get(part.whole);
    if (set === undefined && this.#sets.size >= this.#limits.setsMax) return false;
    if (set !== undefined && set.members.length >= FRAGMENTS_MAX) return false;
    return this.#octets + sizeOctets <= this.#limits.octetsMax;
  }

  /**
   * The set of a fragment, which is in it from here on; or why it can be in none:
   * `agent.fragment-total` when it names another total, `agent.fragment-range` when it reaches
   * beyond it.
   */
  add(bundle: HeldBundle): FragmentSet | Fault {
    const { part, service } = bundle;
    assert(part !== undefined && service !== undefined, 'a fragment for this node');
    const { whole, offset, length, totalLength } = part;
    const known = this.#sets.get(whole);
    if (bundle.gathered) {
      assert(known !== undefined, 'a fragment that is gathered has a set');
      return known;
    }
    if (offset + length > totalLength) return RANGE;
    if (known !== undefined && known.totalLength !== totalLength) return TOTAL;
    const set = known ?? newSet(whole, service, totalLength);
    this.#sets.set(whole, set);
    bundle.gathered = true;
    const patienceEndsAt = bundle.arrivedAt + this.#limits.waitMsMax * MICROSECONDS_PER_MS;
    bundle.expiresAt = Math.min(bundle.expiresAt, patienceEndsAt);
    insert(set.members, bundle);
    set.extents?.add(offset, offset + length);
    this.#octets += bundle.sizeOctets;
    return set;
  }

  /** Takes a fragment out; gives the set it was in, if it was in one. */
  remove(bundle: HeldBundle): FragmentSet | undefined {
    if (!bundle.gathered) return undefined;
    const set = this.#sets.get(bundle.part!.whole);
    assert(set !== undefined, 'a fragment that is gathered has a set');
    set.members.splice(set.members.indexOf(bundle), 1);
    bundle.gathered = false;
    this.#octets -= bundle.sizeOctets;
    set.extents = undefined;
    if (set.members.length === 0) this.#sets.delete(set.whole);
    return set;
  }

  /** Takes out a whole set; gives its members. */
  dissolve(set: FragmentSet): readonly HeldBundle[] {
    this.#sets.delete(set.whole);
    for (const member of set.members) {
      member.gathered = false;
      this.#octets -= member.sizeOctets;
    }
    return set.members;
  }

  /** The set of a whole, if any of it is here. */
  setOf(whole: string): FragmentSet | undefined {
    return this.#sets.get(whole);
  }

  /** The complete sets for a service. */
  completeFor(service: number): readonly FragmentSet[] {
    return [...this.#sets.values()].filter((set) => set.service === service && isComplete(set));
  }
}

/** Whether every octet of the whole is there. */
export function isComplete(set: FragmentSet): boolean {
  set.extents ??= extentsOf(set.members);
  return set.extents.cover(set.totalLength);
}

/**
 * Joins a complete set whose members all have their content. Gives the whole, unless octets are
 * missing without the members that contradict older ones, which are given too.
 */
export function join(set: FragmentSet): {
  readonly whole: Bundle | undefined;
  readonly contradicting: readonly HeldBundle[];
} {
  const adu = new Uint8Array(set.totalLength);
  const placed = new Extents();
  const contradicting: HeldBundle[] = [];
  let first: Bundle | undefined;
  for (const member of set.members) {
    const content = member.bundle;
    assert(content !== undefined, 'a member that is joined has its content');
    const { data } = payloadOf(content);
    const { offset, length } = member.part!;
    const overlaps = placed.within(offset, offset + length);
    const agrees = overlaps.every(([start, end]) =>
      equal(adu.subarray(start, end), data.subarray(start - offset, end - offset)),
    );
    if (!agrees) {
      contradicting.push(member);
      continue;
    }
    adu.set(data, offset);
    placed.add(offset, offset + length);
    if (offset === 0) first ??= content;
  }
  const isWhole = first !== undefined && placed.cover(set.totalLength);
  return { whole: isWhole ? wholeOf(first!, adu) : undefined, contradicting };
}

function newSet(whole: string, service: number, totalLength: number): FragmentSet {
  return { whole, service, totalLength, members: [], extents: new Extents(), failures: 0 };
}

function extentsOf(members: readonly HeldBundle[]): Extents {
  const extents = new Extents();
  const parts = members.map(({ part }) => part!).sort((a, b) => a.offset - b.offset);
  for (const { offset, length } of parts) extents.add(offset, offset + length);
  return extents;
}

/** Keeps the order of arrival, in which nearly all come. Bounded by the members. */
function insert(members: HeldBundle[], bundle: HeldBundle): void {
  let at = members.length;
  while (at > 0 && members[at - 1]!.order > bundle.order) at -= 1;
  members.splice(at, 0, bundle);
}

const RANGE = new Fault('agent', 'fragment-range', 'RFC 9171 5.9');
const TOTAL = new Fault('agent', 'fragment-total', 'RFC 9171 5.9');

/** What is counted when `join` finds a contradiction. */
export const CONFLICT = new Fault('agent', 'fragment-conflict', 'RFC 9171 5.9');

/**
 * Whoever sends contradictions has all that is gathered read for each of them. A set in which so
 * many have left octets missing is given up.
 */
export const FAILURES_MAX = 8;

/** Of one whole; more than a whole of 4 MiB in pieces of 1 KiB. */
const FRAGMENTS_MAX = 8_192;
