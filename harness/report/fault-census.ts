/** What was done to the nodes of a run, and what they and their stores say of it. */
import type { Notice } from '#node/notice.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { FaultReport } from './report.ts';
import type { Trace } from './trace.ts';

/** Watches kills, returns and every node's notices. */
export class FaultCensus {
  /** Bounded by the nodes. */
  readonly #away = new Set<NodeNumber>();
  #kills = 0;
  #returns = 0;
  #recordsSetAside = 0;

  /** Nodes killed so far, each time. */
  get kills(): number {
    return this.#kills;
  }

  /** Nodes that are away. */
  get away(): number {
    return this.#away.size;
  }

  /** These nodes were killed. */
  killed(nodes: readonly NodeNumber[]): void {
    this.#kills += nodes.length;
    for (const node of nodes) this.#away.add(node);
  }

  /** A node that was killed runs again. */
  returned(node: NodeNumber): void {
    this.#returns++;
    this.#away.delete(node);
  }

  /** Takes in what a node tells. */
  notice(notice: Notice): void {
    if (notice.kind === 'store-restored') this.#recordsSetAside += notice.setAside;
  }

  /** What is known at the end; `received` says how often each bundle has reached a service. */
  summary(trace: Trace, received: ReadonlyMap<string, number> = new Map()): FaultReport {
    let receivedAgain = 0;
    for (const times of received.values()) receivedAgain += times - 1;
    const delivered = trace.flows().reduce((sum, flow) => sum + flow.delivered, 0);
    return {
      kills: this.#kills,
      returns: this.#returns,
      recordsSetAside: this.#recordsSetAside,
      receivedAgain: this.#kills === 0 ? trace.deliveredAgain : receivedAgain,
      unreceived: this.#kills === 0 ? 0 : Math.max(0, delivered - received.size),
    };
  }
}
