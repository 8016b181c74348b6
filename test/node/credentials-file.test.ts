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

function write(content: unknown, mode = 0o600): void {
  writeFileSync(FILE, JSON.stringify(content));
  chmodSync(FILE, mode);
}

function read(name: string, warnings: string[] = []) {
  const file = join(folder, 'node.json');
  writeFileSync(file, JSON.stringify({ ...CONFIG, credentials: name }));
  return readNodeConfig(file, (line) => warnings.push(line));
}

function told(name: string): string {
  try {
    read(name);
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  return '';
}
