/**
 * Puts fragments in the place of a bundle that is too large to go on. The store has all of them
 * before it forgets the bundle; until then none sets out, and if one cannot be stored, all is as it
 * was. Should the node stop in between, its store holds both, and the destination takes one.
 *
 * Source: RFC 9171 §5.8.
 */
import { assert } from '../assert.ts';
import { type Bundle, bundleId, encodeBundle, payloadOf } from '../bundle/bundle.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { Arrival, HeldBundle } from './held-bundle.ts';
import type { Holdings } from './holdings.ts';

/** A bundle and the fragments that are to stand for it. */
interface Split {
  readonly whole: HeldBundle;
  readonly parts: HeldBundle[];
  /** Of how many the store has not said what became of them. */
  open: number;
  failed: boolean;
}

/** What a split has come to: the bundles to dispatch, be it the fragments or the bundle itself. */
export type SplitResult = readonly HeldBundle[];

/** Bounded by the bundles held, each of which is in one split at most. */
export class Splitter {
  readonly #holdings: Holdings;
  /** By the id of each fragment that is being stored. */
  readonly #splits = new Map<string, Split>();

  constructor(holdings: Holdings) {
    this.#holdings = holdings;
  }

  /**
   * Has the fragments stored. Gives false, and lets the bundle rest, when they find no room.
   * A fragment that is here already, since the bundle was here before, is not stored again.
   */
  begin(now: Instant, whole: HeldBundle, fragments: readonly Bundle[]): boolean {
    const encoded = fragments.map((bundle) => ({ bundle, octets: encodeBundle(bundle) }));
    const total = encoded.reduce((sum, { octets }) => sum + octets.length, 0);
    if (!this.#holdings.hasRoom(total)) {
      whole.notBefore = now + REST_US;
      return false;
    }
    const split: Split = { whole, parts: [], open: 0, failed: false };
    whole.phase = 'splitting';
    whole.bundle = undefined;
    for (const { bundle, octets } of encoded) {
      const id = bundleId(bundle.primary, payloadOf(bundle).data.length);
      if (this.#holdings.has(id)) continue;
      const part = this.#holdings.hold(
        arrivalOf(whole, id, bundle, octets, this.#holdings),
        octets,
      );
      split.parts.push(part);
      split.open += 1;
      this.#splits.set(id, split);
    }
    if (split.open === 0) this.#finish(now, split);
    return true;
  }

  /** Whether this bundle is a fragment of a split under way. */
  has(part: HeldBundle): boolean {
    return this.#splits.has(part.id);
  }

  /** The store has a fragment, or could not take it. Gives what to dispatch, once all is known. */
  answered(now: Instant, part: HeldBundle, isStored: boolean): SplitResult {
    const split = this.#splits.get(part.id);
    assert(split !== undefined && split.open > 0, 'the fragment is being stored');
    this.#splits.delete(part.id);
    split.open -= 1;
    if (isStored) part.phase = 'stored';
    else {
      split.failed = true;
      split.parts.splice(split.parts.indexOf(part), 1);
      this.#holdings.abandon(part);
    }
    if (split.open > 0) return NOBODY;
    return split.failed ? this.#undo(now, split) : this.#finish(now, split);
  }

  #finish(now: Instant, { whole, parts }: Split): SplitResult {
    for (const part of parts) {
      part.canceled = whole.canceled;
      this.#holdings.accept(now, part, false);
    }
    this.#holdings.outputs.push({ kind: 'fragmented', id: whole.id, count: parts.length });
    this.#holdings.settle(now, whole, 'fragmented');
    return parts;
  }

  #undo(now: Instant, { whole, parts }: Split): SplitResult {
    for (const part of parts) {
      this.#holdings.outputs.push({ kind: 'forget', id: part.id, seen: undefined });
      this.#holdings.abandon(part);
    }
    whole.phase = 'stored';
    whole.notBefore = now + REST_US;
    return [whole];
  }
}

/** A fragment came when its whole did, and from where. */
function arrivalOf(
  whole: HeldBundle,
  id: string,
  bundle: Bundle,
  octets: Uint8Array,
  holdings: Holdings,
): Arrival {
  const { fragment } = bundle.primary;
  assert(fragment !== undefined, 'what a bundle is split into are fragments');
  const { length } = payloadOf(bundle).data;
  const { offset, totalLength } = fragment;
  const part = { whole: whole.part?.whole ?? whole.id, offset, length, totalLength };
  return {
    id,
    part,
    bundle,
    order: holdings.nextOrder(),
    sizeOctets: octets.length,
    trafficClass: whole.trafficClass,
    hops: whole.hops,
    destination: whole.destination,
    service: whole.service,
    divisible: length > 1,
    subject: holdings.reporter.subjectOf(bundle.primary, length),
    previous: whole.previous,
    arrivedAt: whole.arrivedAt,
    ageMs: whole.ageMs,
    lifetimeEndsAt: whole.lifetimeEndsAt,
    expiresAt: whole.expiresAt,
    notBefore: whole.notBefore,
  };
}

const NOBODY: SplitResult = [];
/** How long a bundle rests that could not be cut because the store had no room. */
const REST_US = MICROSECONDS_PER_S;
