/** The two nodes of a flood, the victim and its neighbour, as `orbweaver node` is given them. */
import { createAuthority } from '#harness/authority/authority.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import type { NodeConfig } from '#node/config.ts';
import { encodeCredentials } from '#node/credentials-json.ts';
import type { Credentials } from '#protocol/membership/credentials.ts';

/** What happens when, counted from the start of the run. */
export const TIMES_MS = {
  floodBegins: 5_000,
  contactBegins: 6_000,
  trafficEnds: 11_000,
  floodEnds: 11_200,
  end: 12_500,
} as const;

/** Of the victim and the neighbour; their node numbers as well. */
export const SCIDS: readonly [number, number] = [257, 258];
/** Of the link between them. */
export const FRAME_OCTETS_MAX = 1_400;

/**
 * Both configurations, and credentials of the victim. `ports` are where the two listen, `doors`
 * where each sees the other: the first is the neighbour's, for the victim.
 */
export function floodedConfigs(
  epochUnixMs: number,
  ports: readonly [number, number],
  doors: readonly number[],
): { readonly configs: readonly [NodeConfig, NodeConfig]; readonly credentials: Credentials } {
  const random = new OsRandom();
  const options = { name: 'flood', provider: nativeProvider, random, testEquipment: false };
  const authority = createAuthority(options);
  const issued = SCIDS.map((scid) =>
    authority.issue({ eid: `ipn:${scid}.0`, scids: [scid], roles: 1 }),
  );
  const [victim, neighbour] = SCIDS;
  const sees = (self: number, other: number, index: 0 | 1): NodeConfig => ({
    name: self === victim ? 'victim' : 'neighbour',
    node: self,
    scid: self,
    epochUnixMs,
    boot: 1,
    terminals: 1,
    bind: [address(ports[index])],
    crypto: 'auto',
    credentials: encodeCredentials(issued[index] as Credentials),
    link: { frameOctetsMax: FRAME_OCTETS_MAX },
    security: { rekeyAfterUs: REKEY_AFTER_US },
    store: { octetsMax: 10_000_000, durability: 'memory' },
    directory: [
      { node: self, scid: self, terminals: [address(ports[index])] },
      { node: other, scid: other, terminals: [address(doors[index] as number)] },
    ],
    plan: planOf(),
    services: { echo: false, sink: true, sources: [sourceTo(other)] },
  });
  const configs = [sees(victim, neighbour, 0), sees(neighbour, victim, 1)] as const;
  return { configs, credentials: issued[0] as Credentials };
}

function planOf(): NodeConfig['plan'] {
  const [a, b] = SCIDS;
  const meeting = { startsAt: TIMES_MS.contactBegins * 1_000, endsAt: 60_000_000 };
  const way = { ...meeting, rateBps: 1e8, fromTerminal: 0, toTerminal: 0 };
  const contacts = [
    { from: a, to: b, ...way },
    { from: b, to: a, ...way },
  ];
  return { contacts, ranges: [{ a, b, ...meeting, owltUs: 1_000 }] };
}

function sourceTo(node: number): NodeConfig['services']['sources'][number] {
  const [startsAt, endsAt] = [TIMES_MS.contactBegins * 1_000, TIMES_MS.trafficEnds * 1_000];
  const beat = { everyUs: 20_000, startsAt, endsAt, lifetimeMs: 60_000 };
  return {
    ...beat,
    service: 1_000,
    destination: `ipn:${node}.9`,
    sizeOctets: 1_000,
    trafficClass: 1,
  };
}

function address(port: number) {
  return { host: '127.0.0.1', port };
}

/** Often enough that some come in the middle of the flood. */
const REKEY_AFTER_US = 1_500_000;
