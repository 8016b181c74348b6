import { describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { buildWorld } from '#harness/constellation/world.ts';
import { membersOf, placeFlows } from '#harness/fleet/members.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { parseScenario } from '#harness/scenario/load.ts';
import type { Scenario } from '#harness/scenario/scenario.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { decodeCredentials } from '#node/credentials-json.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeCertificate } from '#protocol/membership/certificate.ts';

const SCENARIO = parseScenario(
  `
name: members
constellation:
  kind: elements
  satellites:
    - { name: alpha, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 0 deg }
    - { name: beta, altitude: 780 km, inclination: 90 deg, raan: 0 deg, meanAnomaly: 15 deg }
topology: { kind: links, links: [[alpha, beta]] }
groundStations: [{ name: quito, latitude: -0.2 deg, longitude: -78.5 deg }]
traffic:
  - { from: alpha, to: beta, every: 100 ms }
  - { from: quito, to: alpha, every: 3 s }
  - { from: alpha, to: quito, class: flash, every: 200 ms }
`,
  'members.yaml',
);

describe('the members of a fleet', () => {
  it('get every flow at its source, with a service of its own', () => {
    const members = membersOfScenario(20_000);
    expect(members.map(({ services }) => services?.sources?.map(({ service }) => service))).toEqual(
      [[1_000, 1_002], [], [1_001]],
    );
    const [alpha, beta, quito] = members.map(({ node }) => node);
    expect(members[0]?.services?.sources?.map(({ destination }) => destination)).toEqual([
      expect.stringMatching(`^ipn:${beta}\\.`),
      expect.stringMatching(`^ipn:${quito}\\.`),
    ]);
    expect(members[2]?.services?.sources?.[0]?.destination).toMatch(`ipn:${alpha}.`);
  });

  it.each([
    [2_000, 500_000],
    [20_000, 5_000_000],
    [600_000, 5_000_000],
  ])('let the links form before traffic: of %d ms the first %d µs', (durationMs, quietUs) => {
    for (const { services } of membersOfScenario(durationMs)) {
      for (const { startsAt, everyUs, endsAt } of services?.sources ?? []) {
        expect(startsAt).toBeGreaterThanOrEqual(quietUs);
        expect(startsAt).toBeLessThan(quietUs + everyUs);
        expect(endsAt).toBe(durationMs * 1_000);
      }
    }
  });

  it('have a home where they are killed, and a store there where bundles are to be on disk', () => {
    const homesOf = (change: Partial<Scenario>) =>
      membersOfScenario(20_000, change, 'homes').map(({ home, store }) => [home, store.directory]);
    const faults = [
      { kind: 'kill', node: 'alpha', atMs: 1, everyMs: undefined, untilMs: undefined, backMs: 1 },
    ] as const;
    const store = { octetsMax: 1_000_000, durability: 'flush' } as const;
    const memory = { ...store, durability: 'memory' } as const;
    expect(homesOf({ faults, store: memory })[0]).toEqual(['homes/alpha', undefined]);
    expect(homesOf({ store })[0]).toEqual([undefined, 'homes/alpha/store']);
    expect(homesOf({ faults, store })[1]).toEqual(['homes/beta', 'homes/beta/store']);
  });

  it('carry the role of what they are', () => {
    const roles = membersOfScenario(1_000).map(({ credentials }) => {
      const decoded = decodeCertificate(decodeCredentials(credentials).certificate);
      return decoded instanceof Fault ? decoded : decoded.certificate.roles;
    });
    expect(roles).toEqual([0b01, 0b01, 0b10]);
  });
});

function membersOfScenario(durationMs: number, change: Partial<Scenario> = {}, homes?: string) {
  const scenario = { ...SCENARIO, durationMs, ...change };
  const world = buildWorld(scenario, 1_000_000);
  const random = new SeededRandom(1, 'test');
  const authority = createAuthority({
    name: scenario.name,
    provider: nativeProvider,
    random,
    testEquipment: false,
  });
  return membersOf(scenario, world, placeFlows(scenario, world), authority, random, homes);
}
