/** The links of one node: one for each pair of a neighbour and the terminal that looks at it. */
import type { Link } from '#protocol/link/link.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';

/** One link, and what the agent was told about it. */
export interface Neighbour {
  readonly node: NodeNumber;
  readonly terminal: number;
  readonly link: Link;
  /** A session is up. */
  up: boolean;
}

/** Links live on between contacts. Bounded by the pairs of neighbour and terminal in the plan. */
export class Neighbours {
  readonly all: Neighbour[] = [];
  /** Whom each terminal looks at. Bounded by the node's terminals. */
  readonly #inView: (Neighbour | undefined)[] = [];
  #inContact: readonly Neighbour[] = [];

  /** Those that a terminal looks at: the links of all others have nothing to do. */
  get inContact(): readonly Neighbour[] {
    return this.#inContact;
  }

  /** The neighbour that `terminal` looks at. */
  inView(terminal: number): Neighbour | undefined {
    return this.#inView[terminal];
  }

  /** Turns `terminal` to `node`; `makeLink` is asked when the two have not met before. */
  meet(node: NodeNumber, terminal: number, makeLink: () => Link): Neighbour {
    let neighbour = this.all.find((known) => known.node === node && known.terminal === terminal);
    if (neighbour === undefined) {
      neighbour = { node, terminal, link: makeLink(), up: false };
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

  #look(terminal: number, neighbour: Neighbour | undefined): void {
    this.#inView[terminal] = neighbour;
    this.#inContact = this.#inView.filter((seen) => seen !== undefined);
  }
}
