/** Fragments, copies for groups and status reports in a whole mesh, and what the report makes of them. */
import { describe, expect, it } from 'vitest';
import type { Report } from '#harness/report/report.ts';
import { loadScenario } from '#harness/scenario/load.ts';
import type { FleetKind } from '#harness/scenario/scenario.ts';
import { runQuietly, smallMesh } from './small-mesh.ts';

describe('a virtual fleet whose links take 1 KiB at once', () => {
  it('delivers larger bundles whole, and times them by their last fragment', async () => {
    const whole = await runQuietly(smallMesh('virtual', 6));
    const cut = await runQuietly(smallMesh('virtual', 6, 'bundles: { fragmentSize: 1 KiB }'));
    expectOneFateEach(cut);
    const { books, accepted, delivered } = cut.bundles;
    expect([accepted, delivered]).toEqual([whole.bundles.accepted, whole.bundles.accepted]);
    // Those of 4 KiB alone: of 5 fragments each, over three hops, with a digit to spare.
    const [, large] = cut.flows;
    expect(books.fragmented).toBe(large!.sent);
    expect(books.reassembled).toBe(5 * large!.sent);
    expect(books.forwarded - whole.bundles.books.forwarded).toBe(4 * 3 * large!.sent);
    cut.flows.forEach((flow, index) => {
      const same = whole.flows[index]!;
      expect(flow.hops).toBe(same.hops);
      expect(Math.abs(flow.propagationMs.p50 - same.propagationMs.p50)).toBeLessThan(0.01);
      // Fragments overlap on the way, so what they add is at most some headers more.
      expect(flow.overheadMs.p99).toBeLessThan(same.overheadMs.p99 + 1);
    });
  });
});

describe('an application that is away on another node', () => {
  it.each<FleetKind>(['hosted', 'processes', 'virtual'])(
    'has what comes for it kept by its node, and gets it once when it is back, in fleet %s',
    async (fleet) => {
      const absences = 'absences: [{ node: delta, from: 3 s, until: 5 s }]';
      const report = await runQuietly(smallMesh(fleet, 6, absences));
      expectOneFateEach(report);
      expect(report.verdict).toBe('pass');
      const [toDelta, toAlpha] = report.flows;
      expect(toDelta!.latencyMs.max).toBeGreaterThan(1_500);
      expect(toDelta!.delivered).toBe(toDelta!.sent);
      expect(toAlpha!.latencyMs.p50).toBeLessThan(1_000);
    },
  );
});

describe('the scenario of groups', () => {
  it('gives every alert to every member once, in every fleet the same way', async () => {
    const scenario = { ...loadScenario('scenarios/alert-group.yaml'), durationMs: 8_000 };
    const security = {
      ...scenario.security,
      revocations: scenario.security.revocations.map((each) => ({ ...each, atMs: 6_000 })),
    };
    const report = await runQuietly({ ...scenario, security });
    expect(report.verdict).toBe('pass');
    expectOneFateEach(report);
    const [watch, plane, large] = report.flows;
    expect([watch!.members, plane!.members, large!.members]).toEqual([5, 8, 1]);
    for (const flow of report.flows) expect(flow.delivered).toBe(flow.sent * flow.members);
    expect(report.bundles.statusReports).toEqual({
      delivered: watch!.delivered + large!.delivered,
    });
    expect(report.bundles.books.copied).toBeGreaterThan(0);
    expect(report.security.revocations).toMatchObject([{ node: 'p1s08', unaware: 0 }]);
  });

  it('loses and repeats no piece when nodes are killed, some of which have no clock', async () => {
    const scenario = loadScenario('scenarios/alert-group.yaml');
    const fault = { kind: 'kill', node: undefined, atMs: 4_000, everyMs: 2_000 } as const;
    const report = await runQuietly({
      ...scenario,
      durationMs: 14_000,
      security: { ...scenario.security, revocations: [] },
      bundles: { ...scenario.bundles, clockless: ['p1s01', 'p2s03'], strictness: 'strict' },
      store: { ...scenario.store, durability: 'flush' },
      faults: [{ ...fault, untilMs: 11_000, backMs: 1_500 }],
      objectives: scenario.objectives.filter(({ kind }) => kind !== 'revocations-known'),
    });
    expect(report.faults).toMatchObject({ kills: 4, returns: 4, receivedAgain: 0 });
    expect(report.bundles).toMatchObject({ stored: 0, inFlight: 0, expired: 0, deleted: {} });
    expectOneFateEach(report);
    expect(report.verdict).toBe('pass');
  });
});

function expectOneFateEach({ bundles, faults, objectives }: Report): void {
  const { accepted, delivered, expired, deleted, stored, inFlight, books } = bundles;
  const ends = Object.values(deleted).reduce((sum, count) => sum + count, delivered + expired);
  expect(ends + stored + inFlight).toBe(accepted);
  expect(faults.receivedAgain).toBe(0);
  expect(books.unbalanced).toEqual([]);
  expect(objectives.at(-1)).toMatchObject({ text: 'every bundle has one fate', held: true });
}
