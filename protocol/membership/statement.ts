/**
 * The constellation statement: who may issue certificates, and which are withdrawn. Roots sign it;
 * it is public and outlives sessions.
 *
 *   { 1: constellation, 2: epoch, 3: serial, 4: [issuer public key…],
 *     5: [revoked certificate id…], 6: [[scid, least boot]…] }
 *
 * Source: link-security §5.5.
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import { equal, fromHex, toHex } from '../bytes/octets.ts';
import type { Curve, Ed25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { decodeObject, keyIdOf, type SignedObject, signObject, verifyObject } from './cose.ts';
import { CERT_FORM, CERT_SIG, CONSTELLATION, ISSUER_UNKNOWN } from './faults.ts';
import { type Flaw, StrictReader } from './strict-reader.ts';

/** What the roots say. */
export interface ConstellationStatement {
  /** 16 octets. */
  readonly constellationId: Uint8Array;
  readonly epoch: number;
  /** Rises with every statement. */
  readonly serial: number;
  /** 1–8 Ed25519 public keys. */
  readonly issuerPublicKeys: readonly Uint8Array[];
  /** Certificate ids in lower-case hexadecimal. Bounded by REVOKED_MAX. */
  readonly revoked: ReadonlySet<string>;
  /** The least boot acceptable from a spacecraft id. Bounded by LEAST_BOOTS_MAX. */
  readonly leastBoots: ReadonlyMap<number, number>;
}

/** Encodes a statement and signs it with a root's key; fresh octets. */
export function signStatement(statement: ConstellationStatement, root: Ed25519Key): Uint8Array {
  const { issuerPublicKeys, revoked, leastBoots } = statement;
  const fields = new CborWriter(128).map(6).int(1).bytes(statement.constellationId);
  fields.int(2).uint(statement.epoch).int(3).uint(statement.serial);
  fields.int(4).array(issuerPublicKeys.length);
  for (const key of issuerPublicKeys) fields.bytes(key);
  fields.int(5).array(revoked.size);
  for (const id of [...revoked].sort()) fields.bytes(fromHex(id));
  fields.int(6).array(leastBoots.size);
  const byScid = [...leastBoots].sort(([a], [b]) => a - b);
  for (const [scid, boot] of byScid) fields.array(2).uint(scid).uint(boot);
  return signObject('islk-rev', keyIdOf(root.publicKey), fields.finish(), root);
}

/**
 * The fields, and the signed object for whoever knows the roots. Octets in the result are views.
 * Faults: `session.cbor`, `session.cert-form`; `flaw` then says where.
 */
export function decodeStatement(
  octets: Uint8Array,
  flaw?: Flaw,
): { readonly statement: ConstellationStatement; readonly signed: SignedObject } | Fault {
  const signed = decodeObject(octets, 'islk-rev', OCTETS_MAX, CERT_FORM, flaw);
  if (signed instanceof Fault) return signed;
  const reader = new StrictReader(signed.payload, OCTETS_MAX, CERT_FORM);
  const statement = readFields(reader);
  const fault = reader.finish(flaw);
  return fault ?? { statement, signed };
}

/**
 * Reads a statement and verifies it under one of the roots. Octets in the result are views.
 * Faults: `session.cbor`, `cert-form`, `issuer-unknown` (no such root), `cert-sig`,
 * `constellation`.
 */
export function verifyStatement(
  octets: Uint8Array,
  rootPublicKeys: readonly Uint8Array[],
  constellationId: Uint8Array,
  curve: Curve,
): ConstellationStatement | Fault {
  const decoded = decodeStatement(octets);
  if (decoded instanceof Fault) return decoded;
  const { statement, signed } = decoded;
  const root = rootPublicKeys.find((key) => equal(keyIdOf(key), signed.keyId));
  if (root === undefined) return ISSUER_UNKNOWN;
  if (!verifyObject(signed, root, curve)) return CERT_SIG;
  return equal(statement.constellationId, constellationId) ? statement : CONSTELLATION;
}

function readFields(reader: StrictReader): ConstellationStatement {
  reader.map(6);
  reader.key(1);
  const constellationId = reader.octets(16);
  reader.key(2);
  const epoch = reader.uint();
  reader.key(3);
  const serial = reader.uint();
  reader.key(4);
  const issuerPublicKeys: Uint8Array[] = [];
  // Bounded by ISSUERS_MAX.
  for (let left = reader.array(1, ISSUERS_MAX); left > 0; left--) {
    issuerPublicKeys.push(reader.octets(32));
  }
  reader.key(5);
  const revoked = readRevoked(reader);
  reader.key(6);
  const leastBoots = readLeastBoots(reader);
  return { constellationId, epoch, serial, issuerPublicKeys, revoked, leastBoots };
}

function readRevoked(reader: StrictReader): Set<string> {
  const revoked = new Set<string>();
  let last = '';
  // Bounded by REVOKED_MAX. Hexadecimal sorts as its octets do.
  for (let left = reader.array(0, REVOKED_MAX); left > 0; left--) {
    const id = toHex(reader.octets(16));
    reader.expect(id > last);
    revoked.add(id);
    last = id;
  }
  return revoked;
}

function readLeastBoots(reader: StrictReader): Map<number, number> {
  const leastBoots = new Map<number, number>();
  let last = -1;
  // Bounded by LEAST_BOOTS_MAX.
  for (let left = reader.array(0, LEAST_BOOTS_MAX); left > 0; left--) {
    reader.array(2);
    const scid = reader.uint(last + 1, 0xffff);
    leastBoots.set(scid, reader.uint());
    last = scid;
  }
  return leastBoots;
}

const OCTETS_MAX = 16384;
const ISSUERS_MAX = 8;
const REVOKED_MAX = 512;
const LEAST_BOOTS_MAX = 512;
