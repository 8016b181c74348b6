/**
 * One run of a scenario, from launch to report. The same loop drives every kind of fleet: it lets
 * time run to the next change of the channel, makes the change, and tells the screen.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { chooseCrypto } from '#node/adapters/choose-crypto.ts';
import { OsRandom } from '#node/adapters/os-random.ts';
import { type Instant, MICROSECONDS_PER_MS, MICROSECONDS_PER_S } from '#protocol/machine.ts';
import { createAuthority } from './authority/authority.ts';
import { RevocationSchedule } from './authority/revocation-schedule.ts';
import { ChannelSchedule } from './channel/schedule.ts';
import type { Screen, UpOptions } from './cli/screen.ts';
import { buildWorld, type World } from './constellation/world.ts';
import { FaultSchedule } from './faults/fault-schedule.ts';
import type { Fleet, FleetObserver } from './fleet/fleet.ts';
import { makeFleet } from './fleet/make-fleet.ts';
import { membersOf, placeFlows } from './fleet/members.ts';
import { checkMemory } from './fleet/memory-check.ts';
import { SeededRandom } from './fleet/seeded-random.ts';
import { compileReport } from './report/compile.ts';
import { FaultCensus } from './report/fault-census.ts';
import { LinkCensus } from './report/link-census.ts';
import { summarizePss } from './report/memory.ts';
import type { Casualty, Report } from './report/report.ts';
import { SecurityCensus } from './report/security-census.ts';
import { formatNames } from './report/table.ts';
import { Trace } from './report/trace.ts';
import type { Scenario } from './scenario/scenario.ts';

/**
 * Runs `asked`, with what the options change of it. Throws ConfigError before anything has started
 * when it cannot be run; whatever happens, no process is left behind.
 */
export async function up(asked: Scenario, options: UpOptions, screen: Screen): Promise<Report> {
  const scenario = adjust(asked, options);
  checkMemory(scenario, process.availableMemory());
  const runsUntil = scenario.durationMs * MICROSECONDS_PER_MS;
  const world = buildWorld(scenario, runsUntil + drainUsMax(scenario));
  const crypto = await chooseCrypto(scenario.crypto, scenario.security.suite);
  const virtual = scenario.fleet === 'virtual';
  const authority = createAuthority({
    name: scenario.name,
    provider: crypto,
    random: virtual ? new SeededRandom(scenario.seed, 'authority') : new OsRandom(),
    testEquipment: virtual,
  });
  const flows = placeFlows(scenario, world);
  const homes = makeHomes(scenario, options.out);
  const phases = new SeededRandom(scenario.seed, 'traffic');
  const members = membersOf(scenario, world, flows, authority, phases, homes);
  const trace = new Trace(flows, (a, b, at) => world.owltUs(a, b, at));
  const census = new LinkCensus(world.plan);
  const security = new SecurityCensus(world.nodes);
  const faults = new FaultCensus();
  const casualties: Casualty[] = [];
  const watch = new BootWatch(census, screen);
  const observer: FleetObserver = {
    started: (count) => screen.started(count, members.length),
    notice: (node, notice) => {
      trace.notice(node, notice);
      census.notice(node, notice);
      security.notice(node, notice);
      faults.notice(notice);
      watch.look();
    },
    casualty: (casualty) => {
      casualties.push(casualty);
      const { nodes, lastWords } = casualty;
      screen.warn(`${formatNames(nodes)} died: ${lastWords || 'no last words'}`);
    },
    warned: (line) => screen.warn(line),
    killed: (nodes) => faults.killed(nodes),
    returned: (node, at, inventory) => {
      faults.returned(node);
      trace.returned(node, at, inventory);
    },
  };
  const fleet = makeFleet(scenario, members, crypto, observer);
  try {
    const schedule = new ChannelSchedule(world);
    await fleet.launch(schedule.changes(0), options.signal);
    watch.look();
    const withdrawn = scenario.security.revocations;
    const revocations = new RevocationSchedule(withdrawn, world.nodes, authority);
    const kills = killsOf(scenario, world);
    const run = { fleet, schedule, revocations, security, kills, faults, scenario, trace };
    const endsAt = await drive(run, options.signal, screen);
    const pss = summarizePss(fleet.pids);
    const result = await fleet.stop();
    for (const [node, found] of result.inventories) trace.returned(node, endsAt, found);
    const links = census.summary(endsAt);
    const stopped = options.signal.aborted;
    const { bootMs } = watch;
    const measured = { bootMs, links, security, faults, trace, pss, result, casualties, stopped };
    return compileReport(scenario, world, fleet.processes, measured);
  } finally {
    screen.done();
    await fleet.stop();
    if (homes !== undefined) rmSync(homes, { recursive: true, force: true });
  }
}

/** What is driven, and what watches it. */
interface Run {
  readonly fleet: Fleet;
  readonly schedule: ChannelSchedule;
  readonly revocations: RevocationSchedule;
  readonly security: SecurityCensus;
  readonly kills: FaultSchedule;
  readonly faults: FaultCensus;
  readonly scenario: Scenario;
  readonly trace: Trace;
}

