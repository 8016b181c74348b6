/** Puts a report together from everything that a run has measured. */

import { cpus, totalmem } from 'node:os';
import { LagHistogram } from '#node/lag-histogram.ts';
import type { SatelliteSnapshot } from '#node/satellite.ts';
import { keepsUntilStored } from '#protocol/link/channel.ts';
import type { World } from '../constellation/world.ts';
import type { FleetResult } from '../fleet/fleet.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { commitOf } from './commit.ts';
import type { FaultCensus } from './fault-census.ts';
import { ltpOf } from './ltp-census.ts';
import { addLedgers } from './node-ledgers.ts';
import type { Casualty, Report } from './report.ts';
import { Samples } from './samples.ts';
import type { SecurityCensus } from './security-census.ts';
import { tally } from './tally.ts';
import type { Trace } from './trace.ts';
import { judge, judgeBooks, verdictOf } from './verdict.ts';

/** What a run leaves behind. */
export interface Measured {
  readonly bootMs: number | null;
  readonly links: Report['links'];
  readonly security: SecurityCensus;
  readonly faults: FaultCensus;
  readonly trace: Trace;
  readonly pss: Report['memory']['pssMbPerProcess'];
  readonly result: FleetResult;
  readonly casualties: readonly Casualty[];
  /** A person ended the run early. */
  readonly stopped: boolean;
}

/** The report of one run of `scenario`. */
export function compileReport(
  scenario: Scenario,
  world: World,
  processes: number,
  measured: Measured,
): Report {
  const { bootMs, links, security, trace, pss, result, casualties, stopped } = measured;
  const ledger = trace.ledger();
  const faults = measured.faults.summary(trace, result.received);
  const flows = trace.flows();
  const books = addLedgers(result.snapshots, world);
  const secured = security.summary(result.snapshots);
  const asked = judge(scenario.objectives, {
    bootMs,
    links,
    bundleSecurity: secured.bundles,
    revocations: secured.revocations,
    lost: ledger.inFlight + (ledger.deleted['store-lost'] ?? 0),
    receivedAgain: faults.receivedAgain,
    sent: sum(flows.map(({ sent, members }) => sent * members)),
    delivered: sum(flows.map(({ delivered }) => delivered)),
    overheadPerHopMsP50: trace.overheadPerHopMs.percentiles(50)[0],
    latencyMsP99: trace.latencyMs.percentiles(99)[0],
  });
  const objectives = [...asked, judgeBooks(ledger, books, faults, hasCustody(scenario))];
  const snapshots = [...result.snapshots.values()];
  return {
    scenario: scenario.name,
    fleet: scenario.fleet,
    seed: scenario.seed,
    commit: commitOf(),
    nodeVersion: process.version,
    machine: { cpus: cpus().length, memoryMb: Math.round(totalmem() / 1e6) },
    satellites: world.nodes.filter(({ kind }) => kind === 'satellite').length,
    groundStations: world.nodes.filter(({ kind }) => kind === 'ground').length,
    processes,
    bootMs,
    links,
    security: { suite: scenario.security.suite, ...secured },
    bundles: {
      ...ledger,
      refused: tally(snapshots.map(({ refused }) => refused)),
      deviations: tally(snapshots.map(({ deviations }) => deviations)),
      books,
    },
    faults,
    flows,
    frames: framesOf(snapshots, result),
    ltp: ltpOf(snapshots),
    memory: { pssMbPerProcess: pss },
    fidelity: fidelityOf(result),
    objectives,
    casualties,
    ...(result.digest === undefined ? {} : { digest: result.digest }),
    verdict: verdictOf(objectives, casualties, stopped),
  };
}

/** Whether every hop keeps a bundle until the next one has it. */
function hasCustody({ link: { channel } }: Scenario): boolean {
  return keepsUntilStored({ ...channel, ltp: channel.ltp !== false });
}

function framesOf(snapshots: readonly SatelliteSnapshot[], result: FleetResult): Report['frames'] {
  return {
    sent: sum(snapshots.map(({ frames }) => frames.sent)),
    received: sum(snapshots.map(({ frames }) => frames.received)),
    correctedSymbols: sum(snapshots.map(({ frames }) => frames.correctedSymbols)),
    faults: tally([...snapshots.map(({ frames }) => frames.faults), result.channelFaults]),
  };
}

function fidelityOf({ lag, transitsUs }: FleetResult): Report['fidelity'] {
  const total = sum(lag);
  const percentileMs = (share: number): number => {
    let passed = 0;
    const bucket = lag.findIndex((count) => {
      passed += count;
      return passed >= share * total;
    });
    // The last bucket has no upper bound; its lower one is the upper one of the bucket before.
    const bounded = Math.min(bucket, lag.length - 2);
    return total === 0 ? 0 : LagHistogram.upperBoundUs(bounded) / 1_000;
  };
  const transits = new Samples();
  for (const transitUs of transitsUs) transits.add(transitUs / 1_000);
  const [transitMs] = transits.percentiles(50);
  const missed = lag.filter((_, bucket) => LagHistogram.upperBoundUs(bucket) > MISSED_US);
  return {
    timerLagMs: { p50: percentileMs(0.5), p99: percentileMs(0.99) },
    missedDeadlines: sum(missed),
    transitMs: transitMs ?? null,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A datagram released later than this was late enough to be seen in a latency. */
const MISSED_US = 5_000;
