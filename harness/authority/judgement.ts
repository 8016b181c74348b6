/**
 * Whether what was read is what a node would accept, as far as the public parts at hand tell.
 *
 * Source: link-security LS-704, LS-1301, LS-504.
 */
import { equal } from '#protocol/bytes/octets.ts';
import type { Curve } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate } from '#protocol/membership/certificate.ts';
import { verifyCertificate } from '#protocol/membership/certificate-check.ts';
import { verifyObject } from '#protocol/membership/cose.ts';
import { CONSTELLATION, EPOCH_OLD, HKS_SIG } from '#protocol/membership/faults.ts';
import { type ConstellationStatement, verifyStatement } from '#protocol/membership/statement.ts';
import type { PublicParts } from './authority-folder.ts';
import type { CertificateObject, CredentialsObject, Inspected } from './inspection.ts';

/** `unverified` for want of the public parts; a refusal says what a node would say, or why. */
export type Judgement =
  | { readonly verdict: 'accepted' | 'unverified' }
  | { readonly verdict: 'refused'; readonly reason: string };

/** Judges by the authority's public parts, if there are any, or by what credentials bring along. */
export function judge(
  inspected: Inspected,
  authority: PublicParts | undefined,
  curve: Curve,
): Judgement {
  if (inspected.kind === 'credentials') return judgeCredentials(inspected, authority, curve);
  if (authority === undefined) return UNVERIFIED;
  const { constellationId, rootPublicKeys } = authority;
  const newest = newestOf(authority, curve);
  switch (inspected.kind) {
    case 'certificate':
      return outcome(objectionToCertificate(inspected, newest, curve));
    case 'statement': {
      const { octets } = inspected;
      const fields = verifyStatement(octets, rootPublicKeys, constellationId, curve);
      if (fields instanceof Fault) return outcome(fields);
      const same = authority.statements.at(-1) as Uint8Array;
      if (fields.serial === newest.serial && !equal(octets, same)) return refused(FORKED);
      return fields.serial < newest.serial ? refused(`serial ${newest.serial} holds`) : ACCEPTED;
    }
    case 'key-statement': {
      const { signed, fields } = inspected;
      const certificate = findCertificate(signed.keyId, authority);
      if (certificate === undefined) return refused('the certificate is not in the register');
      if (!verifyObject(signed, certificate.claims.publicKey, curve)) return outcome(HKS_SIG);
      if (!equal(fields.constellationId, constellationId)) return outcome(CONSTELLATION);
      if (fields.epoch < newest.epoch - 1) return outcome(EPOCH_OLD);
      const { scids } = certificate.claims;
      const isOld = scids.some((scid) => fields.boot < (newest.leastBoots.get(scid) ?? 0));
      if (isOld) return refused('boot-old');
      return outcome(objectionToCertificate(certificate, newest, curve));
    }
  }
}

/** By its own statement, and by the authority's where that is at hand. */
function judgeCredentials(
  credentials: CredentialsObject,
  authority: PublicParts | undefined,
  curve: Curve,
): Judgement {
  const { certificate, statement, rootPublicKeys, constellationId, identityPrivateKey } =
    credentials;
  if (authority !== undefined && !equal(constellationId, authority.constellationId)) {
    return outcome(CONSTELLATION);
  }
  const roots = authority?.rootPublicKeys ?? rootPublicKeys;
  const own = verifyStatement(statement.octets, roots, constellationId, curve);
  if (own instanceof Fault) return refused(`statement: ${own.code}`);
  const newest = authority === undefined ? own : newestOf(authority, curve);
  const objection = objectionToCertificate(certificate, newest, curve);
  if (objection !== undefined) return refused(`certificate: ${objection.code}`);
  if (identityPrivateKey === undefined) return ACCEPTED;
  return equal(curve.ed25519Key(identityPrivateKey).publicKey, certificate.claims.publicKey)
    ? ACCEPTED
    : refused('the private key is another than the certificate’s');
}

function objectionToCertificate(
  { claims, octets }: CertificateObject,
  statement: ConstellationStatement,
  curve: Curve,
): Fault | undefined {
  // Test equipment is judged as those judge it that allow it.
  const credentials = { constellationId: statement.constellationId, allowTestEquipment: true };
  const [scid] = claims.scids as [number];
  const certificate = verifyCertificate(octets, { credentials, statement, curve, scid });
  return certificate instanceof Fault ? certificate : undefined;
}

function newestOf(
  { statements, rootPublicKeys, constellationId }: PublicParts,
  curve: Curve,
): ConstellationStatement {
  const newest = statements.at(-1) as Uint8Array;
  // The public parts were verified when they were read.
  return verifyStatement(newest, rootPublicKeys, constellationId, curve) as ConstellationStatement;
}

function findCertificate(
  id: Uint8Array,
  { certificates }: PublicParts,
): CertificateObject | undefined {
  for (const octets of certificates) {
    const decoded = decodeCertificate(octets);
    if (decoded instanceof Fault || !equal(decoded.certificate.id, id)) continue;
    return { kind: 'certificate', octets, claims: decoded.certificate, signed: decoded.signed };
  }
  return undefined;
}

function outcome(objection: Fault | undefined): Judgement {
  return objection === undefined ? ACCEPTED : refused(objection.code);
}

function refused(reason: string): Judgement {
  return { verdict: 'refused', reason };
}

const ACCEPTED: Judgement = { verdict: 'accepted' };
const UNVERIFIED: Judgement = { verdict: 'unverified' };
const FORKED = 'another statement has this serial: a root key is misused';
