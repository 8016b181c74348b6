/**
 * A constellation authority as a folder. Every file is written once and never changed; the newest
 * statement is the state, so an interrupted run leaves the authority as it was.
 *
 *   public/authority.json            name, constellation id, root public keys
 *   public/statements/000001.cose    by serial
 *   public/certificates/<id>.cose
 *   private/root.key                 Ed25519 seeds and admission keys, in hexadecimal
 *   private/issuer-<key id>.key
 *   private/admission-<epoch>.key
 *   private/bundle-<name>.key        keys for bundles, and the nodes they are for, in JSON
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '#node/config-error.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { equal, fromHex, toHex, utf8Decode } from '#protocol/bytes/octets.ts';
import type { Curve } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate } from '#protocol/membership/certificate.ts';
import { keyIdOf } from '#protocol/membership/cose.ts';
import { verifyStatement } from '#protocol/membership/statement.ts';
import { Authority } from './authority.ts';
import { type BundleGrant, formatGrant, readGrant } from './bundle-grant.ts';
import type { Archive, AuthorityOptions, Holdings } from './contract.ts';
import { type NewAuthority, newHoldings } from './holdings.ts';
import {
  flushFolder,
  isLeftover,
  MODE,
  refusalOf,
  temporaryBeside,
  writeNewFile,
} from './new-file.ts';

/** What anyone may know of an authority. */
export type PublicParts = Pick<
  Holdings,
  'name' | 'constellationId' | 'rootPublicKeys' | 'statements' | 'certificates'
>;

/** Makes a new authority in a new folder; throws ConfigError when there is one, or it cannot. */
export function createAuthorityFolder(
  folder: string,
  authority: NewAuthority,
  options: Omit<AuthorityOptions, 'archive'>,
): Authority {
  const { provider, random } = options;
  const holdings = newHoldings(authority, provider.curve, random);
  const unfinished = temporaryBeside(folder);
  try {
    writeAll(unfinished, holdings, provider.curve);
    // Refuses a folder that has anything in it.
    renameSync(unfinished, folder);
    flushFolder(dirname(folder));
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    throw error instanceof ConfigError ? error : refusalOf(error, folder, NEW_FOLDER);
  }
  return new Authority(holdings, { ...options, archive: archiveIn(folder, provider.curve) });
}

/** Opens the authority in a folder; throws ConfigError for what is missing or damaged. */
export function openAuthorityFolder(
  folder: string,
  options: Omit<AuthorityOptions, 'archive'>,
): Authority {
  const { curve } = options.provider;
  const parts = readPublicParts(folder, curve);
  const holdings = { ...parts, ...readPrivateParts(folder, parts, curve) };
  return new Authority(holdings, { ...options, archive: archiveIn(folder, curve) });
}

/** Reads and verifies what is public; throws ConfigError that names the file. */
export function readPublicParts(folder: string, curve: Curve): PublicParts {
  const identity = readIdentity(join(folder, IDENTITY));
  const { constellationId, rootPublicKeys } = identity;
  const statements = filesIn(join(folder, STATEMENTS), '.cose').map((file) => {
    const octets = readOctets(file);
    const fields = verifyStatement(octets, rootPublicKeys, constellationId, curve);
    if (!(fields instanceof Fault) && file.endsWith(statementFile(fields.serial))) return octets;
    const why = fields instanceof Fault ? fields.key : `its serial is ${fields.serial}`;
    throw damaged(file, `this is no statement of the authority (${why})`);
  });
  if (statements.length === 0) throw damaged(join(folder, STATEMENTS), 'there is no statement');
  const certificates = filesIn(join(folder, CERTIFICATES), '.cose').map((file) => {
    const octets = readOctets(file);
    const fault = decodeCertificate(octets);
    if (!(fault instanceof Fault)) return octets;
    throw damaged(file, `this is no certificate (${fault.key})`);
  });
  return { ...identity, statements, certificates };
}

/** The path, within an authority's folder, of the statement with this serial. */
export function statementFile(serial: number): string {
  return join(STATEMENTS, `${String(serial).padStart(6, '0')}.cose`);
}

/** The private files of an authority's folder that exist. */
export function privateFilesOf(folder: string): string[] {
  return filesIn(join(folder, 'private'), '.key');
}

function readIdentity(
  file: string,
): Pick<PublicParts, 'name' | 'constellationId' | 'rootPublicKeys'> {
  try {
    const json = new JsonCursor(JSON.parse(readText(file))).object([
      'name',
      'constellationId',
      'rootPublicKeys',
    ]);
    const roots = json.at('rootPublicKeys').list(ROOTS_MAX, (key) => fromHex(key.hex(32, 32)));
    return {
      name: json.at('name').text(),
      constellationId: fromHex(json.at('constellationId').hex(16, 16)),
      rootPublicKeys: roots,
    };
  } catch (error) {
    if (error instanceof ConfigError && error.file !== undefined) throw error;
    const why = error instanceof ConfigError ? error.message : 'this is not JSON';
    throw damaged(file, why);
  }
}

