/** Keys in a whole mesh. */
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
});

function meshWith(fleet: FleetKind, runS: number, security: Partial<Security>): Scenario {
  const mesh = smallMesh(fleet, runS);
  return { ...mesh, security: { ...mesh.security, ...security } };
}
