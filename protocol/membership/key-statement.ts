/**
 * The handshake key statement (HKS): with its Ed25519 key a node vouches for the X25519 static key
 * it has made for this boot.
 *
 *   [1, constellation, static public key, epoch, boot]     kid: the certificate id
 *
 * Source: link-security §5.4.
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import type { Ed25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { decodeObject, type SignedObject, signObject } from './cose.ts';
import { HKS_SIG } from './faults.ts';
import { type Flaw, StrictReader } from './strict-reader.ts';

/** The fields; all octets are views of the statement they were read from. */
export interface KeyStatement {
  /** 16 octets. */
  readonly constellationId: Uint8Array;
  /** X25519, 32 octets. */
  readonly staticPublicKey: Uint8Array;
  readonly epoch: number;
  /** Rises with every start of the node. */
  readonly boot: number;
}

/** Encodes and signs with the node's identity key; fresh octets. */
export function signKeyStatement(
  statement: KeyStatement,
  certificateId: Uint8Array,
  identityKey: Ed25519Key,
): Uint8Array {
  const fields = new CborWriter(80).array(5).uint(FORM).bytes(statement.constellationId);
  fields.bytes(statement.staticPublicKey).uint(statement.epoch).uint(statement.boot);
  return signObject('islk-hks', certificateId, fields.finish(), identityKey);
}

/**
 * The fields, and the signed object for whoever knows the key. Faults: `session.cbor`, `hks-sig`;
 * `flaw` then says where.
 */
export function decodeKeyStatement(
  octets: Uint8Array,
  flaw?: Flaw,
): { readonly statement: KeyStatement; readonly signed: SignedObject } | Fault {
  const signed = decodeObject(octets, 'islk-hks', OCTETS_MAX, HKS_SIG, flaw);
  if (signed instanceof Fault) return signed;
  const reader = new StrictReader(signed.payload, OCTETS_MAX, HKS_SIG);
  reader.array(5);
  reader.key(FORM);
  const constellationId = reader.octets(16);
  const staticPublicKey = reader.octets(32);
  const epoch = reader.uint();
  const boot = reader.uint();
  const fault = reader.finish(flaw);
  return fault ?? { statement: { constellationId, staticPublicKey, epoch, boot }, signed };
}

const OCTETS_MAX = 512;
const FORM = 1;
