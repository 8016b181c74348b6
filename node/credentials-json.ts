/** Credentials as plain JSON, octets in hexadecimal, for files and process messages. */
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import { type BundleKey, readBundleKeys } from './bundle-keys.ts';
import type { JsonCursor } from './json-cursor.ts';

/** The admission key of one epoch. */
export interface AdmissionKeyJson {
  readonly epoch: number;
  readonly key: string;
}

/** Field by field what `Credentials` is, and more keys. Secret: never logged, never in a notice. */
export interface CredentialsJson {
  readonly constellationId: string;
  readonly rootPublicKeys: readonly string[];
  readonly statement: string;
  readonly identityPrivateKey: string;
  readonly certificate: string;
  readonly admissionKeys: readonly AdmissionKeyJson[];
  readonly allowTestEquipment: boolean;
  /** Those that the authority grants this node for the security of bundles, if any. */
  readonly bundleKeys?: readonly BundleKey[];
}

/** The JSON form. */
export function encodeCredentials(credentials: Credentials): CredentialsJson {
  return {
    constellationId: toHex(credentials.constellationId),
    rootPublicKeys: credentials.rootPublicKeys.map(toHex),
    statement: toHex(credentials.statement),
    identityPrivateKey: toHex(credentials.identityPrivateKey),
    certificate: toHex(credentials.certificate),
    admissionKeys: credentials.admissionKeys.map(({ epoch, key }) => ({ epoch, key: toHex(key) })),
    allowTestEquipment: credentials.allowTestEquipment,
  };
}

/** Fresh octets from a JSON form that has been checked. */
export function decodeCredentials(json: CredentialsJson): Credentials {
  return {
    constellationId: fromHex(json.constellationId),
    rootPublicKeys: json.rootPublicKeys.map(fromHex),
    statement: fromHex(json.statement),
    identityPrivateKey: fromHex(json.identityPrivateKey),
    certificate: fromHex(json.certificate),
    admissionKeys: json.admissionKeys.map(({ epoch, key }) => ({ epoch, key: fromHex(key) })),
    allowTestEquipment: json.allowTestEquipment,
  };
}

/** Checks the JSON form that a person wrote; throws ConfigError, which never shows the octets. */
export function readCredentials(cursor: JsonCursor): CredentialsJson {
  cursor.object([
    'constellationId',
    'rootPublicKeys',
    'statement',
    'identityPrivateKey',
    'certificate',
    'admissionKeys',
    'allowTestEquipment',
    'bundleKeys',
  ]);
  const bundleKeys = cursor.at('bundleKeys');
  return {
    constellationId: cursor.at('constellationId').hex(16, 16),
    rootPublicKeys: cursor.at('rootPublicKeys').list(ROOTS_MAX, (key) => key.hex(32, 32)),
    statement: cursor.at('statement').hex(1, OBJECT_OCTETS_MAX),
    identityPrivateKey: cursor.at('identityPrivateKey').hex(32, 32),
    certificate: cursor.at('certificate').hex(1, OBJECT_OCTETS_MAX),
    admissionKeys: readAdmissionKeys(cursor.at('admissionKeys')),
    allowTestEquipment: cursor.at('allowTestEquipment').boolean(),
    ...(bundleKeys.present ? { bundleKeys: readBundleKeys(bundleKeys) } : {}),
  };
}

/** One an epoch; an empty list means the open key. */
function readAdmissionKeys(cursor: JsonCursor): AdmissionKeyJson[] {
  const keys = cursor.list(ADMISSION_KEYS_MAX, (entry) => {
    entry.object(['epoch', 'key']);
    return { epoch: entry.at('epoch').integer(0), key: entry.at('key').hex(32, 32) };
  });
  const epochs = new Set(keys.map(({ epoch }) => epoch));
  if (epochs.size < keys.length) throw cursor.mistake('one admission key for each epoch');
  return keys;
}

/** The epoch before, the current one and the next. */
const ADMISSION_KEYS_MAX = 3;
/** link-security §5.6: 1–4 roots. */
const ROOTS_MAX = 4;
const OBJECT_OCTETS_MAX = 65_535;
