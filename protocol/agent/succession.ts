/**
 * Puts other bundles in the place of one: its fragments when it is too large to go on, or its
 * copies when it is for a group. The store has all of them before it forgets the bundle; until then
 * none sets out, and if one cannot be stored, all is as it was. Should the node stop in between,
 * its store holds both, and whoever gets them takes one.
 *
 * Source: RFC 9171 §5.8 for fragments.
 */
import { assert } from '../assert.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { type TrafficClass, trafficClassOf } from '../traffic-class.ts';
import type { Arrival, HeldBundle } from './held-bundle.ts';
import type { Holdings } from './holdings.ts';

/** One that is to stand for another bundle, and its octets. */
export interface Successor {
  readonly arrival: Arrival;
  readonly octets: Uint8Array;
}

interface Succession {
  readonly predecessor: HeldBundle;
  readonly fate: 'fragmented' | 'copied';
  readonly successors: HeldBundle[];
  /** Of how many the store has not said what became of them. */
  open: number;
  failed: boolean;
}

/** Bounded by the bundles held, each of which is in one succession at most. */
export class Successions {
  readonly #holdings: Holdings;
  /** By the id of each successor that is being stored. */
  readonly #byId = new Map<string, Succession>();

  constructor(holdings: Holdings) {
    this.#holdings = holdings;
  }

  /**
   * Has the successors stored. Gives false, and lets the bundle rest, when they find no room. One
   * that is here already, since the bundle was here before, is not stored again.
   */
  begin(
    now: Instant,
    predecessor: HeldBundle,
    fate: Succession['fate'],
    successors: readonly Successor[],
  ): boolean {
    const total = successors.reduce((sum, { octets }) => sum + octets.length, 0);
    if (!this.#holdings.hasRoom(total, roomOf(predecessor))) {
      predecessor.notBefore = now + REST_US;
      return false;
    }
    const succession: Succession = { predecessor, fate, successors: [], open: 0, failed: false };
    predecessor.phase = 'succeeding';
    predecessor.bundle = undefined;
    for (const { arrival, octets } of successors) {
      if (this.#holdings.has(arrival.id)) continue;
      const successor = this.#holdings.hold(arrival);
      this.#holdings.store(successor, octets);
      succession.successors.push(successor);
      succession.open += 1;
      this.#byId.set(arrival.id, succession);
    }
    if (succession.open === 0) this.#finish(now, succession);
    return true;
  }

  /** Whether this bundle is a successor that is being stored. */
  has(bundle: HeldBundle): boolean {
    return this.#byId.has(bundle.id);
  }

  /**
   * The store has a successor, or could not take it. Once all is known, gives what to dispatch: the
   * successors, or the bundle itself.
   */
  answered(now: Instant, bundle: HeldBundle, isStored: boolean): readonly HeldBundle[] {
    const succession = this.#byId.get(bundle.id);
    assert(succession !== undefined && succession.open > 0, 'the successor is being stored');
    this.#byId.delete(bundle.id);
    succession.open -= 1;
    if (isStored) bundle.phase = 'stored';
    else {
      const { successors } = succession;
      succession.failed = true;
      successors.splice(successors.indexOf(bundle), 1);
      this.#holdings.abandon(bundle);
    }
    if (succession.open > 0) return NOBODY;
    return succession.failed ? this.#undo(now, succession) : this.#finish(now, succession);
  }

  #finish(now: Instant, succession: Succession): readonly HeldBundle[] {
    const { predecessor, fate, successors } = succession;
    for (const bundle of successors) {
      bundle.canceled = predecessor.canceled;
      this.#holdings.accept(now, bundle, false);
    }
    this.#holdings.outputs.push({ kind: fate, id: predecessor.id, count: successors.length });
    this.#holdings.settle(now, predecessor, fate);
    return successors;
  }

  #undo(now: Instant, { predecessor, successors }: Succession): readonly HeldBundle[] {
    for (const bundle of successors) {
      this.#holdings.outputs.push({ kind: 'forget', id: bundle.id, seen: undefined });
      this.#holdings.abandon(bundle);
    }
    predecessor.phase = 'stored';
    predecessor.notBefore = now + REST_US;
    return [predecessor];
  }
}

/**
 * They may use the share of the class above, for where their own is full none of it could ever go;
 * but no more, so that what is reserved for flash stays so.
 */
function roomOf({ trafficClass }: HeldBundle): TrafficClass {
  return trafficClass === FLASH ? FLASH : ((trafficClass + 1) as TrafficClass);
}

const NOBODY: readonly HeldBundle[] = [];
/** How long a bundle rests whose successors found no room. */
const REST_US = MICROSECONDS_PER_S;
const FLASH = trafficClassOf('flash');
