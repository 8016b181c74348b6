/** What the owner of a bundle agent decides, and what holds where it decides nothing. */
import type { KeyRing } from '../bpsec/key-ring.ts';
import type { SecurityPolicy } from '../bpsec/policy.ts';
import { type Eid, equalEid } from '../bundle/eid.ts';
import type { Strictness } from '../bundle/strictness.ts';
import type { ContactPlan, NodeNumber } from '../routing/contact-plan.ts';
import type { GroupOptions } from './groups.ts';

/** Who the agent is, what it may keep, and how it takes the standard. */
export interface AgentOptions {
  readonly node: NodeNumber;
  /** Unix milliseconds at instant 0. */
  readonly epochUnixMs: number;
  /** Read at construction; only its indexes are kept. */
  readonly plan: ContactPlan;
  /** All bundles in the store together. */
  readonly storeOctetsMax: number;
  /** One bundle, encoded. */
  readonly bundleOctetsMax: number;
  /** How bundles are taken that their sender should not have sent so; tolerant when absent. */
  readonly strictness?: Strictness;
  /** Whether status reports are sent when bundles ask for them; not when absent (§5.1). */
  readonly statusReports?: boolean;
  /** Whether the node does not know the time, so that its bundles carry their age instead. */
  readonly clockless?: boolean;
  /** Of a clockless node, the first sequence number: above every one of an earlier life. */
  readonly sequenceStart?: number;
  /**
   * Whether each link of this node gives a bundle back unless the far node has stored it, so that
   * requests for custody may be accepted. Nothing of it travels in bundles: further hops keep
   * custody as their own links do.
   */
  readonly custody?: boolean;
  /**
   * The largest bundle, encoded, that the links take. When it is given, larger bundles are cut into
   * fragments, and so are those for which the rest of a contact is too short.
   */
  readonly fragmentOctetsMax?: number;
  /**
   * Endpoints of any scheme and allocator that this node is the one member of, beside those of its
   * node number; none may be a group.
   */
  readonly endpoints?: readonly Registration[];
  /** Which endpoints are groups; without them only those of the dtn scheme are. */
  readonly groups?: GroupOptions;
  /** What it signs, encrypts and checks, and with which keys; nothing when absent. */
  readonly bundleSecurity?: BundleSecurity;
  /** What may be gathered of fragments for this node; beyond it they are deleted as they come. */
  readonly reassembly?: ReassemblyOptions;
}

/** What a node does for the security of bundles (RFC 9172), and with which keys. */
export interface BundleSecurity {
  readonly policy: SecurityPolicy;
  readonly keys: KeyRing;
}

/** Bundles for this endpoint are for that service of the node (RFC 9171 §3.1). */
export interface Registration {
  readonly endpoint: Eid;
  readonly service: number;
}

/** Bounds of reassembly (RFC 9171 §8 warns of its abuse). */
export interface ReassemblyOptions {
  /** Wholes under way at once; 1,024 when absent. */
  readonly setsMax?: number;
  /** Fragments, encoded, all together; half the store when absent. */
  readonly octetsMax?: number;
  /** How long a fragment waits for the others, if its lifetime is longer; a day when absent. */
  readonly waitMsMax?: number;
}

/** Which endpoints are this node's. */
export type Whereabouts = Pick<AgentOptions, 'node' | 'endpoints'>;

/** The service that bundles for an endpoint are for, if this node is the one member of it. */
export function serviceAt(
  endpoint: Eid,
  { node, endpoints = NONE }: Whereabouts,
): number | undefined {
  const isNumbered = endpoint.scheme === 'ipn' && endpoint.allocator === 0;
  if (isNumbered && endpoint.node === node) return endpoint.service;
  return endpoints.find((registration) => equalEid(registration.endpoint, endpoint))?.service;
}

/** Unix milliseconds at instant 0, if the node knows the time. */
export function clockOf({ clockless, epochUnixMs }: AgentOptions): number | undefined {
  return clockless === true ? undefined : epochUnixMs;
}

/** The bounds that hold. */
export function reassemblyOf({ reassembly, storeOctetsMax }: AgentOptions) {
  return {
    setsMax: reassembly?.setsMax ?? 1_024,
    octetsMax: reassembly?.octetsMax ?? Math.floor(storeOctetsMax / 2),
    waitMsMax: reassembly?.waitMsMax ?? 86_400_000,
  };
}

const NONE: readonly Registration[] = [];
