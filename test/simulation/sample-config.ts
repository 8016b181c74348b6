/** A configuration that is right in every place, with issued credentials. */
import { createAuthority } from '#harness/authority/authority.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import type { NodeConfig } from '#node/config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';

/** Node 101 of two, with every kind of service; ports are of the caller's choice. */
export function sampleConfig(): NodeConfig {
  return sampleConfigs()[0];
}

/** Nodes 101 and 102, which meet over terminals 0 and 1, twice. */
export function sampleConfigs(ports = [0, 0, 0, 0]): [NodeConfig, NodeConfig] {
  const authority = createAuthority({
    name: 'sample',
    provider: nativeProvider,
    random: new SeededRandom(1, 'sample'),
    testEquipment: true,
  });
  const address = (index: number) => ({ host: '127.0.0.1', port: ports[index] as number });
  const directory = [
    { node: 101, scid: 101, terminals: [address(0), address(1)] },
    { node: 102, scid: 102, terminals: [address(2), address(3)] },
  ];
  const meeting = (startsAt: number, endsAt: number) => [
    { from: 101, to: 102, startsAt, endsAt, rateBps: 1e7, fromTerminal: 0, toTerminal: 1 },
    { from: 102, to: 101, startsAt, endsAt, rateBps: 1e7, fromTerminal: 1, toTerminal: 0 },
  ];
  const beat = { everyUs: 100_000, startsAt: 0, endsAt: 60_000_000, lifetimeMs: 60_000 };
  const configOf = (node: number, other: number): NodeConfig => ({
    name: `sample ${node}`,
    node,
    scid: node,
    epochUnixMs: 1_760_000_000_000,
    boot: 1,
    terminals: 2,
    crypto: 'auto',
    credentials: encodeCredentials(
      authority.issue({ eid: `ipn:${node}.0`, scids: [node], roles: 0 }),
    ),
    link: { frameOctetsMax: 1_024 },
    store: { octetsMax: 1_000_000 },
    bundles: {
      strictness: 'strict',
      statusReports: true,
      clockless: false,
      fragmentOctetsMax: 4_096,
      reassembly: { setsMax: 10, octetsMax: 100_000, waitMsMax: 60_000 },
      groups: {
        imcScheme: 65_536,
        ipnAllocator: 9,
        statements: 'imc+65536:61.1',
        memberOf: [
          { group: 'dtn://all/~alerts', service: 9 },
          { group: 'ipn:9.1.0', service: 9 },
          { group: 'imc+65536:7.1', service: 9 },
        ],
      },
    },
    plan: {
      contacts: [...meeting(0, 60_000_000), ...meeting(60_000_000, 120_000_000)],
      ranges: [{ a: 101, b: 102, startsAt: 0, endsAt: 120_000_000, owltUs: 1_000 }],
    },
    directory,
    services: {
      echo: true,
      sink: true,
      sinkAbsences: [{ startsAt: 1, endsAt: 2 }],
      sources: [
        {
          ...beat,
          service: 1_000,
          destination: `ipn:${other}.9`,
          sizeOctets: 100,
          trafficClass: 0,
          reports: ['delivery', 'deletion'],
        },
      ],
      pings: [{ ...beat, service: 2_000, node: other, trafficClass: 3 }],
    },
    bind: (directory.find((entry) => entry.node === node) as (typeof directory)[0]).terminals,
  });
  return [configOf(101, 102), configOf(102, 101)];
}
