/**
 * The node certificate: a CBOR Web Token (RFC 8392) that names a node, its Ed25519 key and the
 * spacecraft ids and epochs for which it may use it.
 *
 *   { 1: iss, 2: sub, 4: exp, 5: nbf, 7: cti, 8: { 1: { 1: 1, -1: 6, -2: key } },
 *     -70001: constellation, -70002: scids, -70003: [first, last], -70004: roles }
 *
 * `exp` and `nbf` are advisory: no decision rests on a wall clock (LS-1401).
 *
 * Source: link-security §5.3.
 */
import { assert } from '../assert.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import type { Ed25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { decodeObject, keyIdOf, type SignedObject, signObject } from './cose.ts';
import { CERT_FORM } from './faults.ts';
import { type Flaw, StrictReader } from './strict-reader.ts';

/** The claims; all octets are views of the certificate they were read from. */
export interface Certificate {
  /** The authority's name, for people. */
  readonly issuer: string;
  /** The node's endpoint id, such as `ipn:257.0`. */
  readonly subject: string;
  /** Seconds since 1970; advisory. */
  readonly expiresAtS: number;
  /** Seconds since 1970; advisory. */
  readonly notBeforeS: number;
  /** 16 octets, unique. */
  readonly id: Uint8Array;
  /** Ed25519, 32 octets. */
  readonly publicKey: Uint8Array;
  /** 16 octets. */
  readonly constellationId: Uint8Array;
  /** 1–4 spacecraft ids that the node may use. */
  readonly scids: readonly number[];
  readonly firstEpoch: number;
  readonly lastEpoch: number;
  /** Bits of ROLE. */
  readonly roles: number;
}

/** The bits of a certificate's roles. */
export const ROLE = { satellite: 1, groundGateway: 2, relayOnly: 4, testEquipment: 8 } as const;

/** Encodes the claims and signs them with the issuer's key; fresh octets. */
export function issueCertificate(certificate: Certificate, issuer: Ed25519Key): Uint8Array {
  const claims = new CborWriter(192).map(10);
  claims.int(1).text(certificate.issuer).int(2).text(certificate.subject);
  claims.int(4).int(certificate.expiresAtS).int(5).int(certificate.notBeforeS);
  claims.int(7).bytes(certificate.id);
  claims.int(8).map(1).int(1).map(3);
  claims.int(1).int(KTY_OKP).int(-1).int(CRV_ED25519).int(-2).bytes(certificate.publicKey);
  claims.int(CONSTELLATION).bytes(certificate.constellationId);
  claims.int(SCIDS).array(certificate.scids.length);
  for (const scid of certificate.scids) claims.uint(scid);
  claims.int(EPOCHS).array(2).uint(certificate.firstEpoch).uint(certificate.lastEpoch);
  claims.int(ROLES).uint(certificate.roles);
  const issuerKeyId = keyIdOf(issuer.publicKey);
  const octets = signObject('islk-cert', issuerKeyId, claims.finish(), issuer);
  assert(!(decodeCertificate(octets) instanceof Fault), 'a certificate issued is well-formed');
  return octets;
}

/**
 * The claims, and the signed object for whoever knows the issuers. Faults: `session.cbor`,
 * `session.cert-form`; `flaw` then says where. Source: LS-503.
 */
export function decodeCertificate(
  octets: Uint8Array,
  flaw?: Flaw,
): { readonly certificate: Certificate; readonly signed: SignedObject } | Fault {
  const signed = decodeObject(octets, 'islk-cert', OCTETS_MAX, CERT_FORM, flaw);
  if (signed instanceof Fault) return signed;
  const reader = new StrictReader(signed.payload, OCTETS_MAX, CERT_FORM);
  const certificate = readClaims(reader);
  const fault = reader.finish(flaw);
  return fault ?? { certificate, signed };
}

/** Claims are read in the order of deterministic encoding, so any other order is refused. */
function readClaims(reader: StrictReader): Certificate {
  reader.map(10);
  reader.key(1);
  const issuer = reader.text(NAME_OCTETS_MAX);
  reader.key(2);
  const subject = reader.text(NAME_OCTETS_MAX);
  reader.key(4);
  const expiresAtS = reader.int();
  reader.key(5);
  const notBeforeS = reader.int();
  reader.key(7);
  const id = reader.octets(16);
  reader.key(8);
  const publicKey = readConfirmation(reader);
  reader.key(CONSTELLATION);
  const constellationId = reader.octets(16);
  reader.key(SCIDS);
  const scids: number[] = [];
  // Bounded by SCIDS_MAX.
  for (let left = reader.array(1, SCIDS_MAX); left > 0; left--) scids.push(reader.uint(0, 0xffff));
  reader.key(EPOCHS);
  reader.array(2);
  const firstEpoch = reader.uint();
  const lastEpoch = reader.uint(firstEpoch, firstEpoch + EPOCHS_SPAN_MAX);
  reader.key(ROLES);
  const roles = reader.uint();
  const names = { issuer, subject, expiresAtS, notBeforeS, id, publicKey };
  return { ...names, constellationId, scids, firstEpoch, lastEpoch, roles };
}

/** The cnf claim (RFC 8747 §3.2) holding an Ed25519 COSE_Key (RFC 9053 §7.2). */
function readConfirmation(reader: StrictReader): Uint8Array {
  reader.map(1);
  reader.key(1);
  reader.map(3);
  reader.key(1);
  reader.key(KTY_OKP);
  reader.key(-1);
  reader.key(CRV_ED25519);
  reader.key(-2);
  return reader.octets(32);
}

const OCTETS_MAX = 1024;
const NAME_OCTETS_MAX = 64;
const SCIDS_MAX = 4;
const EPOCHS_SPAN_MAX = 65535;

const KTY_OKP = 1;
const CRV_ED25519 = 6;
const CONSTELLATION = -70001;
const SCIDS = -70002;
const EPOCHS = -70003;
const ROLES = -70004;
