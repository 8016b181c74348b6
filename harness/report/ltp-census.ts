/** Adds up what LTP has done on all links of all nodes. */
import type { SatelliteSnapshot } from '#node/satellite.ts';
import type { BlockCounts } from '#protocol/link/contract.ts';
import { tally } from './tally.ts';

/** The sum over every end of every link; null where no link has LTP. */
export function ltpOf(snapshots: readonly SatelliteSnapshot[]): BlockCounts | null {
  const ends = snapshots.flatMap(({ links }) => links.flatMap(({ ltp }) => ltp ?? []));
  if (ends.length === 0) return null;
  const counts = ends.map(({ cancelled: _, ...numbers }) => numbers);
  const total = tally(counts) as Record<keyof (typeof counts)[number], number>;
  return { ...total, cancelled: tally(ends.map(({ cancelled }) => cancelled)) };
}
