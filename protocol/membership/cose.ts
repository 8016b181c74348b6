/**
 * COSE_Sign1 in the one form that the link layer uses:
 *
 *   18([ << { 1: -19 (Ed25519), 4: kid, 16: typ } >>, {}, payload, signature ])
 *
 * Source: link-security §5.2; RFC 9052 §4.2 and §4.4, RFC 9864 (algorithm), RFC 9596 (typ).
 */
import { CborWriter } from '../bytes/cbor-writer.ts';
import { sha256 } from '../crypto/hash.ts';
import type { Curve, Ed25519Key } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import { type Flaw, StrictReader } from './strict-reader.ts';

/** What a signed object is: certificate, handshake key statement, constellation statement. */
export type CoseType = 'islk-cert' | 'islk-hks' | 'islk-rev';

/** A signed object whose form is checked and whose signature is not. Views of the octets read. */
export interface SignedObject {
  readonly keyId: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature covers. */
  readonly signedOctets: Uint8Array;
}

/** The key id of an issuer or root: the first 8 octets of SHA-256 of its public key. */
export function keyIdOf(publicKey: Uint8Array): Uint8Array {
  return sha256(publicKey).subarray(0, SIGNER_KEY_ID_OCTETS);
}

/** Signs; fresh octets. */
export function signObject(
  type: CoseType,
  keyId: Uint8Array,
  payload: Uint8Array,
  signer: Ed25519Key,
): Uint8Array {
  const header = new CborWriter().map(3).int(1).int(ED25519).int(4).bytes(keyId);
  const protectedHeader = header.int(16).text(type).finish();
  const signature = signer.sign(toBeSigned(protectedHeader, payload));
  const object = new CborWriter(payload.length + 128).tag(SIGN1).array(4);
  return object.bytes(protectedHeader).map(0).bytes(payload).bytes(signature).finish();
}

/**
 * Reads an object of the given type; its headers are checked before anything else is looked at.
 * CBOR that breaks §5.1 or is larger than `octetsMax` gives `session.cbor`, a wrong tag, header
 * or length gives `form`; `flaw` then says where. Source: LS-502.
 */
export function decodeObject(
  octets: Uint8Array,
  type: CoseType,
  octetsMax: number,
  form: Fault,
  flaw?: Flaw,
): SignedObject | Fault {
  const reader = new StrictReader(octets, octetsMax, form);
  reader.tag(SIGN1);
  reader.array(4);
  const protectedHeader = reader.anyOctets();
  reader.map(0);
  const payload = reader.anyOctets();
  const signature = reader.octets(SIGNATURE_OCTETS);
  const fault = reader.finish(flaw);
  if (fault !== undefined) return fault;

  const header = new StrictReader(protectedHeader, octetsMax, form);
  header.map(3);
  header.key(1);
  header.key(ED25519);
  header.key(4);
  const keyId = header.octets(type === 'islk-hks' ? CERTIFICATE_ID_OCTETS : SIGNER_KEY_ID_OCTETS);
  header.key(16);
  header.expect(header.text(type.length) === type);
  const headerFault = header.finish(flaw);
  if (headerFault !== undefined) return headerFault;
  return { keyId, payload, signature, signedOctets: toBeSigned(protectedHeader, payload) };
}

/** Whether the signature is that of `publicKey` (32 octets). */
export function verifyObject(object: SignedObject, publicKey: Uint8Array, curve: Curve): boolean {
  return curve.ed25519Verify(publicKey, object.signedOctets, object.signature);
}

/** Sig_structure of RFC 9052 §4.4, without additional data. */
function toBeSigned(protectedHeader: Uint8Array, payload: Uint8Array): Uint8Array {
  const structure = new CborWriter(payload.length + 64).array(4).text('Signature1');
  return structure.bytes(protectedHeader).bytes(NOTHING).bytes(payload).finish();
}

const SIGN1 = 18;
const ED25519 = -19;
const SIGNATURE_OCTETS = 64;
const SIGNER_KEY_ID_OCTETS = 8;
const CERTIFICATE_ID_OCTETS = 16;
const NOTHING = new Uint8Array(0);
