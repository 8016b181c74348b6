/**
 * Nodes that are killed without warning and started again, in fleets of every kind. What reached a
 * service is judged by what the services themselves have written down, and what is still stored by
 * a look at the disks: both from outside of the nodes. `ORBWEAVER_STORM=10` makes both storms ten
 * times as long.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { EtherPort } from '#harness/fleet/ether.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import type { Report } from '#harness/report/report.ts';
import { loadScenario, parseScenario } from '#harness/scenario/load.ts';
import type { Scenario } from '#harness/scenario/scenario.ts';
import { runQuietly } from './small-mesh.ts';

const LENGTH = Number(process.env.ORBWEAVER_STORM ?? 1);

afterEach(() => {
  vi.restoreAllMocks();
});

describe('a storm in virtual time', () => {
  it(
    'loses nothing and delivers nothing twice, whatever the seed',
    async () => {
      let kills = 0;
      for (let seed = 1; seed <= SEEDS; seed++) {
        const report = await squall(seed);
        expect(lossesOf(report), `seed ${seed}`).toEqual(NO_LOSSES);
        kills += report.faults.kills;
      }
      expect(kills).toBeGreaterThan(5 * SEEDS);
    },
    120_000 * LENGTH,
  );

  it('is the same again from the same seed, and another from another', async () => {
    const digests: unknown[] = [];
    for (const seed of [1, 1, 2]) digests.push((await squall(seed)).digest);
    expect(digests[1]).toBe(digests[0]);
    expect(digests[2]).not.toBe(digests[0]);
  });

  it('loses bundles that are in memory only, and says so', async () => {
    const store = { ...SQUALL.store, durability: 'memory' } as const;
    const { bundles, faults, verdict } = await squall(1, { store });
    expect(faults.kills).toBeGreaterThan(5);
    expect(bundles.inFlight).toBeGreaterThan(0);
    expect(verdict).toBe('fail');
  });
});

describe.skipIf(process.platform === 'win32')('a storm over a fleet of processes', () => {
  it(
    'loses nothing and delivers nothing twice',
    async () => {
      const [kill] = STORM.faults;
      const faults = [{ ...kill!, untilMs: kill!.untilMs! * LENGTH }];
      const report = await runQuietly({ ...STORM, durationMs: STORM.durationMs * LENGTH, faults });
      expect(report.processes).toBe(12);
      expect(report.faults.kills).toBeGreaterThan(8 * LENGTH);
      expect(report.faults.returns).toBeGreaterThan(8 * LENGTH);
      expect(report.bundles.accepted).toBeGreaterThan(100 * LENGTH);
      expect(report.casualties).toEqual([]);
      expect(lossesOf(report)).toEqual(NO_LOSSES);
      // A service that dies with its node may do so between the node's record and its own.
      expect(report.faults.unreceived).toBeLessThanOrEqual(report.faults.kills);
    },
    120_000 * LENGTH,
  );
});

/** What must not be, and that the books of the mesh balance. */
function lossesOf({ bundles, faults }: Report) {
  const { accepted, delivered, expired, deleted, stored, inFlight } = bundles;
  const fates = Object.values(deleted).reduce((sum, count) => sum + count, 0);
  return {
    unaccounted: accepted - delivered - expired - fates - stored - inFlight,
    lost: inFlight,
    unreadable: deleted['store-lost'] ?? 0,
    receivedAgain: faults.receivedAgain,
  };
}

/**
 * A short storm over six satellites, to its report. The seed says how often nodes are killed, how
 * long they stay away, how much traffic there is, and how many frames the wire loses.
 */
function squall(seed: number, change: Partial<Scenario> = {}): Promise<Report> {
  const chance = new SeededRandom(seed, 'squall');
  const everyMs = 100 + Math.floor(chance.fraction() ** 2 * 500);
  const backMs = 20 + Math.floor(chance.fraction() ** 2 * 1_000);
  const faults = [{ ...SQUALL.faults[0]!, everyMs, backMs }];
  const traffic = SQUALL.traffic.map((flow) => ({
    ...flow,
    everyMs: 30 + Math.floor(chance.fraction() * 100),
  }));
  const loss = seed % 2 === 0 ? 0 : chance.fraction() * 0.1;
  const { deliver } = EtherPort.prototype;
  const wire = vi.spyOn(EtherPort.prototype, 'deliver');
  wire.mockImplementation(function (this: EtherPort, datagram) {
    if (chance.fraction() >= loss) deliver.call(this, datagram);
  });
  const scenario = { ...SQUALL, traffic, faults, ...change };
  return runQuietly(scenario, { seed }).finally(() => wire.mockRestore());
}

const SEEDS = 50 * LENGTH;
const STORM = loadScenario('scenarios/storm.yaml');
const SQUALL = parseScenario(
  `
name: squall
run: 4 s
fleet: virtual
constellation:
  kind: walker
  pattern: delta
  planes: 2
  perPlane: 3
  altitude: 10000 km
  inclination: 55 deg
  raanSpacing: 90 deg
  phasing: 30 deg
topology: { kind: plus-grid }
store: { durability: flush }
faults: [{ kind: kill, node: random, at: 1 s, every: 200 ms, until: 3 s, back: 1 s }]
traffic:
  - { from: p1s01, to: p2s03, class: flash, size: 128 B }
  - { from: p2s02, to: p1s03, class: normal, size: 1 KiB }
  - { from: p1s02, to: p2s01, class: bulk, size: 4 KiB }
objectives: { deliveredRatio: 0.5, nothingLost: true }
`,
  'squall.yaml',
);
const NO_LOSSES = { unaccounted: 0, lost: 0, unreadable: 0, receivedAgain: 0 };
