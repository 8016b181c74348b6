import { describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { createBootIdentity } from '#protocol/session/boot-identity.ts';
import { ROLE } from '#protocol/session/certificate.ts';

describe('the constellation authority', () => {
  it('issues credentials from which a node can start', () => {
    const credentials = authorityOf(1).issue(NODE);
    const random = new SeededRandom(1, 'node');
    const { certificate } = createBootIdentity(credentials, 1, nativeProvider, random);
    expect(certificate).toMatchObject({ issuer: 'walker', subject: 'ipn:7.0', scids: [7, 8] });
    expect(certificate.roles).toBe(ROLE.relayOnly);
    expect(credentials.allowTestEquipment).toBe(false);
  });

  it('marks seeded runs as test equipment (LS-907)', () => {
    const credentials = authorityOf(1, true).issue(NODE);
    const random = new SeededRandom(1, 'node');
    const { certificate } = createBootIdentity(credentials, 1, nativeProvider, random);
    expect(certificate.roles).toBe(ROLE.relayOnly | ROLE.testEquipment);
    expect(credentials.allowTestEquipment).toBe(true);
  });

  it('gives each node its own key, each constellation its own trust, each seed the same run', () => {
    const authority = authorityOf(1);
    const [first, second] = [authority.issue(NODE), authority.issue(NODE)];
    expect(first.identityPrivateKey).not.toEqual(second.identityPrivateKey);
    expect(first.rootPublicKeys).toEqual(second.rootPublicKeys);
    expect(authorityOf(2).issue(NODE).rootPublicKeys).not.toEqual(first.rootPublicKeys);
    expect(authorityOf(1).issue(NODE)).toEqual(first);
  });
});

const NODE = { eid: 'ipn:7.0', scids: [7, 8], roles: ROLE.relayOnly };

function authorityOf(seed: number, testEquipment = false) {
  const random = new SeededRandom(seed, 'authority');
  return createAuthority({ name: 'walker', provider: nativeProvider, random, testEquipment });
}
