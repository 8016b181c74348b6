/**
 * Tells what a file of the key agreement is: certificate, constellation statement, handshake key
 * statement or credentials; as raw octets, hexadecimal or JSON. Private octets go no further.
 */
import { ConfigError } from '#node/config-error.ts';
import { type CredentialsJson, readCredentials } from '#node/credentials-json.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { fromHex, utf8Decode } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { type Certificate, decodeCertificate } from '#protocol/membership/certificate.ts';
import type { SignedObject } from '#protocol/membership/cose.ts';
import { decodeKeyStatement, type KeyStatement } from '#protocol/membership/key-statement.ts';
import { type ConstellationStatement, decodeStatement } from '#protocol/membership/statement.ts';

/** A certificate, as read and not yet judged. */
export interface CertificateObject {
  readonly kind: 'certificate';
  readonly octets: Uint8Array;
  readonly claims: Certificate;
  readonly signed: SignedObject;
}

/** A constellation statement, as read and not yet judged. */
export interface StatementObject {
  readonly kind: 'statement';
  readonly octets: Uint8Array;
  readonly fields: ConstellationStatement;
}

/** A handshake key statement, as read and not yet judged. */
export interface KeyStatementObject {
  readonly kind: 'key-statement';
  readonly fields: KeyStatement;
  readonly signed: SignedObject;
}

/** The credentials of a node; its private key is absent where only the device has it. */
export interface CredentialsObject {
  readonly kind: 'credentials';
  readonly certificate: CertificateObject;
  readonly statement: StatementObject;
  readonly rootPublicKeys: readonly Uint8Array[];
  readonly constellationId: Uint8Array;
  readonly allowTestEquipment: boolean;
  /** The names of its keys for bundles. */
  readonly bundleKeys: readonly string[];
  /** Secret. */
  readonly identityPrivateKey: Uint8Array | undefined;
}

/** What a file can be. */
export type Inspected =
  | CertificateObject
  | StatementObject
  | KeyStatementObject
  | CredentialsObject;

/** Reads the content of `file`; throws ConfigError, with the octet from which on it is wrong. */
export function readInspected(content: Uint8Array, file: string): Inspected {
  if (content.length > FILE_OCTETS_MAX) throw damaged(file, `it is larger than ${FILE_OCTETS_MAX}`);
  const text = utf8Decode(content)?.trim() ?? '';
  if (text.startsWith('{')) return readCredentialsText(text, file);
  const isHex = /^([0-9a-f]{2})+$/i.test(text);
  const octets = isHex ? fromHex(text) : Uint8Array.from(content);
  if (octets.length === KEY_OCTETS) throw damaged(file, 'it has the size of a key, and no more');
  return readObject(octets, file, '');
}

function readCredentialsText(text: string, file: string): CredentialsObject {
  const json = parseCredentials(text, file);
  const certificate = readObject(fromHex(json.certificate), file, 'credentials.certificate: ');
  const statement = readObject(fromHex(json.statement), file, 'credentials.statement: ');
  if (certificate.kind !== 'certificate') throw damaged(file, 'credentials.certificate is none');
  if (statement.kind !== 'statement') throw damaged(file, 'credentials.statement is none');
  const { identityPrivateKey: key, allowTestEquipment, bundleKeys = [] } = json;
  return {
    kind: 'credentials',
    certificate,
    statement,
    rootPublicKeys: json.rootPublicKeys.map(fromHex),
    constellationId: fromHex(json.constellationId),
    allowTestEquipment,
    bundleKeys: bundleKeys.map(({ name }) => name),
    identityPrivateKey: key === ABSENT ? undefined : fromHex(key),
  };
}

function parseCredentials(text: string, file: string): CredentialsJson {
  try {
    const json = { identityPrivateKey: ABSENT, ...(JSON.parse(text) as object) };
    return readCredentials(new JsonCursor(json, 'credentials').secret);
  } catch (error) {
    // The words of the JSON parser may quote a key.
    throw damaged(file, error instanceof ConfigError ? error.message : 'this is not JSON');
  }
}

function readObject(
  octets: Uint8Array,
  file: string,
  place: string,
): CertificateObject | StatementObject | KeyStatementObject {
  const flaws = KINDS.map(() => ({ offset: 0 }));
  const [certificateFlaw, statementFlaw, keyStatementFlaw] = flaws;
  const certificate = decodeCertificate(octets, certificateFlaw);
  if (!(certificate instanceof Fault)) {
    const { certificate: claims, signed } = certificate;
    return { kind: 'certificate', octets, claims, signed };
  }
  const statement = decodeStatement(octets, statementFlaw);
  if (!(statement instanceof Fault)) {
    return { kind: 'statement', octets, fields: statement.statement };
  }
  const keyStatement = decodeKeyStatement(octets, keyStatementFlaw);
  if (!(keyStatement instanceof Fault)) {
    const { statement: fields, signed } = keyStatement;
    return { kind: 'key-statement', fields, signed };
  }
  const offset = Math.max(...flaws.map((flaw) => flaw.offset));
  const furthest = KINDS.filter((_, index) => flaws[index]?.offset === offset);
  // It is most likely what it can be read as for longest.
  const what = furthest.length === 1 ? `no right ${furthest[0]}` : 'no signed object';
  throw damaged(file, `${place}this is ${what}, from octet ${offset} on`);
}

function damaged(file: string, what: string): ConfigError {
  return new ConfigError(what, {
    file,
    expected: 'a certificate, statement, key statement or credentials',
    remedy: 'Name another file, or restore this one from a copy',
  });
}

const KINDS = ['certificate', 'constellation statement', 'handshake key statement'];
const KEY_OCTETS = 32;
/** Stands for the private key of credentials that have none. */
const ABSENT = '00'.repeat(KEY_OCTETS);
/** Four times the largest object, written in hexadecimal in JSON. */
const FILE_OCTETS_MAX = 262_144;
