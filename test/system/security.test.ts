/** Keys in a whole mesh: suites, rekeys under traffic. */
import { describe, expect, it } from 'vitest';
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
});

function meshWith(fleet: FleetKind, runS: number, security: Partial<Security>): Scenario {
  const mesh = smallMesh(fleet, runS);
  return { ...mesh, security: { ...mesh.security, ...security } };
}
