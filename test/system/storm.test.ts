/**
 * Nodes that are killed without warning and started again, in fleets of every kind. What reached a
 * service is judged by what the services themselves have written down, outside of the nodes.
 */
import { describe, expect, it } from 'vitest';
import type { Report } from '#harness/report/report.ts';
import { loadScenario } from '#harness/scenario/load.ts';
import type { Scenario } from '#harness/scenario/scenario.ts';
import { runQuietly } from './small-mesh.ts';

const STORM = loadScenario('scenarios/storm.yaml');

describe('a storm in virtual time', () => {
  it('is the same again from the same seed, and another from another', async () => {
    const digests = [];
    for (const seed of [1, 1, 2]) digests.push((await storm(seed)).digest);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('loses bundles that are in memory only', async () => {
    const store = { ...STORM.store, durability: 'memory' } as const;
    const { bundles, faults, verdict } = await storm(1, { store });
    expect(faults.kills).toBeGreaterThan(5);
    expect(bundles.inFlight).toBeGreaterThan(0);
    expect(verdict).toBe('fail');
  });
});

/** A short storm, to its report. */
function storm(seed: number, change: Partial<Scenario> = {}): Promise<Report> {
  const [kill] = STORM.faults;
  const faults = [{ ...kill!, atMs: 4_000, untilMs: 12_000 }];
  const scenario = { ...STORM, fleet: 'virtual', durationMs: 14_000, faults, ...change } as const;
  return runQuietly(scenario, { seed });
}