/** Lets time run to the end of the scenario and until traffic has settled; the instant it ended. */
async function drive(run: Run, signal: AbortSignal, screen: Screen): Promise<Instant> {
  const { fleet, schedule, revocations, kills, faults, scenario, trace } = run;
  const runsUntil = scenario.durationMs * MICROSECONDS_PER_MS;
  const stepUs = scenario.fleet === 'virtual' ? MICROSECONDS_PER_S : SCREEN_EVERY_US;
  let channelsAt = MICROSECONDS_PER_S;
  for (let now = fleet.now(); !signal.aborted; now = fleet.now()) {
    const { stored, inFlight, accepted, delivered } = trace.ledger();
    screen.traffic({
      elapsedMs: Math.min(now, runsUntil) / MICROSECONDS_PER_MS,
      totalMs: scenario.durationMs,
      sent: accepted,
      delivered,
      stored: stored + inFlight,
      kills: faults.kills,
      away: faults.away,
    });
    if (now >= runsUntil + drainUsMax(scenario)) break;
    if (now >= runsUntil + DRAIN_US_MIN && stored + inFlight === 0) break;
    if (now >= channelsAt) {
      fleet.setChannels(schedule.changes(now));
      channelsAt = (Math.floor(now / MICROSECONDS_PER_S) + 1) * MICROSECONDS_PER_S;
    }
    handOut(run, now);
    strike(run, now);
    const edge = schedule.nextEdge(now) ?? Number.POSITIVE_INFINITY;
    channelsAt = Math.min(channelsAt, edge);
    const nextAt = Math.min(channelsAt, revocations.nextAt, kills.nextAt);
    await fleet.advance(Math.min(now + stepUs, nextAt), signal);
  }
  return Math.min(fleet.now(), runsUntil);
}

/** Hands out the revocations that are due. */
function handOut({ fleet, revocations, security }: Run, now: Instant): void {
  // Bounded by the revocations of the scenario.
  for (let next = revocations.take(now); next !== undefined; next = revocations.take(now)) {
    security.handed(next, now);
    fleet.handStatement(next.to, next.octets);
  }
}

/** Kills and restarts whose time has come. */
function strike({ fleet, kills }: Run, now: Instant): void {
  // Bounded by what the schedule has until now.
  for (let next = kills.take(now); next !== undefined; next = kills.take(now)) {
    if (next.kind === 'kill') fleet.kill(next.node);
    else fleet.restart(next.node);
  }
}

/** A folder for what outlives the processes of the nodes, where anything does. */
function makeHomes({ fleet, store, faults }: Scenario, out = tmpdir()): string | undefined {
  if (fleet === 'virtual' || (store.durability === 'memory' && faults.length === 0)) {
    return undefined;
  }
  return mkdtempSync(resolve(out, 'stores-'));
}

function killsOf({ faults, durationMs, seed }: Scenario, world: World): FaultSchedule {
  const endsAt = durationMs * MICROSECONDS_PER_MS;
  return new FaultSchedule(faults, endsAt, world.nodes, new SeededRandom(seed, 'faults'));
}

/** Nodes that were killed need longer: to return, to agree on keys, to send again. */
function drainUsMax({ faults }: Scenario): number {
  const backMs = Math.max(0, ...faults.map((fault) => fault.backMs ?? 0));
  return DRAIN_US_MAX + (faults.length === 0 ? 0 : RECOVERY_US + backMs * MICROSECONDS_PER_MS);
}

/** Notices when every link that is due at the start has been secured. */
class BootWatch {
  readonly #census: LinkCensus;
  readonly #screen: Screen;
  readonly #launchedNs = process.hrtime.bigint();
  /** Launch to all links secured, on the wall; null until then. */
  bootMs: number | null = null;

  constructor(census: LinkCensus, screen: Screen) {
    this.#census = census;
    this.#screen = screen;
  }

  /** To be called when the fleet is launched, and after every notice. */
  look(): void {
    const { atStart, securedAtStart } = this.#census;
    if (this.bootMs !== null) return;
    this.#screen.secured(securedAtStart, atStart);
    if (securedAtStart < atStart) return;
    this.bootMs = Number(process.hrtime.bigint() - this.#launchedNs) / 1e6;
  }
}

function adjust(scenario: Scenario, options: UpOptions): Scenario {
  const { durationMs, fleet, seed, crypto } = options;
  return {
    ...scenario,
    durationMs: durationMs ?? scenario.durationMs,
    fleet: fleet ?? scenario.fleet,
    seed: seed ?? scenario.seed,
    crypto: crypto ?? scenario.crypto,
  };
}

/** The last bundles may not yet have been told of when the traffic ends. */
const DRAIN_US_MIN = 500_000;
/** What is under way when the traffic ends is given this long to arrive. */
const DRAIN_US_MAX = 3_000_000;
/** For the last node that returns, and the bundles that have waited for it. */
const RECOVERY_US = 15_000_000;
const SCREEN_EVERY_US = 250_000;
