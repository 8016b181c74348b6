/** Whether a run did what its scenario asks for. */
import type { Objective } from '../scenario/scenario.ts';
import type {
  Casualty,
  FaultReport,
  MeshLedger,
  NodeLedgers,
  ObjectiveResult,
  Report,
  RevocationReport,
} from './report.ts';

/** What objectives are judged by. */
export interface Evidence {
  /** Launch to all expected links secured; null when that never happened. */
  readonly bootMs: number | null;
  readonly links: { readonly expected: number; readonly secured: number };
  /** Bundles to which a node has added security operations, and of which one has accepted some. */
  readonly bundleSecurity: Pick<Report['security']['bundles'], 'secured' | 'accepted'>;
  readonly revocations: readonly Pick<RevocationReport, 'knownAfterMs' | 'unaware'>[];
  /** Accepted bundles that no node has any more, and that have met no fate it should be. */
  readonly lost: number;
  /** Bundles given to a service that had had them. */
  readonly receivedAgain: number;
  /** Of all flows: deliveries that there should be, one to each member of a group, and are. */
  readonly sent: number;
  readonly delivered: number;
  /** These two are undefined when no bundle was delivered. */
  readonly overheadPerHopMsP50: number | undefined;
  readonly latencyMsP99: number | undefined;
}

/** Judges each objective. What was not measured has not held. */
export function judge(objectives: readonly Objective[], evidence: Evidence): ObjectiveResult[] {
  return objectives.map((objective) => ({ text: objective.text, ...holds(objective, evidence) }));
}

/**
 * Judges what every run must do: no bundle without a fate, or with two. `custody` says that every
 * hop keeps a bundle until the next one has it: then, unless nodes were killed, whose last notices
 * are lost, nothing may be on its way that nobody keeps.
 */
export function judgeBooks(
  { accepted, inFlight }: Pick<MeshLedger, 'accepted' | 'inFlight'>,
  books: Pick<NodeLedgers, 'unbalanced'>,
  { receivedAgain, kills }: Pick<FaultReport, 'receivedAgain' | 'kills'>,
  custody: boolean,
): ObjectiveResult {
  const lost = custody && kills === 0 ? inFlight : 0;
  const wrong = [
    ...(lost === 0 ? [] : [`${lost} of ${accepted} lost`]),
    ...(receivedAgain === 0 ? [] : [`${receivedAgain} received again`]),
    ...books.unbalanced.map((name) => `the books of ${name} do not balance`),
  ];
  const value = wrong.length === 0 ? `${accepted} of ${accepted}` : wrong.join(', ');
  return { text: 'every bundle has one fate', held: wrong.length === 0, value };
}

/** `stopped` when a person ended the run; else `pass` if all held and no process died. */
export function verdictOf(
  objectives: readonly ObjectiveResult[],
  casualties: readonly Casualty[],
  stopped: boolean,
): Report['verdict'] {
  if (stopped) return 'stopped';
  return isClean({ objectives, casualties }) ? 'pass' : 'fail';
}

/** All objectives held and no process died: exit code 0, also for a run that was stopped. */
export function isClean({ objectives, casualties }: Pick<Report, 'objectives' | 'casualties'>) {
  return casualties.length === 0 && objectives.every(({ held }) => held);
}

function holds(objective: Objective, evidence: Evidence): Omit<ObjectiveResult, 'text'> {
  switch (objective.kind) {
    case 'links-secured': {
      const { bootMs, links } = evidence;
      if (bootMs === null) {
        return { held: false, value: `${links.secured} of ${links.expected} links secured` };
      }
      const value = `${(bootMs / 1_000).toFixed(1)} s`;
      return { held: bootMs <= objective.withinMs, value };
    }
    case 'delivered-ratio': {
      const { sent, delivered } = evidence;
      if (sent === 0) return { held: false, value: 'no bundle was sent' };
      // Rounded down: 9,999 of 10,000 must not read as 1.
      const ratio = Math.floor((delivered / sent) * 1_000) / 1_000;
      const value = `${ratio} (${delivered} of ${sent})`;
      return { held: delivered / sent >= objective.min, value };
    }
    case 'secured-accepted': {
      const { secured, accepted } = evidence.bundleSecurity;
      if (secured === 0) return { held: false, value: 'no bundle was secured' };
      const ratio = Math.floor((accepted / secured) * 1_000) / 1_000;
      const value = `${ratio} (${accepted} of ${secured})`;
      return { held: accepted / secured >= objective.min, value };
    }
    case 'nothing-lost': {
      const { sent, lost, receivedAgain } = evidence;
      if (sent === 0) return { held: false, value: 'no bundle was sent' };
      const value = `${lost} lost, ${receivedAgain} received again`;
      return { held: lost + receivedAgain === 0, value };
    }
    case 'revocations-known':
      return known(evidence.revocations, objective.withinMs);
    case 'overhead-per-hop-p50':
      return under(evidence.overheadPerHopMsP50, objective.maxMs);
    case 'latency-p99':
      return under(evidence.latencyMsP99, objective.maxMs);
  }
}

function known(
  revocations: Evidence['revocations'],
  withinMs: number,
): Omit<ObjectiveResult, 'text'> {
  if (revocations.length === 0) return { held: false, value: 'none was handed out' };
  const unaware = Math.max(...revocations.map((each) => each.unaware));
  if (unaware > 0) return { held: false, value: `${unaware} nodes do not know` };
  const slowestMs = Math.max(...revocations.map(({ knownAfterMs }) => knownAfterMs ?? 0));
  return { held: slowestMs <= withinMs, value: `${(slowestMs / 1_000).toFixed(3)} s` };
}

function under(measuredMs: number | undefined, maxMs: number): Omit<ObjectiveResult, 'text'> {
  if (measuredMs === undefined) return { held: false, value: 'no bundle was delivered' };
  return { held: measuredMs < maxMs, value: `${measuredMs.toFixed(3)} ms` };
}
