/** Keys in a whole mesh: suites, rekeys under traffic, and a revocation on its way. */
import { describe, expect, it } from 'vitest';
import { loadScenario } from '#harness/scenario/load.ts';
import type { FleetKind, Scenario, Security } from '#harness/scenario/scenario.ts';
import { runQuietly, smallMesh } from './small-mesh.ts';

describe('a mesh', () => {
  it.each<FleetKind>(['hosted', 'virtual'])(
    'secures its links in the hybrid suite as fleet %s',
    async (fleet) => {
      const report = await runQuietly(meshWith(fleet, 3, { suite: 'hybrid' }));
      expect(report.security).toMatchObject({
        suite: 'hybrid',
        links: { 'authenticated handshake': 3, 'pre-shared key': 0 },
        handshakesFailed: 0,
        refusals: {},
      });
      expect(report.verdict).toBe('pass');
    },
  );

  it('loses no bundle to new keys, which come as often as it is told', async () => {
    const report = await runQuietly(meshWith('virtual', 30, { rekeyAfterMs: 5_000 }));
    // 30 s in steps of 5 s, give or take a tenth, on each of three links.
    expect(report.security.rekeys).toBeGreaterThanOrEqual(3 * 5);
    expect(report.security.rekeys).toBeLessThanOrEqual(3 * 6);
    expect(report.security.sessions).toBe(3);
    expect(report.frames.faults).toEqual({});
    expect(report.verdict).toBe('pass');
  });

  it.each<FleetKind>(['hosted', 'virtual'])(
    'learns of a revocation from node to node, and shuts the revoked one out, as fleet %s',
    async (fleet) => {
      const revocations = [{ node: 'delta', atMs: 3_000, from: 'alpha' }];
      const { traffic } = smallMesh(fleet, 6);
      const scenario = meshWith(fleet, 6, { revocations });
      const report = await runQuietly({
        ...scenario,
        traffic: traffic.filter(({ from, to }) => from !== 'delta' && to !== 'delta'),
      });
      const [news] = report.security.revocations;
      expect(news).toMatchObject({ node: 'delta', from: 'alpha', serial: 2, unaware: 0 });
      expect(news?.knownAfterMs).toBeGreaterThan(0);
      expect(news?.knownAfterMs).toBeLessThan(3_000);
      expect(report.verdict).toBe('pass');
    },
  );

  it('passes the scenario that ships for it', async () => {
    const scenario = loadScenario('scenarios/revocation.yaml');
    const report = await runQuietly({ ...scenario, fleet: 'virtual' });
    expect(report.objectives.map(({ held, value }) => [held, value])).toEqual([
      [true, expect.any(String)],
      [true, expect.any(String)],
      [true, expect.any(String)],
      [true, expect.any(String)],
    ]);
    expect(report.security.rekeys).toBeGreaterThan(24 * 5);
  });
});

function meshWith(fleet: FleetKind, runS: number, security: Partial<Security>): Scenario {
  const mesh = smallMesh(fleet, runS);
  return { ...mesh, security: { ...mesh.security, ...security } };
}
