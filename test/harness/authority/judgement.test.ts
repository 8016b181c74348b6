import { describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import type { PublicParts } from '#harness/authority/authority-folder.ts';
import { readInspected } from '#harness/authority/inspection.ts';
import { judge } from '#harness/authority/judgement.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import { toHex, utf8Encode } from '#protocol/bytes/octets.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import { signKeyStatement } from '#protocol/membership/key-statement.ts';

const { curve } = nativeProvider;

describe('the verdict on', () => {
  it('anything but credentials is none without the public parts', () => {
    const { credentials } = world();
    expect(verdict(credentials.certificate)).toBe('unverified');
    expect(verdict(credentials.statement)).toBe('unverified');
    expect(verdict(keyStatement(credentials))).toBe('unverified');
    expect(verdictOn(credentials)).toBe('accepted');
  });

  it('what an authority has issued is that of a node', () => {
    const { credentials, parts } = world();
    for (const octets of [credentials.certificate, credentials.statement]) {
      expect(verdict(octets, parts())).toBe('accepted');
    }
    expect(verdict(keyStatement(credentials), parts())).toBe('accepted');
    expect(verdictOn(credentials, parts())).toBe('accepted');
  });

  it('another constellation’s is a refusal', () => {
    const { parts } = world();
    const { credentials } = world('other');
    expect(verdict(credentials.certificate, parts())).toBe('issuer-unknown');
    expect(verdict(credentials.statement, parts())).toBe('issuer-unknown');
    expect(verdict(keyStatement(credentials), parts())).toContain('not in the register');
    expect(verdictOn(credentials, parts())).toBe('constellation');
  });

  it('what is revoked, and what rests on it, is a refusal', () => {
    const { authority, credentials, parts } = world();
    authority.revoke({ certificateIds: [toHex(authority.certificates[0]!.claims.id)] });
    expect(verdict(credentials.certificate, parts())).toBe('revoked');
    expect(verdict(keyStatement(credentials), parts())).toBe('revoked');
    expect(verdictOn(credentials, parts())).toBe('certificate: revoked');
    // By itself it knows no better.
    expect(verdictOn(credentials)).toBe('accepted');
  });

  it('epochs is that of LS-704 and LS-504', () => {
    const { authority, credentials, parts } = world();
    const later = authority.issue({ ...NODE, epochs: { first: 3, last: 4 } });
    expect(verdict(later.certificate, parts())).toBe('epoch-ahead');
    authority.advanceEpoch();
    authority.advanceEpoch();
    expect(verdict(later.certificate, parts())).toBe('accepted');
    expect(verdict(credentials.certificate, parts())).toBe('epoch-old');
    expect(verdict(keyStatement(credentials), parts())).toBe('epoch-old');
  });

  it('a boot below the least one is a refusal', () => {
    const { authority, credentials, parts } = world();
    authority.revoke({ certificateIds: [], leastBoots: new Map([[7, 4]]) });
    expect(verdict(keyStatement(credentials, 3), parts())).toBe('boot-old');
    expect(verdict(keyStatement(credentials, 4), parts())).toBe('accepted');
  });

  it('a statement that is no longer in force, or one of two with its serial, is a refusal', () => {
    const { authority, credentials, parts } = world();
    const before = parts();
    authority.revoke({ certificateIds: ['aa'.repeat(16)] });
    expect(verdict(credentials.statement, parts())).toBe('serial 2 holds');
    expect(verdict(authority.statement.octets, before)).toBe('accepted');
    const twin = world();
    twin.authority.revoke({ certificateIds: ['bb'.repeat(16)] });
    expect(verdict(twin.authority.statement.octets, parts())).toContain('a root key is misused');
  });

  it('damaged signatures is a refusal', () => {
    const { credentials, parts } = world();
    expect(verdict(flipLast(credentials.certificate), parts())).toBe('cert-sig');
    expect(verdict(flipLast(credentials.statement), parts())).toBe('cert-sig');
    expect(verdict(flipLast(keyStatement(credentials)), parts())).toBe('hks-sig');
    const certificate = flipLast(credentials.certificate);
    expect(verdictOn({ ...credentials, certificate })).toBe('certificate: cert-sig');
    const statement = flipLast(credentials.statement);
    expect(verdictOn({ ...credentials, statement })).toBe('statement: cert-sig');
  });

  it('credentials with the key of another node is a refusal', () => {
    const { authority, credentials } = world();
    const { identityPrivateKey } = authority.issue(NODE);
    expect(verdictOn({ ...credentials, identityPrivateKey })).toContain('private key is another');
  });
});

const NODE = { eid: 'ipn:7.0', scids: [7], roles: 1 };

function world(seed = 'judgement') {
  const random = new SeededRandom(1, seed);
  const options = { name: 'x', provider: nativeProvider, random, testEquipment: false };
  const authority = createAuthority(options);
  const credentials = authority.issue(NODE);
  const statements = [credentials.statement];
  /** What the authority has published by now. */
  const parts = (): PublicParts => {
    const { octets } = authority.statement;
    if (octets !== statements.at(-1)) statements.push(octets);
    const { constellationId, rootPublicKeys } = credentials;
    const certificates = [credentials.certificate];
    return {
      name: 'x',
      constellationId,
      rootPublicKeys,
      statements: [...statements],
      certificates,
    };
  };
  return { authority, credentials, parts };
}

function keyStatement(credentials: Credentials, boot = 1): Uint8Array {
  const inspected = readInspected(credentials.certificate, 'f');
  if (inspected.kind !== 'certificate') throw new Error('no certificate');
  const { constellationId, identityPrivateKey } = credentials;
  const fields = { constellationId, staticPublicKey: new Uint8Array(32), epoch: 1, boot };
  return signKeyStatement(fields, inspected.claims.id, curve.ed25519Key(identityPrivateKey));
}

function verdict(octets: Uint8Array, parts?: PublicParts): string {
  const judgement = judge(readInspected(octets, 'f'), parts, curve);
  return judgement.verdict === 'refused' ? judgement.reason : judgement.verdict;
}

function verdictOn(credentials: Credentials, parts?: PublicParts): string {
  return verdict(utf8Encode(JSON.stringify(encodeCredentials(credentials))), parts);
}

function flipLast(octets: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(octets);
  copy[copy.length - 1]! ^= 1;
  return copy;
}
