/** The associations that handshakes have agreed, as ground sees and ends them by command. */
import { transitionTo } from '#protocol/association/association.ts';
import type { DynamicAssociations } from '#protocol/extended-procedures/association-commands.ts';
import type { Instant } from '#protocol/machine.ts';
import type { Neighbours } from './neighbours.ts';

/** Those of all neighbours that a terminal looks at. */
export class SessionAssociations implements DynamicAssociations {
  readonly #neighbours: Pick<Neighbours, 'inContact'>;

  constructor(neighbours: Pick<Neighbours, 'inContact'>) {
    this.#neighbours = neighbours;
  }

  /** Of an association under which this node receives. */
  transition(spi: number): number | undefined {
    for (const { link } of this.#neighbours.inContact) {
      const { associations } = link.snapshot();
      const found = associations.find((each) => each.spi === spi && each.direction === 'receiving');
      if (found !== undefined) return LAST_TRANSITIONS[found.state];
    }
    return undefined;
  }

  /** Ends the session to which it belongs. */
  end(now: Instant, spi: number): void {
    for (const { link } of this.#neighbours.inContact) link.endSession(now, spi);
  }
}

/** A session's associations go one way only, so where they are tells how they came there. */
const LAST_TRANSITIONS = {
  unkeyed: transitionTo('null', 'unkeyed'),
  keyed: transitionTo('unkeyed', 'keyed'),
  operational: transitionTo('keyed', 'operational'),
  stopped: undefined,
} as const;