function readPrivateParts(
  folder: string,
  { rootPublicKeys }: PublicParts,
  curve: Curve,
): Pick<Holdings, 'rootSeed' | 'issuerSeeds' | 'admissionKeys' | 'bundleGrants'> {
  let rootSeed: Uint8Array | undefined;
  const issuerSeeds: Uint8Array[] = [];
  const admissionKeys = new Map<number, Uint8Array>();
  const bundleGrants: BundleGrant[] = [];
  for (const file of privateFilesOf(folder)) {
    if (BUNDLE_FILE.test(basename(file))) {
      bundleGrants.push(readGrantFile(file));
      continue;
    }
    const [, kind, which = ''] = PRIVATE_FILE.exec(basename(file)) ?? [];
    if (kind === undefined) throw damaged(file, 'this is no key of an authority');
    const key = readKey(file);
    if (kind === 'admission') {
      admissionKeys.set(Number(which), key);
      continue;
    }
    const publicKey = curve.ed25519Key(key).publicKey;
    const fits =
      kind === 'issuer'
        ? toHex(keyIdOf(publicKey)) === which
        : rootPublicKeys.some((root) => equal(root, publicKey));
    if (!fits) throw damaged(file, `this is the key of another ${kind}`);
    if (kind === 'issuer') issuerSeeds.push(key);
    else rootSeed = key;
  }
  return { rootSeed, issuerSeeds, admissionKeys, bundleGrants };
}

function writeAll(folder: string, holdings: Holdings, curve: Curve): void {
  mkdirSync(folder, { mode: 0o755 });
  for (const path of ['public', STATEMENTS, CERTIFICATES]) mkdirSync(join(folder, path));
  mkdirSync(join(folder, 'private'), { mode: 0o700 });
  const { name, constellationId, rootPublicKeys, rootSeed } = holdings;
  const roots = rootPublicKeys.map(toHex);
  const identity = { name, constellationId: toHex(constellationId), rootPublicKeys: roots };
  writeNewFile(
    join(folder, IDENTITY),
    `${JSON.stringify(identity, undefined, 2)}\n`,
    MODE.public,
    NEW_FOLDER,
  );
  if (rootSeed !== undefined) writeKey(join(folder, 'private/root.key'), rootSeed);
  const archive = archiveIn(folder, curve);
  for (const seed of holdings.issuerSeeds) archive.issuerKey(seed);
  for (const [epoch, key] of holdings.admissionKeys) archive.admissionKey(epoch, key);
  holdings.statements.forEach((octets, index) => {
    archive.statement(index + 1, octets);
  });
}

function archiveIn(folder: string, curve: Curve): Archive {
  return {
    issuerKey: (seed) => {
      const keyId = toHex(keyIdOf(curve.ed25519Key(seed).publicKey));
      writeKey(join(folder, `private/issuer-${keyId}.key`), seed);
    },
    admissionKey: (epoch, key) => writeKey(join(folder, `private/admission-${epoch}.key`), key),
    bundleGrant: (grant) => {
      const file = join(folder, `private/bundle-${grant.name}.key`);
      writeNewFile(file, formatGrant(grant), MODE.secret, AGAIN);
    },
    certificate: (id, octets) => {
      writeNewFile(join(folder, CERTIFICATES, `${toHex(id)}.cose`), octets, MODE.public, AGAIN);
    },
    statement: (serial, octets) => {
      writeNewFile(join(folder, statementFile(serial)), octets, MODE.public, AGAIN);
    },
  };
}

function writeKey(file: string, key: Uint8Array): void {
  writeNewFile(file, `${toHex(key)}\n`, MODE.secret, AGAIN);
}

function readKey(file: string): Uint8Array {
  const text = readText(file).trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return fromHex(text);
  throw damaged(file, 'this is no key of 32 octets in hexadecimal');
}

function readGrantFile(file: string): BundleGrant {
  try {
    const grant = readGrant(JSON.parse(readText(file)));
    if (basename(file) === `bundle-${grant.name}.key`) return grant;
    throw damaged(file, `this is the key ${grant.name}`);
  } catch (error) {
    if (error instanceof ConfigError && error.file !== undefined) throw error;
    throw damaged(file, error instanceof ConfigError ? error.message : 'this is not JSON');
  }
}

/** In the order of their names; what an interrupted write has left is passed over. */
function filesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending) && !isLeftover(name))
      .sort()
      .map((name) => join(folder, name));
  } catch (error) {
    throw unreadable(error, folder);
  }
}

function readOctets(file: string): Uint8Array {
  try {
    // No Buffer, whose `slice` shares its octets, may reach the protocol.
    return Uint8Array.from(readFileSync(file));
  } catch (error) {
    throw unreadable(error, file);
  }
}

function readText(file: string): string {
  return utf8Decode(readOctets(file)) ?? '';
}

function unreadable(error: unknown, file: string): ConfigError {
  const { code } = error as NodeJS.ErrnoException;
  return new ConfigError(`it cannot be read (${code})`, {
    file,
    expected: 'the folder of an authority',
    remedy: 'Name the folder that orbweaver keys create has made',
  });
}

function damaged(file: string, what: string): ConfigError {
  return new ConfigError(what, { file, remedy: 'Restore the file from a copy' });
}

const IDENTITY = 'public/authority.json';
const STATEMENTS = 'public/statements';
const CERTIFICATES = 'public/certificates';
const BUNDLE_FILE = /^bundle-.*\.key$/;
const PRIVATE_FILE = /^(root|issuer|admission)(?:-([0-9a-f]+))?\.key$/;
/** link-security §5.6. */
const ROOTS_MAX = 4;
const NEW_FOLDER = 'Choose a folder that does not exist yet';
const AGAIN = 'Another run has been faster: look at what it did, and run the command again';
