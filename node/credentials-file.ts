/** Secrets in files of their own, named by the configuration of a node. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type BundleKey, readBundleKeys } from './bundle-keys.ts';
import { ConfigError } from './config-error.ts';
import { type CredentialsJson, readCredentials } from './credentials-json.ts';
import { JsonCursor } from './json-cursor.ts';

/** What a file holds, and what there is to say about who else may read it. */
export interface SecretFile<Content> {
  readonly content: Content;
  readonly warning: string | undefined;
}

/**
 * Reads and checks the file `name`, relative to the configuration `configFile`. Throws ConfigError
 * that names the file and shows no octets.
 */
export type SecretReader<Content> = (name: string, configFile: string) => SecretFile<Content>;

/** The credentials of a node. */
export const readCredentialsFile: SecretReader<CredentialsJson> = (name, configFile) =>
  readSecretFile(name, configFile, {
    expected: 'the credentials of this node',
    remedy: 'Name the file that orbweaver keys issue has written',
    read: (json) => readCredentials(new JsonCursor(json, 'credentials').secret),
  });

/** Keys for the security of bundles. */
export const readBundleKeysFile: SecretReader<readonly BundleKey[]> = (name, configFile) =>
  readSecretFile(name, configFile, {
    expected: 'a list of keys, each with name, use and octets',
    remedy: 'Name the file that orbweaver keys bundle-key has written',
    read: (json) => readBundleKeys(new JsonCursor(json, 'keys')),
  });

interface SecretForm<Content> {
  readonly expected: string;
  readonly remedy: string;
  readonly read: (json: unknown) => Content;
}

function readSecretFile<Content>(
  name: string,
  configFile: string,
  { expected, remedy, read }: SecretForm<Content>,
): SecretFile<Content> {
  const file = resolve(dirname(configFile), name);
  try {
    const content = read(JSON.parse(readFileSync(file, 'utf8')));
    return { content, warning: permissionWarning(file, statSync(file).mode) };
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(error.message, { ...error, file });
    const { code } = error as NodeJS.ErrnoException;
    const what = code === undefined ? 'this is not JSON' : `it cannot be read (${code})`;
    throw new ConfigError(what, { file, expected, remedy });
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
