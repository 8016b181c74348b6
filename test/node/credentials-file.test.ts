import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, formatConfigError } from '#node/config-error.ts';
import { readNodeConfig } from '#node/config-file.ts';
import { sampleConfig } from '../simulation/sample-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'secrets'));
const { credentials, ...CONFIG } = sampleConfig();
const FILE = join(folder, 'secrets', 'alpha.json');

describe('credentials in a file', () => {
  it('are found from where the configuration lies, and are the same as within it', () => {
    write(credentials);
    expect(read('secrets/alpha.json')).toEqual({ ...CONFIG, credentials });
    expect(read(FILE).credentials).toEqual(credentials);
  });

  it.skipIf(process.platform === 'win32')('call for a warning when others can read them', () => {
    write(credentials, 0o640);
    const warnings: string[] = [];
    read(FILE, warnings);
    expect(warnings).toEqual([expect.stringMatching(/^.*alpha\.json: others .* Run chmod 600/)]);
    write(credentials);
    read(FILE, warnings);
    expect(warnings).toHaveLength(1);
  });

  it('are asked for by name when they are missing', () => {
    expect(told('secrets/none.json')).toContain(join(folder, 'secrets', 'none.json'));
    expect(told('secrets/none.json')).toContain('it cannot be read (ENOENT)');
  });

  it('are refused when they are damaged, with their own file named and no octet shown', () => {
    const secret = credentials.identityPrivateKey;
    write({ ...credentials, identityPrivateKey: `${secret}00` });
    const damaged = told(FILE);
    expect(damaged).toContain(`${FILE}: credentials.identityPrivateKey is not right`);
    writeFileSync(FILE, `${JSON.stringify(credentials)}}`);
    expect(told(FILE)).toContain(`${FILE}: this is not JSON`);
    for (const message of [damaged, told(FILE)]) expect(message).not.toContain(secret.slice(0, 8));
  });

  it('are not looked for under the name of a key that was put in the wrong place', () => {
    const secret = credentials.identityPrivateKey;
    expect(told(secret)).toContain('credentials is not right. Expected an object');
    expect(told(secret)).not.toContain(secret.slice(0, 8));
  });
});

describe('keys for bundles', () => {
  const key = (name: string, octets: string) => ({ name, use: 'aes-gcm', octets });
  const rule = {
    role: 'source',
    service: 'confidentiality',
    targets: ['payload'],
    key: 'science',
  };
  const SECRET = 'd7'.repeat(32);
  const KEYS_FILE = join(folder, 'secrets', 'keys.json');
  const withRules = (keys?: unknown) => ({
    ...CONFIG,
    credentials: 'secrets/alpha.json',
    bundleSecurity: { ...(keys === undefined ? {} : { keys }), rules: [rule] },
  });

  it('come from a file of their own, which calls for a warning when others can read it', () => {
    write(credentials);
    writeFileSync(KEYS_FILE, JSON.stringify([key('science', SECRET)]));
    chmodSync(KEYS_FILE, 0o644);
    const warnings: string[] = [];
    const { bundleSecurity } = readJson(withRules('secrets/keys.json'), warnings);
    expect(bundleSecurity).toMatchObject({ keys: [key('science', SECRET)], policy: {} });
    expect(warnings).toEqual([expect.stringMatching(/keys\.json: others .* chmod 600/)]);
  });

  it('come with the credentials, and then need not be listed', () => {
    write({ ...credentials, bundleKeys: [key('science', SECRET)] });
    expect(readJson(withRules()).bundleSecurity?.keys).toEqual([key('science', SECRET)]);
    const own = [key('other', SECRET), key('science', SECRET)];
    expect(readJson(withRules(own)).bundleSecurity?.keys).toEqual(own);
  });

  it('are refused when they are wrong, with their own file named and no octet shown', () => {
    write({ ...credentials, bundleKeys: [key('science', SECRET)] });
    const twice = messageOf(() => readJson(withRules([key('science', 'd8'.repeat(32))])));
    expect(twice).toContain('bundleSecurity.keys and the credentials have a key science each');
    writeFileSync(KEYS_FILE, JSON.stringify([key('science', `${SECRET}d7`)]));
    const damaged = messageOf(() => readJson(withRules('secrets/keys.json')));
    expect(damaged).toContain(`${KEYS_FILE}: keys[0].octets is not right`);
    const missing = messageOf(() => readJson(withRules('secrets/none.json')));
    expect(missing).toContain('a list of keys, each with name, use and octets');
    const misplaced = messageOf(() => readJson(withRules(SECRET)));
    for (const text of [twice, damaged, missing, misplaced]) expect(text).not.toContain('d7d7');
  });
});

function write(content: unknown, mode = 0o600): void {
  writeFileSync(FILE, JSON.stringify(content));
  chmodSync(FILE, mode);
}

function read(name: string, warnings: string[] = []) {
  return readJson({ ...CONFIG, credentials: name }, warnings);
}

function readJson(json: unknown, warnings: string[] = []) {
  const file = join(folder, 'node.json');
  writeFileSync(file, JSON.stringify(json));
  return readNodeConfig(file, (line) => warnings.push(line));
}

function told(name: string): string {
  return messageOf(() => read(name));
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  return '';
}
