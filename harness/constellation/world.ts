/** The moving world of a scenario: its nodes, their contact plan and the light time of each link. */
import type { Instant } from '#protocol/machine.ts';
import type { ContactPlan, NodeNumber } from '#protocol/routing/contact-plan.ts';

/** One satellite or ground station. */
export interface WorldNode {
  readonly name: string;
  readonly node: NodeNumber;
  /** Spacecraft id, equal to the node number (both fit 16 bits). */
  readonly scid: number;
  readonly kind: 'satellite' | 'ground';
  /** Number of terminals; a satellite has its crosslink terminals first, then those for ground. */
  readonly terminals: number;
}

export interface World {
  /** Satellites in plane order, then ground stations in scenario order. */
  readonly nodes: readonly WorldNode[];
  readonly plan: ContactPlan;
  /** One-way light time between two nodes at an instant, microseconds, whether in view or not. */
  owltUs(a: NodeNumber, b: NodeNumber, at: Instant): number;
}
