/**
 * Whether a certificate is good: the checks that need no word of its bearer, in their order.
 *
 * Source: LS-503, LS-704.
 */
import { equal, toHex } from '../bytes/octets.ts';
import type { Curve } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { type Certificate, decodeCertificate, ROLE } from './certificate.ts';
import { keyIdOf, verifyObject } from './cose.ts';
import type { Credentials } from './credentials.ts';
import {
  CERT_FORM,
  CERT_SIG,
  CONSTELLATION,
  EPOCH_AHEAD,
  EPOCH_OLD,
  ISSUER_UNKNOWN,
  REVOKED,
  SCID_NOT_IN_CERT,
} from './faults.ts';
import type { ConstellationStatement } from './statement.ts';

/** What a certificate is judged by. */
export interface CertificateCheckContext {
  /** Of the judge. */
  readonly credentials: Pick<Credentials, 'constellationId' | 'allowTestEquipment'>;
  /** The newest that the judge holds. */
  readonly statement: ConstellationStatement;
  readonly curve: Curve;
  /** The spacecraft id that the bearer uses. */
  readonly scid: number;
}

/**
 * The certificate, if an issuer vouches for it here and now: views of `octets`; or the fault of the
 * first check that it fails.
 */
export function verifyCertificate(
  octets: Uint8Array,
  context: CertificateCheckContext,
): Certificate | Fault {
  const good = judgeCertificate(octets, context);
  if (good instanceof Fault) return good;
  return good.ahead ? EPOCH_AHEAD : good.certificate;
}

/** A certificate that is good, but for an epoch that has perhaps not come. */
export interface GoodCertificate {
  readonly certificate: Certificate;
  readonly ahead: boolean;
}

/** As `verifyCertificate`, but a certificate of an epoch to come is good and `ahead` (LS-705). */
export function judgeCertificate(
  octets: Uint8Array,
  context: CertificateCheckContext,
): GoodCertificate | Fault {
  const { credentials, statement, curve, scid } = context;
  const decoded = decodeCertificate(octets);
  if (decoded instanceof Fault) return decoded;
  const { certificate, signed } = decoded;
  const issuer = statement.issuerPublicKeys.find((key) => equal(keyIdOf(key), signed.keyId));
  if (issuer === undefined) return ISSUER_UNKNOWN;
  if (!verifyObject(signed, issuer, curve)) return CERT_SIG;
  if (!equal(certificate.constellationId, credentials.constellationId)) return CONSTELLATION;
  if (statement.revoked.has(toHex(certificate.id))) return REVOKED;
  if (certificate.lastEpoch < statement.epoch) return EPOCH_OLD;
  if (!certificate.scids.includes(scid)) return SCID_NOT_IN_CERT;
  const isTest = (certificate.roles & ROLE.testEquipment) !== 0;
  if (isTest && !credentials.allowTestEquipment) return CERT_FORM;
  return { certificate, ahead: certificate.firstEpoch > statement.epoch };
}
