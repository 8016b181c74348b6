import { describe, expect, it } from 'vitest';
import { buildWorld } from '#harness/constellation/world.ts';
import type { FleetResult } from '#harness/fleet/fleet.ts';
import { compileReport } from '#harness/report/compile.ts';
import { FaultCensus } from '#harness/report/fault-census.ts';
import { SecurityCensus } from '#harness/report/security-census.ts';
import { Trace } from '#harness/report/trace.ts';
import { loadScenario } from '#harness/scenario/load.ts';
import { LagHistogram } from '#node/lag-histogram.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';

describe('a compiled report', () => {
  it('adds up what nodes and channels counted', () => {
    const { frames, bundles, satellites, groundStations } = compile({
      snapshots: new Map([
        [1, snapshot(10, 8, { 'sdls.replay': 1 }, { full: 2 })],
        [2, snapshot(5, 4, { 'sdls.replay': 2, 'uslp.crc': 1 }, {})],
      ]),
      channelFaults: { 'channel.outage': 3, 'uslp.crc': 1 },
    });
    expect(frames).toEqual({
      sent: 15,
      received: 12,
      correctedSymbols: 7,
      faults: { 'sdls.replay': 3, 'uslp.crc': 2, 'channel.outage': 3 },
    });
    expect(bundles.refused).toEqual({ full: 2 });
    expect(bundles.books).toMatchObject({
      ...{ accepted: 15, delivered: 12, stored: 3, deleted: { canceled: 0 }, unbalanced: [] },
    });
    expect(bundles.deviations).toEqual({ 'bundle.primary-crc': 12 });
    expect([satellites, groundStations]).toEqual([2, 0]);
  });

  it('gives lags as upper bounds, and counts the long ones as missed', () => {
    const { fidelity } = compile({ lag: lags(...new Array(98).fill(100), 4_000, 7_000) });
    expect(fidelity.timerLagMs.p50).toBeGreaterThanOrEqual(0.1);
    expect(fidelity.timerLagMs.p50).toBeLessThan(0.12);
    expect(fidelity.timerLagMs.p99).toBeGreaterThanOrEqual(4);
    expect(fidelity.timerLagMs.p99).toBeLessThan(4.8);
    expect(fidelity.missedDeadlines).toBe(1);
  });

  it('stays finite however late things were', () => {
    const { fidelity } = compile({ lag: lags(60_000_000) });
    expect(fidelity.timerLagMs.p50).toBeGreaterThan(10_000);
    expect(fidelity.timerLagMs.p50).toBeLessThan(20_000);
    expect(fidelity.missedDeadlines).toBe(1);
  });

  it('takes the median transit of the processes, and none of none', () => {
    expect(compile({ transitsUs: [300, 100, 200] }).fidelity.transitMs).toBe(0.2);
    expect(compile({ transitsUs: [] }).fidelity.transitMs).toBeNull();
  });

  it('holds no objective that nothing was measured for', () => {
    const held = compile({}).objectives.filter((objective) => objective.held);
    expect(held.map(({ text }) => text)).toEqual([
      'all links secured within 10 s',
      'every bundle has one fate',
    ]);
  });

  it('has a digest only where there is one', () => {
    expect(compile({ digest: 'abc' }).digest).toBe('abc');
    expect('digest' in compile({})).toBe(false);
  });
});

function compile(result: Partial<FleetResult>) {
  const scenario = loadScenario('scenarios/pair.yaml');
  return compileReport(scenario, buildWorld(scenario, 1_000_000), 2, {
    bootMs: 1,
    links: { expected: 1, secured: 1, byCryptoProvider: { native: 1 } },
    security: new SecurityCensus([]),
    faults: new FaultCensus(),
    trace: new Trace([], () => 0),
    pss: null,
    result: {
      snapshots: new Map(),
      channelFaults: {},
      lag: new LagHistogram().snapshot(),
      transitsUs: [],
      digest: undefined,
      received: undefined,
      inventories: new Map(),
      ...result,
    },
    casualties: [],
    stopped: false,
  });
}

function lags(...valuesUs: number[]): number[] {
  const histogram = new LagHistogram();
  for (const lagUs of valuesUs) histogram.record(lagUs);
  return histogram.snapshot();
}

/** A node's counters, as far as a report looks at them. */
function snapshot(
  sent: number,
  received: number,
  faults: Record<string, number>,
  refused: Record<string, number>,
): SatelliteSnapshot {
  const frames = { sent, received, correctedSymbols: sent - received + 2, faults };
  const deviations = { 'bundle.primary-crc': received };
  const nothing = { forwarded: 0, expired: 0, fragmented: 0, copied: 0, reassembled: 0 };
  const stored = sent - received;
  const ledger = {
    accepted: sent,
    delivered: received,
    stored,
    deleted: { canceled: 0 },
    ...nothing,
  };
  const bundleSecurity = { secured: 0, verified: 0, accepted: 0, failed: {} };
  return {
    ...{ frames, refused, deviations, bundleSecurity, ledger },
    links: [],
  } as unknown as SatelliteSnapshot;
}
