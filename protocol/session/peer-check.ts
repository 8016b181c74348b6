/**
 * The checks between "Noise trusts this static key" and "this is that node", in their order.
 *
 * Source: LS-704, LS-504.
 */
import { SPI } from '../association/faults.ts';
import { equal } from '../bytes/octets.ts';
import type { Curve } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import type { Certificate } from '../membership/certificate.ts';
import { judgeCertificate, verifyCertificate } from '../membership/certificate-check.ts';
import { verifyObject } from '../membership/cose.ts';
import type { Credentials } from '../membership/credentials.ts';
import { BOOT_OLD, CONSTELLATION, EPOCH_OLD, HKS_KEY, HKS_SIG } from '../membership/faults.ts';
import { decodeKeyStatement, type KeyStatement } from '../membership/key-statement.ts';
import type { Membership } from '../membership/membership.ts';
import type { Limbo, Peer } from '../membership/peer.ts';
import { SELF } from './faults.ts';
import { decodePayload } from './payload.ts';

/** A peer that passed every check, and the SPI on which it wants to receive. */
export interface VerifiedPeer {
  readonly peer: Peer;
  readonly spi: number;
  /**
   * What to check again when a newer statement is there, if the certificate begins in an epoch yet
   * to come and all else is good (LS-705).
   */
  readonly limbo: Limbo | undefined;
}

/** What the checks are made against. */
export interface PeerCheckContext {
  readonly credentials: Credentials;
  readonly membership: Membership;
  readonly curve: Curve;
  /** The source SCID of the message. */
  readonly remoteScid: number;
}

/**
 * Checks a decrypted handshake payload (a fresh array, kept in part) against the static key that
 * Noise delivered. On success the peer's boot is remembered, unless the peer is in limbo; any fault
 * changes nothing.
 */
export function verifyPeer(
  payloadOctets: Uint8Array,
  remoteStatic: Uint8Array,
  context: PeerCheckContext,
): VerifiedPeer | Fault {
  const payload = decodePayload(payloadOctets);
  if (payload instanceof Fault) return payload;
  const { credentials, membership, curve, remoteScid: scid } = context;
  const judge = { credentials, statement: membership.statement, curve, scid };
  const good = judgeCertificate(payload.certificate, judge);
  if (good instanceof Fault) return good;
  const { certificate, ahead } = good;
  const objection = membership.judgeDates(certificate);
  if (objection !== undefined) return objection;
  const statement = verifyKeyStatement(payload.keyStatement, certificate, remoteStatic, context);
  if (statement instanceof Fault) return statement;
  const { id, subject: eid, scids } = certificate;
  if (equal(id, membership.certificate.id)) return SELF;
  const spiFault = checkSpi(payload.spi);
  if (spiFault !== undefined) return spiFault;
  if (!ahead) membership.peerBoots.remember(id, statement);
  const { boot } = statement;
  const peer = { eid, certificateId: id, scids, certificate: payload.certificate, boot };
  const limbo = ahead ? { payload: payloadOctets, remoteStatic: remoteStatic.slice() } : undefined;
  return { peer, spi: payload.spi, limbo };
}

/**
 * Why a peer that passed every check once may no longer have a session: the faults of its
 * certificate, or `session.boot-old`. Source: LS-708, LS-1302.
 */
export function recheckPeer(
  { certificate, boot }: Peer,
  context: PeerCheckContext,
): Fault | undefined {
  const { credentials, membership, curve, remoteScid: scid } = context;
  const { statement } = membership;
  const verdict = verifyCertificate(certificate, { credentials, statement, curve, scid });
  if (verdict instanceof Fault) return verdict;
  return boot < (statement.leastBoots.get(scid) ?? 0) ? BOOT_OLD : undefined;
}

/** Whether a peer may ask to receive on this SPI: undefined or `session.spi`. */
export function checkSpi(spi: number): Fault | undefined {
  return spi === 0 || spi > SPI_MAX ? SPI : undefined;
}

function verifyKeyStatement(
  octets: Uint8Array,
  certificate: Certificate,
  remoteStatic: Uint8Array,
  context: PeerCheckContext,
): KeyStatement | Fault {
  const { credentials, membership, curve, remoteScid } = context;
  const { statement: constellation, peerBoots } = membership;
  const decoded = decodeKeyStatement(octets);
  if (decoded instanceof Fault) return decoded;
  const { statement, signed } = decoded;
  if (!equal(signed.keyId, certificate.id)) return HKS_SIG;
  if (!verifyObject(signed, certificate.publicKey, curve)) return HKS_SIG;
  if (!equal(statement.constellationId, credentials.constellationId)) return CONSTELLATION;
  if (!equal(statement.staticPublicKey, remoteStatic)) return HKS_KEY;
  if (statement.epoch < constellation.epoch - 1) return EPOCH_OLD;
  const leastBoot = constellation.leastBoots.get(remoteScid) ?? 0;
  if (statement.boot < leastBoot) return BOOT_OLD;
  return peerBoots.check(certificate.id, statement) ?? statement;
}

const SPI_MAX = 65534;
