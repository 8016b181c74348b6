/**
 * The constellation authority of a run: it makes a root, an issuer and an admission key, signs the
 * constellation statement and issues each node its credentials. Its private keys live as long as
 * the object and are given to nobody.
 *
 * Source: link-security §5.
 */

import type { CryptoProvider, Random } from '#protocol/crypto/ports.ts';
import { type Certificate, issueCertificate, ROLE } from '#protocol/session/certificate.ts';
import type { Credentials } from '#protocol/session/credentials.ts';
import { signStatement } from '#protocol/session/statement.ts';

/** What an authority is made of. */
export interface AuthorityOptions {
  /** Written into every certificate, for people; at most 64 octets. */
  readonly name: string;
  readonly provider: CryptoProvider;
  /** With a seeded one the run repeats, and `testEquipment` must be set (LS-907). */
  readonly random: Random;
  /** Marks every certificate as test equipment, and lets the nodes accept each other so. */
  readonly testEquipment: boolean;
}

/** The node that credentials are for. */
export interface NodeIdentity {
  /** Endpoint id, such as `ipn:257.0`. */
  readonly eid: string;
  /** 1–4 spacecraft ids. */
  readonly scids: readonly number[];
  /** Bits of ROLE. */
  readonly roles: number;
}

/** Issues credentials within one constellation. */
export interface Authority {
  /** Fresh credentials, with a new identity key each time. */
  issue(node: NodeIdentity): Credentials;
}

/** Makes a new constellation with an authority of its own. */
export function createAuthority(options: AuthorityOptions): Authority {
  const { name, provider, random, testEquipment } = options;
  const { curve } = provider;
  const constellationId = random.octets(16);
  const rootSeed = random.octets(32);
  const issuerSeed = random.octets(32);
  const admissionKey = random.octets(32);
  const rootPublicKeys = [curve.ed25519Public(rootSeed)];
  const issuerPublicKeys = [curve.ed25519Public(issuerSeed)];
  const revocation = { revoked: new Set<string>(), leastBoots: new Map<number, number>() };
  const fields = { constellationId, epoch: EPOCH, serial: 1, issuerPublicKeys, ...revocation };
  const statement = signStatement(fields, rootSeed, curve);

  return {
    issue({ eid, scids, roles }) {
      const identityPrivateKey = random.octets(32);
      const certificate: Certificate = {
        issuer: name,
        subject: eid,
        expiresAtS: YEAR_2100_S,
        notBeforeS: 0,
        id: random.octets(16),
        publicKey: curve.ed25519Public(identityPrivateKey),
        constellationId,
        scids,
        firstEpoch: EPOCH,
        lastEpoch: EPOCH + 1,
        roles: testEquipment ? roles | ROLE.testEquipment : roles,
      };
      const issued = issueCertificate(certificate, issuerSeed, curve);
      const trust = { constellationId, rootPublicKeys, statement, admissionKey };
      const own = { identityPrivateKey, certificate: issued };
      return { ...trust, ...own, allowTestEquipment: testEquipment };
    },
  };
}

/** The epoch in which a constellation begins; certificates overlap the next one (LS-1304). */
const EPOCH = 1;
const YEAR_2100_S = 4_102_444_800;
