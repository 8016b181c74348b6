/** Reads the configuration of `orbweaver node` from a file. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { equal } from '#protocol/bytes/octets.ts';
import type { Curve } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { verifyCertificate } from '#protocol/membership/certificate-check.ts';
import { verifyStatement } from '#protocol/membership/statement.ts';
import { type NodeConfig, parseNodeConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { readBundleKeysFile, readCredentialsFile, type SecretReader } from './credentials-file.ts';
import { decodeCredentials } from './credentials-json.ts';

/**
 * The checked configuration in `file`; every mistake is a ConfigError that names the file. `warn`
 * is told in one line that others can read its secrets.
 */
export function readNodeConfig(file: string, warn: (line: string) => void): NodeConfig {
  const json = withSecrets(parseJson(readText(file), file), file, warn);
  try {
    return placed(parseNodeConfig(json), dirname(file));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.message, { ...error, file });
  }
}

/**
 * Refuses credentials that no peer with the same constellation statement would accept from this
 * node; throws ConfigError that shows no octets.
 */
export function checkCredentials(config: NodeConfig, curve: Curve): void {
  const { scid } = config;
  const credentials = decodeCredentials(config.credentials);
  const { rootPublicKeys, constellationId, identityPrivateKey } = credentials;
  const statement = verifyStatement(credentials.statement, rootPublicKeys, constellationId, curve);
  if (statement instanceof Fault) {
    throw badCredentials(`statement is not acceptable (${statement.key})`);
  }
  const judge = { credentials, statement, curve, scid };
  const certificate = verifyCertificate(credentials.certificate, judge);
  if (certificate instanceof Fault) {
    throw badCredentials(`certificate is not acceptable (${certificate.key})`);
  }
  if (!equal(certificate.publicKey, curve.ed25519Key(identityPrivateKey).publicKey)) {
    throw badCredentials('certificate is for another key than identityPrivateKey');
  }
}

/** The same configuration, its store where it is from the folder of the file. */
function placed(config: NodeConfig, folder: string): NodeConfig {
  const { directory } = config.store;
  if (directory === undefined) return config;
  return { ...config, store: { ...config.store, directory: resolve(folder, directory) } };
}

/** The same configuration, with what is in the files that it may name instead of its secrets. */
function withSecrets(json: unknown, file: string, warn: (line: string) => void): unknown {
  if (!isObject(json)) return json;
  const read = <Content>(name: string, reader: SecretReader<Content>): Content => {
    const { content, warning } = reader(name, file);
    if (warning !== undefined) warn(warning);
    return content;
  };
  const { credentials, bundleSecurity } = json;
  const changed = { ...json };
  if (isFileName(credentials)) changed.credentials = read(credentials, readCredentialsFile);
  if (isObject(bundleSecurity) && isFileName(bundleSecurity.keys)) {
    const keys = read(bundleSecurity.keys, readBundleKeysFile);
    changed.bundleSecurity = { ...bundleSecurity, keys };
  }
  return changed;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** What looks like a key in the wrong place is not told as the name of a file. */
function isFileName(value: unknown): value is string {
  return typeof value === 'string' && !/^[0-9a-f]{32,}$/i.test(value);
}

function badCredentials(what: string): ConfigError {
  return new ConfigError(`credentials.${what}`, {
    remedy: 'Have the constellation authority issue the credentials anew',
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(`the file cannot be read (${code})`, {
      file,
      remedy: 'Give the path of a configuration file that exists and may be read',
    });
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser's own words may quote a key, so only the position is taken from them, if given.
    const position = / at position (\d+)/.exec((error as SyntaxError).message)?.[1];
    throw new ConfigError('this is not JSON', {
      file,
      ...(position === undefined ? {} : placeIn(text, Number(position))),
      remedy: 'Correct the syntax',
    });
  }
}

function placeIn(text: string, position: number): { line: number; column: number } {
  const before = text.slice(0, position);
  return { line: before.split('\n').length, column: position - before.lastIndexOf('\n') };
}
