/** How a run shows itself to a person while it lasts, and what that person asked of it. */
import type { FleetKind, Scenario } from '../scenario/scenario.ts';

/** What the command line asks of a run beyond what the scenario says. */
export interface UpOptions {
  /** Instead of the scenario's. */
  readonly durationMs?: number;
  readonly fleet?: FleetKind;
  readonly seed?: number;
  readonly crypto?: Scenario['crypto'];
  /** Where durable stores are while the run lasts; the system's temporary folder unless given. */
  readonly out?: string;
  /** Aborts when the person has had enough: the run stops early and still gives its report. */
  readonly signal: AbortSignal;
}

/** How far the traffic is. Times are of the run, not of the launch. */
export interface TrafficProgress {
  readonly elapsedMs: number;
  readonly totalMs: number;
  readonly sent: number;
  readonly delivered: number;
  readonly stored: number;
  /** Nodes killed so far, each time, and those that are away. */
  readonly kills: number;
  readonly away: number;
}

/** How far the traffic is, and who is away, in words; no word of nodes while none was killed. */
export function describeTraffic(progress: TrafficProgress): Record<'time' | 'bundles', string> & {
  readonly nodes: string | undefined;
} {
  const { elapsedMs, totalMs, sent, delivered, stored, kills, away } = progress;
  return {
    time: `${Math.floor(elapsedMs / 1_000)} of ${Math.round(totalMs / 1_000)} s`,
    bundles: `${sent} sent, ${delivered} delivered, ${stored} stored`,
    nodes: kills === 0 ? undefined : `${kills} killed, ${away} away`,
  };
}

/** Shows progress. Calls are cheap: a screen decides by itself how often it draws. */
export interface Screen {
  /** Processes, or nodes where all share one, that have their sockets. */
  started(count: number, of: number): void;
  /** Links secured of those expected. */
  secured(count: number, of: number): void;
  traffic(progress: TrafficProgress): void;
  /** A line that must not be lost, such as a process that died. */
  warn(line: string): void;
  /** Nothing more will come; the terminal is as it was. */
  done(): void;
}
