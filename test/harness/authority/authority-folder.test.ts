import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  createAuthorityFolder,
  openAuthorityFolder,
  privateFilesOf,
  readPublicParts,
} from '#harness/authority/authority-folder.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { toHex } from '#protocol/bytes/octets.ts';

const base = mkdtempSync(join(tmpdir(), 'authority-'));
afterAll(() => rmSync(base, { recursive: true }));

describe('an authority in a folder', () => {
  it('comes back as it was', () => {
    const { folder, authority } = made();
    const issued = authority.issue(NODE);
    authority.revoke({ certificateIds: [toHex(authority.certificates[0]!.claims.id)] });
    authority.addIssuer();
    authority.advanceEpoch();
    const grant = authority.makeBundleKey('science', 'aes-256-gcm', 'ipn:[7-8].*');
    const again = openAuthorityFolder(folder, OPTIONS);
    expect(toHex(again.statement.octets)).toBe(toHex(authority.statement.octets));
    expect(again.certificates.map(({ claims }) => toHex(claims.id))).toEqual(
      authority.certificates.map(({ claims }) => toHex(claims.id)),
    );
    expect(again.bundleGrants).toEqual([grant]);
    expect(() => again.makeBundleKey('science', 'key-wrap', '*')).toThrow('key science already');
    const renewed = again.issue(NODE);
    expect(toHex(renewed.constellationId)).toBe(toHex(issued.constellationId));
    expect(again.advanceEpoch().serial).toBe(5);
  });

  it.skipIf(process.platform === 'win32')('keeps its secrets to its owner', () => {
    const { folder } = made();
    expect(statSync(join(folder, 'private')).mode & 0o777).toBe(0o700);
    const modes = privateFilesOf(folder).map((file) => statSync(file).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600, 0o600]);
  });

  it('holds no secret in its public part', () => {
    const { folder, authority } = made();
    authority.issue(NODE);
    const secrets = privateFilesOf(folder).map((file) => readFileSync(file, 'utf8').trim());
    for (const name of readdirSync(join(folder, 'public'), { recursive: true }) as string[]) {
      const path = join(folder, 'public', name);
      if (statSync(path).isDirectory()) continue;
      const content = readFileSync(path);
      const text = `${content.toString('hex')} ${content}`;
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });

  it('is never made over what is there', () => {
    const { folder } = made();
    expect(told(() => createAuthorityFolder(folder, NEW, OPTIONS))).toContain('exists already');
    const other = join(base, 'file');
    writeFileSync(other, '');
    expect(() => createAuthorityFolder(other, NEW, OPTIONS)).toThrow(ConfigError);
    expect(readdirSync(base).filter((name) => name.startsWith('.new-'))).toEqual([]);
  });

  it('is made in an empty folder, but not in one that does not exist', () => {
    const folder = join(base, 'empty');
    mkdirSync(folder);
    expect(createAuthorityFolder(folder, NEW, OPTIONS).statement.serial).toBe(1);
    const nowhere = join(base, 'no', 'where');
    expect(told(() => createAuthorityFolder(nowhere, NEW, OPTIONS))).toContain('ENOENT');
  });

  it('lets only one of two runs make a serial', () => {
    const { folder, authority } = made();
    const other = openAuthorityFolder(folder, OPTIONS);
    authority.revoke({ certificateIds: ['aa'.repeat(16)] });
    const late = () => other.revoke({ certificateIds: ['bb'.repeat(16)] });
    expect(told(late)).toContain('000002.cose: it exists already. Another run has been faster');
    expect(other.statement.serial).toBe(1);
    expect([...openAuthorityFolder(folder, OPTIONS).statement.revoked]).toEqual(['aa'.repeat(16)]);
  });

  it('is as it was when a write was interrupted', () => {
    const { folder } = made();
    writeFileSync(join(folder, 'public/statements/.new-1-000002.cose'), 'half a st');
    writeFileSync(join(folder, 'private/.new-2-admission-3.key'), 'ab');
    const authority = openAuthorityFolder(folder, OPTIONS);
    expect(authority.statement.serial).toBe(1);
    expect(authority.advanceEpoch().serial).toBe(2);
  });

  it('goes on with the keys that an interrupted run has made before its statement', () => {
    const { folder, authority } = made();
    authority.addIssuer();
    authority.advanceEpoch();
    const keys = privateFilesOf(folder);
    // As if the statements of that run had never been written.
    unlinkSync(join(folder, 'public/statements/000002.cose'));
    unlinkSync(join(folder, 'public/statements/000003.cose'));
    const again = openAuthorityFolder(folder, OPTIONS);
    again.addIssuer();
    again.advanceEpoch();
    expect(privateFilesOf(folder)).toEqual(keys);
    expect(toHex(again.statement.issuerPublicKeys.at(-1)!)).toBe(
      toHex(authority.statement.issuerPublicKeys.at(-1)!),
    );
  });

  it('issues without its root key, and says so when it needs it', () => {
    const { folder } = made();
    renameSync(join(folder, 'private/root.key'), join(base, 'root-elsewhere'));
    const authority = openAuthorityFolder(folder, OPTIONS);
    authority.issue(NODE);
    expect(told(() => authority.advanceEpoch())).toContain('private root key is not here');
    expect(existsSync(join(folder, 'public/statements/000002.cose'))).toBe(false);
  });

  it('shows its public part without the private one', () => {
    const { folder } = made();
    rmSync(join(folder, 'private'), { recursive: true });
    expect(readPublicParts(folder, nativeProvider.curve).name).toBe('Example');
    expect(told(() => openAuthorityFolder(folder, OPTIONS))).toContain(
      'private: it cannot be read',
    );
  });

  const damages: [string, string, (file: string) => void, string][] = [
    ['an identity that is missing', 'public/authority.json', unlinkSync, 'cannot be read (ENOENT)'],
    ['an identity cut off', 'public/authority.json', cut, 'this is not JSON'],
    [
      'an identity without roots',
      'public/authority.json',
      (file) => writeFileSync(file, '{"name":"x","constellationId":"00"}'),
      'authority.json: rootPublicKeys is missing',
    ],
    ['a statement cut off', 'public/statements/000001.cose', cut, '(session.cbor)'],
    ['a statement changed', 'public/statements/000001.cose', flipLast, '(session.cert-sig)'],
    [
      'a statement under another serial',
      'public/statements/000001.cose',
      (file) => renameSync(file, file.replace('1.cose', '7.cose')),
      'its serial is 1',
    ],
    ['no statement', 'public/statements/000001.cose', unlinkSync, 'there is no statement'],
    ['a root key cut off', 'private/root.key', cut, 'no key of 32 octets in hexadecimal'],
    [
      'a root key of another',
      'private/root.key',
      (file) => writeFileSync(file, '11'.repeat(32)),
      'this is the key of another root',
    ],
    [
      'a key of no known kind',
      'private/root.key',
      (file) => renameSync(file, file.replace('root', 'boot')),
      'boot.key: this is no key of an authority',
    ],
    ['a register with noise', 'public/certificates/x.cose', append, 'this is no certificate'],
  ];
  it.each(damages)('refuses %s and names the file', (_, path, damage, what) => {
    const { folder } = made();
    damage(join(folder, path));
    const message = told(() => openAuthorityFolder(folder, OPTIONS));
    expect(message).toContain(what);
    expect(message).toContain(folder);
  });

  it('shows no key when it is in the wrong file', () => {
    const { folder } = made();
    const secret = readFileSync(join(folder, 'private/admission-1.key'), 'utf8').trim();
    writeFileSync(join(folder, 'public/authority.json'), secret);
    writeFileSync(join(folder, 'private/root.key'), `${secret}00`);
    expect(told(() => openAuthorityFolder(folder, OPTIONS))).not.toContain(secret.slice(0, 8));
  });
});

const NODE = { eid: 'ipn:7.0', scids: [7], roles: 1 };
const NEW = { name: 'Example', epoch: 1 };
const OPTIONS = {
  provider: nativeProvider,
  random: new SeededRandom(1, 'folder'),
  testEquipment: false,
};
let count = 0;

function made() {
  const folder = join(base, `authority-${count++}`);
  return { folder, authority: createAuthorityFolder(folder, NEW, OPTIONS) };
}

function told(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  return '';
}

function cut(file: string): void {
  writeFileSync(file, readFileSync(file).subarray(0, 40));
}

function flipLast(file: string): void {
  const octets = readFileSync(file);
  octets[octets.length - 1]! ^= 1;
  writeFileSync(file, octets);
}

function append(file: string): void {
  appendFileSync(file, 'noise');
}
