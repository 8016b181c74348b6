/** Credentials in a file of their own, named by the configuration of a node. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { type CredentialsJson, readCredentials } from './credentials-json.ts';
import { JsonCursor } from './json-cursor.ts';

/** Credentials from a file, and what there is to say about who else may read it. */
export interface CredentialsFile {
  readonly credentials: CredentialsJson;
  readonly warning: string | undefined;
}

/**
 * Reads and checks the credentials in `name`, relative to the configuration `configFile`. Throws
 * ConfigError that names the file and shows no octets.
 */
export function readCredentialsFile(name: string, configFile: string): CredentialsFile {
  const file = resolve(dirname(configFile), name);
  try {
    const credentials = readCredentials(
      new JsonCursor(JSON.parse(readFileSync(file, 'utf8')), 'credentials').secret,
    );
    return { credentials, warning: permissionWarning(file, statSync(file).mode) };
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(error.message, { ...error, file });
    const { code } = error as NodeJS.ErrnoException;
    const what = code === undefined ? 'this is not JSON' : `it cannot be read (${code})`;
    throw new ConfigError(what, {
      file,
      expected: 'the credentials of this node',
      remedy: 'Name the file that orbweaver keys issue has written',
    });
  }
}

/** What to say of a file with secrets that others than its owner may use; undefined if none may. */
export function permissionWarning(file: string, mode: number): string | undefined {
  // Windows keeps permissions elsewhere.
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return undefined;
  return `${file}: others than its owner can use these secrets. Run chmod 600 on it.`;
}

/** Reading, writing and running, by group and world. */
const OTHERS = 0o077;
