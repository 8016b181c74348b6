/** Puts a satellite together from its configuration: decodes, identifies itself, adds services. */

import type { BundleSecurity } from '#protocol/agent/options.ts';
import { assert } from '#protocol/assert.ts';
import { parseEid } from '#protocol/bundle/eid.ts';
import { utf8Encode } from '#protocol/bytes/octets.ts';
import { HedgedRandom, hedgeSecret } from '#protocol/crypto/hedged-random.ts';
import { Fault } from '#protocol/fault.ts';
import { keepsUntilStored } from '#protocol/link/channel.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';
import { Membership } from '#protocol/membership/membership.ts';
import { Admission } from '#protocol/session/admission.ts';
import { agentOptionsOf, BUNDLE_OCTETS_MAX, statementGroupOf } from './bundle-config.ts';
import { keyRingOf } from './bundle-keys.ts';
import type { NodeConfig } from './config.ts';
import { decodeCredentials } from './credentials-json.ts';
import type { SatellitePorts } from './ports.ts';
import { checkRandomness } from './repeatable-run.ts';
import type { Rooms } from './rooms.ts';
import { Satellite } from './satellite.ts';
import { sessionPolicyOf } from './security-config.ts';
import type { Service } from './service.ts';
import { Echo } from './services/echo.ts';
import { Ping } from './services/ping.ts';
import { StatementService } from './services/statements.ts';
import { type SinkRecord, TrafficSink } from './services/traffic-sink.ts';
import { TrafficSource } from './services/traffic-source.ts';
import { reportRequestOf, type ServicesConfig } from './services-config.ts';

/**
 * A satellite, not yet started. `config` and its credentials have been checked where they came
 * from a person, and `rooms` hold what it asks for. Throws ConfigError when it would repeat itself
 * where others can listen (LS-907). `record` is told what its traffic sink receives.
 */
export function createSatellite(
  config: NodeConfig,
  ports: SatellitePorts,
  rooms: Rooms = {},
  record?: SinkRecord,
): Satellite {
  const isComplete = rooms.ProvisionedSecurity !== undefined || config.provisioned === undefined;
  assert(isComplete, 'what a configuration asks for has been loaded');
  const credentials = decodeCredentials(config.credentials);
  const { crypto: provider, random, records } = ports;
  const { node, scid, boot: bootMin, epochUnixMs, plan, directory, link, store } = config;
  const { clockErrorMs = Number.POSITIVE_INFINITY } = config.security ?? {};
  const shared = { credentials, provider, random, records };
  const membership = new Membership({ ...shared, bootMin, epochUnixMs, clockErrorMs });
  checkRandomness(config, membership.certificate, ports);
  const admission = new Admission(credentials, provider, random);
  const bundles = config.bundles ?? {};
  const group = statementGroupOf(bundles);
  const statements = group === undefined ? undefined : new StatementService(group, membership);
  return new Satellite(
    {
      node,
      scid,
      epochUnixMs,
      credentials,
      membership,
      admission,
      statements,
      sessionPolicy: sessionPolicyOf(config.security),
      provisioned: config.provisioned,
      rooms,
      channel: link,
      ltp: config.ltp,
      storeOctetsMax: store.octetsMax,
      bundleOctetsMax: BUNDLE_OCTETS_MAX,
      ...agentOptionsOf(bundles, membership.bootMax),
      ...bundleSecurityOf(config, credentials, membership.bootMax, ports),
      // Provisioned neighbours get bundles as they are.
      custody:
        keepsUntilStored({ ...link, ltp: link.ltp !== false }) && config.provisioned === undefined,
      plan,
      directory,
    },
    ports,
    [...createServices(config.services, record), ...(statements === undefined ? [] : [statements])],
  );
}

/** What is drawn for it differs in every boot of every node, whatever the generator gives. */
function bundleSecurityOf(
  { bundleSecurity }: NodeConfig,
  { identityPrivateKey }: Credentials,
  boot: number,
  { crypto, random }: SatellitePorts,
): { bundleSecurity?: BundleSecurity } {
  if (bundleSecurity === undefined) return {};
  const { policy, keys } = bundleSecurity;
  const secret = hedgeSecret(identityPrivateKey, BUNDLES_LABEL);
  const hedged = new HedgedRandom(random, BUNDLES_LABEL, secret, boot);
  return { bundleSecurity: { policy, keys: keyRingOf(keys, crypto.aead, hedged) } };
}

function createServices(
  { echo, sink, sinkAbsences, sources, pings = [] }: ServicesConfig,
  record: SinkRecord | undefined,
): Service[] {
  return [
    ...(echo ? [new Echo()] : []),
    ...(sink ? [new TrafficSink(record, sinkAbsences)] : []),
    ...sources.map((source) => {
      const destination = parseEid(source.destination);
      assert(!(destination instanceof Fault), 'the configuration names an endpoint');
      const reports = reportRequestOf(source.reports);
      return new TrafficSource({ ...source, destination, reports });
    }),
    ...pings.map((ping) => new Ping(ping)),
  ];
}

const BUNDLES_LABEL = utf8Encode('ISLK1 bundles');
