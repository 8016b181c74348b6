/**
 * The checks between "Noise trusts this static key" and "this is that node", in their order.
 *
 * Source: LS-704, LS-504, LS-503.
 */
import { equal, toHex } from '../bytes/octets.ts';
import type { Curve } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import type { BootIdentity } from './boot-identity.ts';
import { type Certificate, decodeCertificate, ROLE } from './certificate.ts';
import { keyIdOf, verifyObject } from './cose.ts';
import type { Credentials } from './credentials.ts';
import * as faults from './faults.ts';
import { decodeKeyStatement, type KeyStatement } from './key-statement.ts';
import { decodePayload } from './payload.ts';
import type { ConstellationStatement } from './statement.ts';

/** Who is at the other end, as its certificate says. */
export interface Peer {
  /** Endpoint id, such as `ipn:257.0`. */
  readonly eid: string;
  /** 16 octets. */
  readonly certificateId: Uint8Array;
  /** The spacecraft ids that it may use. */
  readonly scids: readonly number[];
  /** The certificate itself, COSE_Sign1 octets, to be judged again. */
  readonly certificate: Uint8Array;
  /** The boot in which it made its static key. */
  readonly boot: number;
}

/** A peer that passed every check, and the SPI on which it wants to receive. */
export interface VerifiedPeer {
  readonly peer: Peer;
  readonly spi: number;
}

/** What the checks are made against. */
export interface PeerCheckContext {
  readonly credentials: Credentials;
  readonly identity: BootIdentity;
  readonly curve: Curve;
  /** The source SCID of the message. */
  readonly remoteScid: number;
}

/** What a certificate is judged by. */
export interface CertificateCheckContext {
  /** Of the judge. */
  readonly credentials: Credentials;
  /** The newest that the judge holds. */
  readonly statement: ConstellationStatement;
  readonly curve: Curve;
  /** The spacecraft id that the bearer uses. */
  readonly scid: number;
}

/**
 * Checks a decrypted handshake payload (a fresh array, kept in part) against the static key that
 * Noise delivered. On success the peer's boot is remembered; any fault changes nothing.
 */
export function verifyPeer(
  payloadOctets: Uint8Array,
  remoteStatic: Uint8Array,
  context: PeerCheckContext,
): VerifiedPeer | Fault {
  const payload = decodePayload(payloadOctets);
  if (payload instanceof Fault) return payload;
  const { credentials, identity, curve, remoteScid: scid } = context;
  const judge = { credentials, statement: identity.statement, curve, scid };
  const certificate = verifyCertificate(payload.certificate, judge);
  if (certificate instanceof Fault) return certificate;
  const statement = verifyKeyStatement(payload.keyStatement, certificate, remoteStatic, context);
  if (statement instanceof Fault) return statement;
  const { id } = certificate;
  if (equal(id, identity.certificate.id)) return faults.SELF;
  const spiFault = checkSpi(payload.spi);
  if (spiFault !== undefined) return spiFault;
  identity.peerBoots.remember(id, statement);
  const { subject: eid, scids } = certificate;
  const { boot } = statement;
  const peer = { eid, certificateId: id, scids, certificate: payload.certificate, boot };
  return { peer, spi: payload.spi };
}

/**
 * Why a peer that passed every check once may no longer have a session: the faults of its
 * certificate, or `session.boot-old`. Source: LS-708, LS-1302.
 */
export function recheckPeer(
  { certificate, boot }: Peer,
  context: PeerCheckContext,
): Fault | undefined {
  const { credentials, identity, curve, remoteScid: scid } = context;
  const { statement } = identity;
  const verdict = verifyCertificate(certificate, { credentials, statement, curve, scid });
  if (verdict instanceof Fault) return verdict;
  return boot < (statement.leastBoots.get(scid) ?? 0) ? faults.BOOT_OLD : undefined;
}

/** Whether a peer may ask to receive on this SPI: undefined or `session.spi`. */
export function checkSpi(spi: number): Fault | undefined {
  return spi === 0 || spi > SPI_MAX ? faults.SPI : undefined;
}

/** The certificate, if an issuer vouches for it here and now; views of `octets`. */
export function verifyCertificate(
  octets: Uint8Array,
  context: CertificateCheckContext,
): Certificate | Fault {
  const { credentials, statement, curve, scid } = context;
  const decoded = decodeCertificate(octets);
  if (decoded instanceof Fault) return decoded;
  const { certificate, signed } = decoded;
  const issuer = statement.issuerPublicKeys.find((key) => equal(keyIdOf(key), signed.keyId));
  if (issuer === undefined) return faults.ISSUER_UNKNOWN;
  if (!verifyObject(signed, issuer, curve)) return faults.CERT_SIG;
  if (!equal(certificate.constellationId, credentials.constellationId)) return faults.CONSTELLATION;
  if (statement.revoked.has(toHex(certificate.id))) return faults.REVOKED;
  if (certificate.lastEpoch < statement.epoch) return faults.EPOCH_OLD;
  if (certificate.firstEpoch > statement.epoch) return faults.EPOCH_AHEAD;
  if (!certificate.scids.includes(scid)) return faults.SCID_NOT_IN_CERT;
  const isTest = (certificate.roles & ROLE.testEquipment) !== 0;
  return isTest && !credentials.allowTestEquipment ? faults.CERT_FORM : certificate;
}

function verifyKeyStatement(
  octets: Uint8Array,
  certificate: Certificate,
  remoteStatic: Uint8Array,
  context: PeerCheckContext,
): KeyStatement | Fault {
  const { credentials, identity, curve, remoteScid } = context;
  const decoded = decodeKeyStatement(octets);
  if (decoded instanceof Fault) return decoded;
  const { statement, signed } = decoded;
  if (!equal(signed.keyId, certificate.id)) return faults.HKS_SIG;
  if (!verifyObject(signed, certificate.publicKey, curve)) return faults.HKS_SIG;
  if (!equal(statement.constellationId, credentials.constellationId)) return faults.CONSTELLATION;
  if (!equal(statement.staticPublicKey, remoteStatic)) return faults.HKS_KEY;
  if (statement.epoch < identity.statement.epoch - 1) return faults.EPOCH_OLD;
  const leastBoot = identity.statement.leastBoots.get(remoteScid) ?? 0;
  if (statement.boot < leastBoot) return faults.BOOT_OLD;
  return identity.peerBoots.check(certificate.id, statement) ?? statement;
}

const SPI_MAX = 65534;
