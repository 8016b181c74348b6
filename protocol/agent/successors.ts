/** What stands for a bundle that is cut into fragments or copied for a group. */
import { assert } from '../assert.ts';
import { type Bundle, bundleId, encodeBundle, payloadOf } from '../bundle/bundle.ts';
import type { NodeNumber } from '../routing/contact-plan.ts';
import { copyId } from './groups.ts';
import type { Arrival, HeldBundle } from './held-bundle.ts';
import type { Holdings } from './holdings.ts';
import type { Successor } from './succession.ts';

/** A fragment came when its whole did, and from where. */
export function asFragment(whole: HeldBundle, bundle: Bundle, holdings: Holdings): Successor {
  const { fragment } = bundle.primary;
  assert(fragment !== undefined, 'what a bundle is cut into are fragments');
  const { length } = payloadOf(bundle).data;
  const octets = encodeBundle(bundle);
  const arrival = {
    ...factsOf(whole, holdings),
    id: bundleId(bundle.primary, length),
    bundle,
    sizeOctets: octets.length,
    destination: whole.destination,
    service: whole.service,
    isForGroup: whole.isForGroup,
    part: { whole: whole.part?.whole ?? whole.id, ...fragment, length },
    divisible: length > 1,
    subject: holdings.reporter.subjectOf(bundle.primary, length),
  };
  return { arrival, octets };
}

/** The copy for a neighbour, or with 0 the one for a service of this node. */
export function asCopy(
  target: NodeNumber,
  service: number | undefined,
  original: HeldBundle,
  bundle: Bundle,
  holdings: Holdings,
): Successor {
  const octets = encodeBundle(bundle);
  const arrival = {
    ...factsOf(original, holdings),
    id: copyId(original.id, target),
    bundle,
    sizeOctets: octets.length,
    destination: target,
    service,
    isForGroup: false,
    part: original.part,
    divisible: false,
    // Were each copy told of, a report would come of every link.
    subject: target === 0 ? original.subject : undefined,
  };
  return { arrival, octets };
}

/** What any successor has of its predecessor. */
function factsOf(
  predecessor: HeldBundle,
  holdings: Holdings,
): Pick<
  Arrival,
  | 'order'
  | 'trafficClass'
  | 'hops'
  | 'previous'
  | 'arrivedAt'
  | 'ageMs'
  | 'lifetimeEndsAt'
  | 'notBefore'
> {
  const { trafficClass, hops, previous, arrivedAt, ageMs } = predecessor;
  const { lifetimeEndsAt, notBefore } = predecessor;
  return {
    order: holdings.nextOrder(),
    ...{ trafficClass, hops, previous, arrivedAt, ageMs },
    ...{ lifetimeEndsAt, notBefore },
  };
}
