import { describe, expect, it } from 'vitest';
import { ltpOf } from '#harness/report/ltp-census.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import type { BlockCounts } from '#protocol/link/contract.ts';
import { REPORT } from './sample-report.ts';

describe('the counters of LTP', () => {
  it('are added up over all ends of all links', () => {
    const end = REPORT.ltp!;
    const other = { ...end, cancelled: { user: 2, system: 3 } };
    const sum = ltpOf([node(end, undefined), node(other)]);
    expect(sum).toEqual({
      ...Object.fromEntries(Object.entries(end).map(([name, count]) => [name, 2 * count])),
      cancelled: { system: 4, user: 2 },
    });
  });

  it('are not there where no link has LTP', () => {
    expect(ltpOf([node(undefined), node()])).toBeNull();
  });
});

/** A node with one link for each of these. */
function node(...ends: readonly (BlockCounts | undefined)[]): SatelliteSnapshot {
  return { links: ends.map((ltp) => ({ ltp })) } as unknown as SatelliteSnapshot;
}
