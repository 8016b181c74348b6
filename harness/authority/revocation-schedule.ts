/**
 * The revocations of a scenario. When one is due the authority signs it, and it goes to one node;
 * that it reaches the others is the work of the nodes.
 *
 * Source: link-security §13.
 */
import { formatEid, ipnEid } from '#protocol/bundle/eid.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { type Instant, MICROSECONDS_PER_MS } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { ScheduledRevocation } from '../scenario/scenario.ts';
import type { Authority } from './authority.ts';

/** A node as the scenario and the plan name it. */
export interface NamedNode {
  readonly name: string;
  readonly node: NodeNumber;
}

/** A statement to be handed to a node now. */
export interface HandedStatement {
  /** Who is told. */
  readonly to: NodeNumber;
  /** Whose certificates it withdraws. */
  readonly revoked: NodeNumber;
  readonly serial: number;
  readonly octets: Uint8Array;
}

/** Gives each revocation once, when its time has come. */
export class RevocationSchedule {
  readonly #authority: Authority;
  readonly #nodes: ReadonlyMap<string, NodeNumber>;
  /** Soonest first. Bounded by the scenario. */
  readonly #ahead: ScheduledRevocation[];

  /** The scenario was checked: all of its names are among `nodes`. */
  constructor(
    revocations: readonly ScheduledRevocation[],
    nodes: readonly NamedNode[],
    authority: Authority,
  ) {
    this.#ahead = revocations.toSorted((a, b) => a.atMs - b.atMs);
    this.#nodes = new Map(nodes.map(({ name, node }) => [name, node]));
    this.#authority = authority;
  }

  /** When the next one is due; infinity after the last. */
  get nextAt(): Instant {
    const next = this.#ahead[0];
    return next === undefined ? Number.POSITIVE_INFINITY : next.atMs * MICROSECONDS_PER_MS;
  }

  /** Signs and gives the next one that is due by `now`; undefined when there is none. */
  take(now: Instant): HandedStatement | undefined {
    if (now < this.nextAt) return undefined;
    const { node, from } = this.#ahead.shift() as ScheduledRevocation;
    const revoked = this.#nodes.get(node) ?? 0;
    const eid = formatEid(ipnEid(revoked, 0));
    const own = this.#authority.certificates.filter(({ claims }) => claims.subject === eid);
    const certificateIds = own.map(({ claims }) => toHex(claims.id));
    const { serial, octets } = this.#authority.revoke({ certificateIds });
    return { to: this.#nodes.get(from) ?? 0, revoked, serial, octets };
  }
}
