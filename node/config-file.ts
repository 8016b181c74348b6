/** Reads the configuration of `orbweaver node` from a file. */
import { readFileSync } from 'node:fs';
import { equal } from '#protocol/bytes/octets.ts';
import type { Curve } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate } from '#protocol/session/certificate.ts';
import { verifyStatement } from '#protocol/session/statement.ts';
import { type NodeConfig, parseNodeConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { type CredentialsJson, decodeCredentials } from './credentials-json.ts';

/** The checked configuration in `file`; every mistake is a ConfigError that names the file. */
export function readNodeConfig(file: string): NodeConfig {
  const text = readText(file);
  try {
    return parseNodeConfig(parseJson(text, file));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(error.message, { ...error, file });
  }
}

/** Refuses credentials that no peer would accept; throws ConfigError that shows no octets. */
export function checkCredentials(json: CredentialsJson, curve: Curve): void {
  const credentials = decodeCredentials(json);
  const { rootPublicKeys, constellationId, identityPrivateKey } = credentials;
  const own = decodeCertificate(credentials.certificate);
  if (own instanceof Fault) throw badCredentials('certificate is not well-formed');
  if (!equal(own.certificate.publicKey, curve.ed25519Public(identityPrivateKey))) {
    throw badCredentials('certificate is for another key than identityPrivateKey');
  }
  const statement = verifyStatement(credentials.statement, rootPublicKeys, constellationId, curve);
  if (statement instanceof Fault) {
    throw badCredentials(`statement is not acceptable (${statement.key})`);
  }
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
    const what = (error as SyntaxError).message;
    const before = text.slice(0, Number(/position (\d+)/.exec(what)?.[1] ?? text.length));
    throw new ConfigError('this is not JSON', {
      file,
      line: before.split('\n').length,
      column: before.length - before.lastIndexOf('\n'),
      expected: `a JSON text, but the parser says: ${what}`,
      remedy: 'Correct the syntax',
    });
  }
}
