/** Bundles that wait, in lanes: one lane per neighbour they wait for, or per service. */
import type { Deadline } from '../machine.ts';
import { BundleHeap, expiresBefore, type HeldBundle, precedes } from './held-bundle.ts';

/** Bounded by the bundles held; an empty lane is taken away. */
export class WaitingRoom {
  readonly #lanes = new Map<number, BundleHeap>();
  readonly #expiries = new BundleHeap(1, expiresBefore);

  get size(): number {
    return this.#expiries.size;
  }

  /** Seats a bundle and lets go of its content, which the store has. */
  add(bundle: HeldBundle, lane: number): void {
    bundle.phase = 'waiting';
    bundle.bundle = undefined;
    bundle.lane = lane;
    let heap = this.#lanes.get(lane);
    if (heap === undefined) {
      heap = new BundleHeap(0, precedes);
      this.#lanes.set(lane, heap);
    }
    heap.add(bundle);
    this.#expiries.add(bundle);
  }

  /** Takes out a bundle that waits here. */
  remove(bundle: HeldBundle): void {
    const heap = this.#lanes.get(bundle.lane)!;
    heap.remove(bundle);
    if (heap.size === 0) this.#lanes.delete(bundle.lane);
    this.#expiries.remove(bundle);
  }

  /** The bundle of a lane whose turn is next: of the highest class the oldest. */
  first(lane: number): HeldBundle | undefined {
    return this.#lanes.get(lane)?.first();
  }

  /** The bundle that expires first. */
  soonest(): HeldBundle | undefined {
    return this.#expiries.first();
  }

  /** When that is. */
  deadline(): Deadline | undefined {
    const next = this.soonest();
    return next === undefined ? undefined : { at: next.expiresAt, why: 'a bundle expires' };
  }

  /** Takes out all, in the order in which they should go. */
  drain(): readonly HeldBundle[] {
    const all: HeldBundle[] = [];
    for (let next = this.soonest(); next !== undefined; next = this.soonest()) {
      this.remove(next);
      all.push(next);
    }
    return all.sort((a, b) => (precedes(a, b) ? -1 : 1));
  }
}
