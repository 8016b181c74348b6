/**
 * The room that a node gives to handshakes which only the peer has begun.
 *
 * When there is no more, the oldest gives way, those that came without a cookie first. The budgets
 * (admission.ts) let in so few that even then each has seconds to be completed.
 *
 * Source: LS-712, LS-1202.
 */

/** A place that is taken. */
export interface HalfOpenPlace {
  readonly portName: string;
  /** It came with a cookie: its sender hears what it is told. */
  readonly vouched: boolean;
  /** Ends the handshake; its owner then calls `leave`. */
  giveWay(): void;
}

/** The places of all links of one node. Bounded by NODE_MAX, and by PORT_MAX for each port. */
export class HalfOpenPlaces {
  /** Oldest first. */
  readonly #taken: HalfOpenPlace[] = [];

  /** Whether someone must give way before another comes in at the port. */
  full(portName: string): boolean {
    return this.#taken.length === NODE_MAX || this.#countAt(portName) === PORT_MAX;
  }

  /** Takes a place. */
  enter(place: HalfOpenPlace): void {
    if (this.full(place.portName)) {
      const portFull = this.#countAt(place.portName) === PORT_MAX;
      const others = this.#taken.filter(({ portName }) => !portFull || portName === place.portName);
      (others.find(({ vouched }) => !vouched) ?? others[0]!).giveWay();
    }
    this.#taken.push(place);
  }

  /** Gives a place back. */
  leave(place: HalfOpenPlace): void {
    const at = this.#taken.indexOf(place);
    if (at >= 0) this.#taken.splice(at, 1);
  }

  #countAt(name: string): number {
    let count = 0;
    // Bounded by NODE_MAX.
    for (const { portName } of this.#taken) if (portName === name) count++;
    return count;
  }
}

const PORT_MAX = 16;
const NODE_MAX = 128;
