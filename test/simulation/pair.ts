/**
 * Two machines, one scalar clock and a wire with delay and loss between them. Whenever nothing is
 * left to do the clock jumps to the next arrival or deadline, so minutes pass in microseconds.
 */
import { assert } from '#protocol/assert.ts';
import type { Instant, Machine } from '#protocol/machine.ts';

/** Which end of the wire. */
export type End = 'a' | 'b';

/** A machine that talks octets. */
export interface PairMachine<Output> extends Machine<Output> {
  receive(now: Instant, octets: Uint8Array): void;
}

/** Octets on their way. */
export interface Flight {
  readonly from: End;
  /** Counts the octet strings sent by both ends, from 0. */
  readonly index: number;
  readonly sentAt: Instant;
  readonly octets: Uint8Array;
}

export interface PairOptions<Output> {
  readonly a: PairMachine<Output>;
  readonly b: PairMachine<Output>;
  /** The octets that an output puts on the wire, or undefined when it is news for the owner. */
  readonly wire: (output: Output) => Uint8Array | undefined;
  readonly delayUs: number;
  /** Whether the wire loses this; nothing by default. */
  readonly drop?: (flight: Flight) => boolean;
}

export class Pair<Output> {
  now: Instant = 0;
  /** Everything sent, in order, lost or not. */
  readonly flights: Flight[] = [];
  /** What each end told its owner, in order. */
  readonly told: Record<End, Output[]> = { a: [], b: [] };
  drop: (flight: Flight) => boolean;
  readonly #options: PairOptions<Output>;
  /** Sorted by arrival, because the delay is constant. */
  readonly #arrivals: { at: Instant; flight: Flight }[] = [];

  constructor(options: PairOptions<Output>) {
    this.#options = options;
    this.drop = options.drop ?? (() => false);
  }

  /** Empties both machines onto the wire; call it after calling a verb of a machine. */
  drain(): void {
    for (const end of ['a', 'b'] as const) {
      // Bounded by OUTPUTS_MAX.
      for (let count = 0; ; count++) {
        assert(count < OUTPUTS_MAX, 'a machine runs out of outputs');
        const output = this.#options[end].poll();
        if (output === undefined) break;
        const octets = this.#options.wire(output);
        if (octets === undefined) this.told[end].push(output);
        else this.#send(end, octets);
      }
    }
  }

  /** Lets the next thing happen: an arrival or a deadline. False when nothing ever will. */
  step(): boolean {
    this.drain();
    const { a, b } = this.#options;
    const due = [this.#arrivals[0]?.at, a.deadline()?.at, b.deadline()?.at];
    const next = Math.min(...due.map((at) => at ?? Number.POSITIVE_INFINITY));
    if (next === Number.POSITIVE_INFINITY) return false;
    this.now = Math.max(this.now, next);
    const arrival = this.#arrivals[0];
    if (arrival !== undefined && arrival.at <= this.now) {
      this.#arrivals.shift();
      const { from, octets } = arrival.flight;
      (from === 'a' ? b : a).receive(this.now, octets.slice());
    } else {
      a.tick(this.now);
      b.tick(this.now);
    }
    this.drain();
    return true;
  }

  /** Steps until the condition holds; false when nothing more happens or `untilUs` has passed. */
  run(done: () => boolean, untilUs = Number.POSITIVE_INFINITY): boolean {
    this.drain();
    // Bounded by STEPS_MAX.
    for (let steps = 0; !done(); steps++) {
      assert(steps < STEPS_MAX, 'the pair comes to an end');
      if (!this.step() || this.now > untilUs) return done();
    }
    return true;
  }

  #send(from: End, octets: Uint8Array): void {
    const flight = { from, index: this.flights.length, sentAt: this.now, octets };
    this.flights.push(flight);
    if (this.drop(flight)) return;
    this.#arrivals.push({ at: this.now + this.#options.delayUs, flight });
  }
}

const OUTPUTS_MAX = 10_000;
const STEPS_MAX = 100_000;
