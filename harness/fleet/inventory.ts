/** What the store of a node that was killed has kept, as whoever looks at its disk finds it. */
import type { StoreContents } from '#node/ports.ts';

/** Bundles by id. */
export interface Inventory {
  /** What the node keeps; the notices of its former life may say otherwise, or nothing. */
  readonly held: readonly string[];
  /** What it has on record as delivered. */
  readonly delivered: readonly string[];
}

/** Counts what a store says that it found when it was opened. */
export function takeInventory({ bundles, seen }: StoreContents): Inventory {
  const held = [...bundles].map(({ id }) => id);
  const delivered: string[] = [];
  for (const [id, { hops }] of seen) if (hops === Number.POSITIVE_INFINITY) delivered.push(id);
  return { held, delivered };
}
