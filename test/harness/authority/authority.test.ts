import { describe, expect, it } from 'vitest';
import { Authority, createAuthority } from '#harness/authority/authority.ts';
import type { Archive, Holdings } from '#harness/authority/contract.ts';
import { newHoldings } from '#harness/authority/holdings.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { ConfigError } from '#node/config-error.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate, ROLE } from '#protocol/membership/certificate.ts';
import { verifyCertificate } from '#protocol/membership/certificate-check.ts';
import { keyIdOf } from '#protocol/membership/cose.ts';
import { EPOCH_AHEAD, EPOCH_OLD, REVOKED } from '#protocol/membership/faults.ts';
import { verifyStatement } from '#protocol/membership/statement.ts';

const { curve } = nativeProvider;

describe('the constellation authority', () => {
  it('issues credentials that its own statement stands behind', () => {
    const credentials = authorityOf(1).issue(NODE);
    const certificate = judged(credentials, credentials.statement);
    expect(certificate).toMatchObject({ issuer: 'walker', subject: 'ipn:7.0', scids: [7, 8] });
    expect(certificate).toMatchObject({ firstEpoch: 1, lastEpoch: 2, roles: ROLE.relayOnly });
    expect(credentials.allowTestEquipment).toBe(false);
  });

  it('marks seeded runs as test equipment (LS-907)', () => {
    const credentials = authorityOf(1, true).issue(NODE);
    const certificate = judged(credentials, credentials.statement);
    expect(certificate).toMatchObject({ roles: ROLE.relayOnly | ROLE.testEquipment });
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

  it('certifies a key whose private part it never sees', () => {
    const publicKey = curve.ed25519Key(new Uint8Array(32).fill(9)).publicKey;
    const endorsement = authorityOf(1).endorse(NODE, publicKey);
    expect(endorsement).not.toHaveProperty('identityPrivateKey');
    expect(judged(endorsement, endorsement.statement)).toMatchObject({ publicKey });
  });

  it('revokes a certificate by a statement of the next serial', () => {
    const authority = authorityOf(1);
    const [lost, kept] = [authority.issue(NODE), authority.issue(NODE)];
    const certificateIds = [toHex(authority.certificates[0]!.claims.id)];
    const { octets } = authority.revoke({ certificateIds, leastBoots: new Map([[7, 3]]) });
    expect(judged(lost, octets)).toBe(REVOKED);
    expect(judged(kept, octets)).not.toBeInstanceOf(Fault);
    const told = { epoch: 1, serial: 2, leastBoots: new Map([[7, 3]]) };
    expect(authority.statement).toMatchObject(told);
    expect(authority.issue(NODE).statement).toBe(octets);
  });

  it('lowers no least boot', () => {
    const authority = authorityOf(1);
    authority.revoke({ certificateIds: [], leastBoots: new Map([[7, 3]]) });
    const lower = () => authority.revoke({ certificateIds: [], leastBoots: new Map([[7, 2]]) });
    expect(lower).toThrow('the least boot of spacecraft 7 is 3 already');
    expect(authority.statement.serial).toBe(2);
  });

  it('refuses more revocations than a statement has room for', () => {
    const authority = authorityOf(1);
    const ids = Array.from({ length: 513 }, (_, index) => index.toString(16).padStart(32, '0'));
    expect(() => authority.revoke({ certificateIds: ids })).toThrow(ConfigError);
    expect(authority.revoke({ certificateIds: ids.slice(1) }).revoked.size).toBe(512);
  });

  it('advances the epoch so that certificates overlap (LS-1304)', () => {
    const authority = authorityOf(1);
    const old = authority.issue(NODE);
    const second = authority.advanceEpoch();
    const renewed = authority.issue(NODE);
    expect(second).toMatchObject({ epoch: 2, serial: 2 });
    expect(judged(old, second.octets)).not.toBeInstanceOf(Fault);
    const third = authority.advanceEpoch();
    expect(judged(old, third.octets)).toBe(EPOCH_OLD);
    expect(judged(renewed, third.octets)).not.toBeInstanceOf(Fault);
    const early = authority.issue({ ...NODE, epochs: { first: 4, last: 5 } });
    expect(judged(early, third.octets)).toBe(EPOCH_AHEAD);
  });

  it('forgets a revocation when its certificate has ended', () => {
    const authority = authorityOf(1);
    authority.issue(NODE);
    const [id] = authority.certificates.map(({ claims }) => toHex(claims.id));
    authority.revoke({ certificateIds: [id as string, UNKNOWN] });
    expect([...authority.advanceEpoch().revoked]).toHaveLength(2);
    expect([...authority.advanceEpoch().revoked]).toEqual([UNKNOWN]);
  });

  it('lists a new issuer one epoch before it signs, and the old one to its last certificate', () => {
    const authority = authorityOf(1);
    authority.issue(NODE);
    const [first] = authority.statement.issuerPublicKeys;
    const [, second] = authority.addIssuer().issuerPublicKeys;
    expect(issuerOf(authority.issue(NODE))).toEqual(keyIdOf(first!));
    expect(authority.advanceEpoch().issuerPublicKeys).toEqual([first, second]);
    expect(issuerOf(authority.issue(NODE))).toEqual(keyIdOf(second!));
    expect(authority.advanceEpoch().issuerPublicKeys).toEqual([second]);
  });

  it('has room for eight issuers', () => {
    const authority = authorityOf(1);
    for (let issuers = 2; issuers <= 8; issuers++) authority.addIssuer();
    expect(() => authority.addIssuer()).toThrow('a statement has room for 8 issuers');
  });

  it('says which key is missing', () => {
    const holdings = holdingsOf();
    const without = (part: Partial<Holdings>) => new Authority({ ...holdings, ...part }, OPTIONS);
    const rootless = without({ rootSeed: undefined });
    expect(rootless.issue(NODE).statement).toBe(holdings.statements[0]);
    expect(() => rootless.revoke({ certificateIds: [UNKNOWN] })).toThrow('private root key');
    expect(() => without({ issuerSeeds: [] }).issue(NODE)).toThrow('no private key of an issuer');
    expect(() => without({ admissionKeys: new Map() }).issue(NODE)).toThrow(
      'the admission key of epoch 1 is not here',
    );
  });

  it('gives nothing away that its archive has not kept', () => {
    const full: Archive = {
      issuerKey: () => {
        throw new ConfigError('no room', { remedy: 'Make some' });
      },
      admissionKey: () => {},
      bundleGrant: () => {
        throw new ConfigError('no room', { remedy: 'Make some' });
      },
      certificate: () => {
        throw new ConfigError('no room', { remedy: 'Make some' });
      },
      statement: () => {
        throw new ConfigError('no room', { remedy: 'Make some' });
      },
    };
    const authority = new Authority(holdingsOf(), { ...OPTIONS, archive: full });
    expect(() => authority.issue(NODE)).toThrow('no room');
    expect(() => authority.revoke({ certificateIds: [UNKNOWN] })).toThrow('no room');
    expect(() => authority.addIssuer()).toThrow('no room');
    expect(() => authority.advanceEpoch()).toThrow('no room');
    expect(() => authority.makeBundleKey('x', 'key-wrap', '*')).toThrow('no room');
    expect(authority.bundleGrants).toEqual([]);
    expect(authority.certificates).toEqual([]);
    expect(authority.statement.serial).toBe(1);
  });
});

const NODE = { eid: 'ipn:7.0', scids: [7, 8], roles: ROLE.relayOnly };
const UNKNOWN = 'ff'.repeat(16);
const OPTIONS = {
  provider: nativeProvider,
  random: new SeededRandom(1, 'authority'),
  testEquipment: false,
};

function authorityOf(seed: number, testEquipment = false) {
  const random = new SeededRandom(seed, 'authority');
  return createAuthority({ name: 'walker', provider: nativeProvider, random, testEquipment });
}

function holdingsOf(): Holdings {
  return newHoldings({ name: 'walker', epoch: 1 }, curve, OPTIONS.random);
}

type Issued = ReturnType<Authority['endorse']>;

/** What a node that knows `statement` makes of the certificate. */
function judged(credentials: Issued, statement: Uint8Array) {
  const { rootPublicKeys, constellationId, certificate } = credentials;
  const fields = verifyStatement(statement, rootPublicKeys, constellationId, curve);
  if (fields instanceof Fault) return fields;
  const own = { ...credentials, identityPrivateKey: new Uint8Array(32) };
  return verifyCertificate(certificate, { credentials: own, statement: fields, curve, scid: 7 });
}

function issuerOf({ certificate }: Issued): Uint8Array {
  const decoded = decodeCertificate(certificate);
  if (decoded instanceof Fault) throw new Error(decoded.key);
  return decoded.signed.keyId;
}
