/**
 * What is done to the nodes of a run, and when: the faults of the scenario in the order of time,
 * with the nodes that are drawn. The same scenario and seed give the same schedule in every fleet.
 */
import { type Instant, MICROSECONDS_PER_MS } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { WorldNode } from '../constellation/world.ts';
import type { ScheduledFault } from '../scenario/scenario.ts';

/** To be done now, to this node. */
export interface FaultAction {
  readonly kind: 'kill' | 'restart';
  readonly node: NodeNumber;
}

type NamedNode = Pick<WorldNode, 'name' | 'node'>;

/** A fault that lies ahead; `at` is its next time. */
interface Pending {
  readonly fault: ScheduledFault;
  at: Instant;
}

/** Gives each action once, when its time has come. */
export class FaultSchedule {
  readonly #nodes: readonly NamedNode[];
  readonly #chance: { fraction(): number };
  readonly #endsAt: Instant;
  /** Bounded by the faults of the scenario. */
  #pending: Pending[];
  /** When each node that is away comes back, infinity for never. Bounded by the nodes. */
  readonly #away = new Map<NodeNumber, Instant>();

  /**
   * Faults begin before `endsAt`. The scenario was checked: all of its names are among `nodes`, of
   * which `chance` draws the others.
   */
  constructor(
    faults: readonly ScheduledFault[],
    endsAt: Instant,
    nodes: readonly NamedNode[],
    chance: { fraction(): number },
  ) {
    this.#nodes = nodes;
    this.#chance = chance;
    this.#endsAt = endsAt;
    this.#pending = faults
      .map((fault) => ({ fault, at: fault.atMs * MICROSECONDS_PER_MS }))
      .filter(({ at }) => at < endsAt);
  }

  /** When the next action is due; infinity after the last. */
  get nextAt(): Instant {
    return Math.min(...this.#pending.map(({ at }) => at), ...this.#away.values());
  }

  /** The next action that is due by `now`, those who come back first; undefined for none. */
  take(now: Instant): FaultAction | undefined {
    // Bounded by the times of the faults that have passed: each round takes one.
    for (let at = this.nextAt; at <= now; at = this.nextAt) {
      const back = [...this.#away].find(([, until]) => until === at);
      if (back !== undefined) {
        this.#away.delete(back[0]);
        return { kind: 'restart', node: back[0] };
      }
      const next = this.#pending.find((pending) => pending.at === at) as Pending;
      const node = this.#choose(next.fault);
      this.#advance(next);
      if (node === undefined || this.#away.has(node)) continue;
      const { backMs = Number.POSITIVE_INFINITY } = next.fault;
      this.#away.set(node, at + backMs * MICROSECONDS_PER_MS);
      return { kind: 'kill', node };
    }
    return undefined;
  }

  #choose({ node: name }: ScheduledFault): NodeNumber | undefined {
    if (name !== undefined) return this.#nodes.find((each) => each.name === name)?.node;
    const up = this.#nodes.filter(({ node }) => !this.#away.has(node));
    return up[Math.floor(this.#chance.fraction() * up.length)]?.node;
  }

  #advance(next: Pending): void {
    const { everyMs = Number.POSITIVE_INFINITY, untilMs = Number.POSITIVE_INFINITY } = next.fault;
    next.at += everyMs * MICROSECONDS_PER_MS;
    if (next.at < Math.min(untilMs * MICROSECONDS_PER_MS, this.#endsAt)) return;
    this.#pending = this.#pending.filter((pending) => pending !== next);
  }
}
