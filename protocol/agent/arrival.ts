/** What is noted of a bundle as it comes in, made of its blocks and of where and when it came. */
import { type Bundle, payloadOf, wholeId } from '../bundle/bundle.ts';
import { isNullEid } from '../bundle/eid.ts';
import { BUNDLE_FLAG } from '../bundle/primary-block.ts';
import type { Instant } from '../machine.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import type { Groups } from './groups.ts';
import type { Arrival, Part } from './held-bundle.ts';
import { expiryOf, type Inspection } from './inspection.ts';
import { type Registration, serviceAt } from './options.ts';
import type { Subject } from './reporter.ts';

/** The rules of the node that a bundle comes to. */
export interface ArrivalRules {
  readonly node: NodeNumber;
  /** Unix milliseconds at instant 0; undefined on a node without a clock. */
  readonly epochUnixMs: number | undefined;
  readonly groups: Groups;
  readonly endpoints: readonly Registration[];
}

/** The circumstances of its coming. */
export interface Circumstances {
  readonly arrivedAt: Instant;
  readonly id: string;
  readonly order: number;
  readonly sizeOctets: number;
  /** The neighbour it came from, 0 when it was made here. */
  readonly previous: NodeNumber;
  readonly notBefore: Instant;
  readonly part: Part | undefined;
  readonly subject: Subject | undefined;
}

/** Everything to note. */
export function arrivalOf(
  bundle: Bundle,
  { trafficClass, hops, ageMs }: Inspection,
  rules: ArrivalRules,
  circumstances: Circumstances,
): Arrival {
  const { primary } = bundle;
  const { destination } = primary;
  // Contact plans know the nodes of the default allocator only.
  const routable = destination.scheme === 'ipn' && destination.allocator === 0;
  const { arrivedAt, part } = circumstances;
  const lifetimeEndsAt = expiryOf(primary, ageMs, rules.epochUnixMs, arrivedAt);
  // Written out, here and where circumstances are made: a spread takes longer than all the rest.
  return {
    id: circumstances.id,
    order: circumstances.order,
    sizeOctets: circumstances.sizeOctets,
    previous: circumstances.previous,
    notBefore: circumstances.notBefore,
    subject: circumstances.subject,
    arrivedAt,
    part,
    bundle,
    trafficClass,
    hops,
    destination: routable ? destination.node : 0,
    service: serviceAt(destination, rules),
    isForGroup: rules.groups.isGroup(destination),
    divisible: isDivisible(bundle),
    ageMs: primary.creationTimeMs === 0 ? (ageMs ?? 0) : ageMs,
    lifetimeEndsAt,
  };
}

/** What is noted of a copy, made for a group, that the store kept: see `asCopy`. */
export function copyArrivalOf(arrival: Arrival, target: NodeNumber, groups: Groups): Arrival {
  const { destination } = arrival.bundle.primary;
  const service = target === 0 ? groups.serviceOf(destination) : undefined;
  return { ...arrival, destination: target, service, isForGroup: false, divisible: false };
}

/** Which part of which whole a fragment is; undefined for a bundle that is none. */
export function partOf(bundle: Bundle): Part | undefined {
  const { primary } = bundle;
  const { fragment } = primary;
  if (fragment === undefined) return undefined;
  return { whole: wholeId(primary), ...fragment, length: payloadOf(bundle).data.length };
}

/** As far as can be told without writing it; `mayFragment` has the last word. */
function isDivisible(bundle: Bundle): boolean {
  const { flags, source } = bundle.primary;
  return (flags & BUNDLE_FLAG.mustNotFragment) === 0 && !isNullEid(source);
}
