/**
 * Group endpoints: a bundle for a group is delivered once to each member.
 *
 * A node passes a bundle for a group on to every neighbour that its plan has it meet while the
 * bundle lives, but the one it came from, and delivers it if it is a member. Whoever has had it
 * takes no second one, so it is on each link once in each direction at most, and needs no list of
 * members. That is dear, and never late: it is meant for statements and alerts.
 *
 * The dtn scheme marks groups by a demux that starts with `~` (RFC 9171 §4.2.5.1.1). All endpoints
 * of the ipn scheme are singletons; which allocator stands for groups is the owner's rule, as is
 * the code of the imc scheme.
 */
import { type Eid, equalEid, IMC_SCHEME } from '../bundle/eid.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';

/** Which endpoints are groups, and of which this node is a member. */
export interface GroupOptions {
  /** The code of the imc scheme, whose endpoints are all groups; 3 when absent. */
  readonly imcScheme?: number;
  /** The ipn allocator whose node numbers are group numbers; none when absent. */
  readonly ipnAllocator?: number;
  /** A group may appear once. */
  readonly memberOf: readonly GroupMembership[];
}

/** Bundles for this group are for this service of the node. */
export interface GroupMembership {
  readonly group: Eid;
  readonly service: number;
}

/** The groups that a node knows. */
export class Groups {
  readonly #options: GroupOptions;

  constructor(options: GroupOptions) {
    this.#options = options;
  }

  /** Whether an endpoint may have many members. */
  isGroup(eid: Eid): boolean {
    if (eid.scheme === 'dtn') return GROUP_DEMUX.test(eid.ssp);
    if (eid.scheme === 'imc') return eid.code === (this.#options.imcScheme ?? IMC_SCHEME);
    return eid.allocator !== 0 && eid.allocator === this.#options.ipnAllocator;
  }

  /** The service of this node that bundles for a group are for, if it is a member. */
  serviceOf(group: Eid): number | undefined {
    return this.#options.memberOf.find((membership) => equalEid(membership.group, group))?.service;
  }
}

/** The id of the copy of a bundle that is for a neighbour, or for this node (0). */
export function copyId(id: string, target: NodeNumber): string {
  return `${id}${SEPARATOR}${target}`;
}

/** Whom a copy is for, and undefined for a bundle that is none. */
export function copyTarget(id: string): NodeNumber | undefined {
  const at = id.indexOf(SEPARATOR);
  return at < 0 ? undefined : Number(id.slice(at + SEPARATOR.length));
}

/** The id of the bundle that this, if it is a copy, is a copy of. */
export function originalId(id: string): string {
  const at = id.indexOf(SEPARATOR);
  return at < 0 ? id : id.slice(0, at);
}

const GROUP_DEMUX = /^\/\/[^/]+\/~/;
/** No endpoint has a blank in its text, so no other id has one. */
const SEPARATOR = ' to ';
