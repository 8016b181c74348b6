/** Puts a satellite together from its configuration: decodes, identifies itself, adds services. */

import { assert } from '#protocol/assert.ts';
import { parseEid } from '#protocol/bundle/eid.ts';
import { equal } from '#protocol/bytes/octets.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { Fault } from '#protocol/fault.ts';
import { createBootIdentity } from '#protocol/session/boot-identity.ts';
import { decodeCertificate } from '#protocol/session/certificate.ts';
import type { Credentials } from '#protocol/session/credentials.ts';
import { verifyStatement } from '#protocol/session/statement.ts';
import type { NodeConfig, ServicesConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import { decodeCredentials } from './credentials-json.ts';
import type { SatellitePorts } from './ports.ts';
import { Satellite } from './satellite.ts';
import type { Service } from './service.ts';
import { Echo } from './services/echo.ts';
import { Ping } from './services/ping.ts';
import { TrafficSink } from './services/traffic-sink.ts';
import { TrafficSource } from './services/traffic-source.ts';

/**
 * A satellite, not yet started. `config` has been through `parseNodeConfig` or was made by a
 * fleet; throws ConfigError when its credentials contradict themselves.
 */
export function createSatellite(config: NodeConfig, ports: SatellitePorts): Satellite {
  const credentials = decodeCredentials(config.credentials);
  const { crypto, random } = ports;
  checkCredentials(credentials, crypto);
  const identity = createBootIdentity(credentials, config.boot, crypto, random);
  const { node, scid, epochUnixMs, plan, directory, link, store } = config;
  return new Satellite(
    {
      node,
      scid,
      epochUnixMs,
      credentials,
      identity,
      frameOctetsMax: link.frameOctetsMax,
      storeOctetsMax: store.octetsMax,
      bundleOctetsMax: BUNDLE_OCTETS_MAX,
      plan,
      directory,
    },
    ports,
    createServices(config.services),
  );
}

function createServices({ echo, sink, sources, pings = [] }: ServicesConfig): Service[] {
  return [
    ...(echo ? [new Echo()] : []),
    ...(sink ? [new TrafficSink()] : []),
    ...sources.map((source) => {
      const destination = parseEid(source.destination);
      assert(!(destination instanceof Fault), 'the configuration names an endpoint');
      return new TrafficSource({ ...source, destination });
    }),
    ...pings.map((ping) => new Ping(ping)),
  ];
}

/** Refuses credentials that no peer would accept. */
function checkCredentials(credentials: Credentials, { curve }: CryptoProvider): void {
  const { rootPublicKeys, constellationId, identityPrivateKey } = credentials;
  const own = decodeCertificate(credentials.certificate);
  if (own instanceof Fault) throw badCredentials('certificate is not well-formed');
  const publicKey = curve.ed25519Public(identityPrivateKey);
  if (!equal(own.certificate.publicKey, publicKey)) {
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

/** The largest bundle a node takes, in or out. */
const BUNDLE_OCTETS_MAX = 1024 * 1024;
