/** What a satellite writes down: notices for whoever listens, and counters for its snapshot. */
import { Subject } from 'rxjs';
import type { AgentOutput } from '#protocol/agent/agent.ts';
import { formatEid } from '#protocol/bundle/eid.ts';
import type { StatusReport } from '#protocol/bundle/status-report.ts';
import { FaultCounter } from '#protocol/fault.ts';
import { Fifo } from '#protocol/fifo.ts';
import type { LinkOutput } from '#protocol/link/contract.ts';
import type { Instant } from '#protocol/machine.ts';
import { RefusalLog } from '#protocol/session/refusal-log.ts';
import type { Neighbour } from './neighbours.ts';
import type { Notice } from './notice.ts';

/** What the agent tells; its other outputs ask for something. */
export type AgentFact = Exclude<
  AgentOutput,
  { readonly kind: 'store' | 'forget' | 'load' | 'forward' | 'settled' | 'deliver' | 'press' }
>;

/** Bundles to which a node has added security operations, or of which it found some to hold. */
export interface BundleSecurityCounts {
  readonly secured: number;
  /** And let them be. */
  readonly verified: number;
  /** And took them off. */
  readonly accepted: number;
  /** Operations that failed, are missing or could not be added, by fault. */
  readonly failed: Readonly<Record<string, number>>;
}

/** The satellite's own; keeps counts, and notices only until they are told. */
export class Journal {
  /** Of links, agent and the satellite itself. */
  readonly faults = new FaultCounter();
  /** Of bundles that were taken although their sender should not have sent them so. */
  readonly deviations = new FaultCounter();
  /** Security operations on bundles that failed, are missing or could not be added. */
  readonly #securityFailures = new FaultCounter();
  /** Bundles of which this node has secured, verified or accepted something. */
  readonly #secured = { secured: 0, verified: 0, accepted: 0 };
  /** Bounded by the reasons there are. */
  readonly #refused: Record<string, number> = {};
  readonly #refusals = new RefusalLog();
  readonly #unintelligible = new RefusalLog();
  readonly #notices = new Subject<Notice>();
  /** Not told yet. Bounded by what one input of the satellite causes. */
  readonly #pending = new Fifo<Notice>();
  #duplicates = 0;

  readonly notices$ = this.#notices.asObservable();

  /** Send requests turned away, by reason; a fresh object. */
  get refused(): Record<string, number> {
    return { ...this.#refused };
  }

  /** What became of the security of bundles; a fresh object. */
  get bundleSecurity(): BundleSecurityCounts {
    return { ...this.#secured, failed: this.#securityFailures.snapshot() };
  }

  /** Bundles that came a second time. */
  get duplicates(): number {
    return this.#duplicates;
  }

  /** Keeps a notice until `tell`: a frame on its way does not wait for whoever listens. */
  note(notice: Notice): void {
    this.#pending.push(notice);
  }

  /** Counts what a link refused; what link security refused is told as well, within reason. */
  refuse(
    at: Instant,
    { node: neighbour, terminal }: Neighbour,
    { fault, messageType }: Extract<LinkOutput, { readonly kind: 'fault' }>,
  ): void {
    this.faults.add(fault);
    if (fault.layer !== 'session' || !this.#refusals.admits(at, fault)) return;
    const type = messageType === undefined ? {} : { messageType };
    this.note({ kind: 'link-refusal', at, neighbour, terminal, reason: fault.code, ...type });
  }

  /** Notes that a link came up, that a session took over from another, or that a link ended. */
  noteLink(
    at: Instant,
    { node: neighbour, terminal, up }: Neighbour,
    fact: Extract<LinkOutput, { readonly kind: 'secured' | 'open' | 'down' }>,
  ): void {
    const link = { at, neighbour, terminal };
    if (fact.kind === 'down') this.note({ kind: 'link-down', ...link, reason: fact.reason });
    else if (fact.kind === 'open') this.note({ kind: 'link-open', ...link });
    else {
      const kind = up ? 'link-rekeyed' : 'link-secured';
      const { provider, keying } = fact;
      this.note({ kind, ...link, provider, ...(keying === undefined ? {} : { keying }) });
    }
  }

  /** Notes what a service gets. */
  noteDelivery(
    at: Instant,
    { id, service, trafficClass, hops }: Extract<AgentOutput, { readonly kind: 'deliver' }>,
  ): void {
    this.note({ kind: 'bundle-delivered', at, id, service, trafficClass, hops });
  }

  /** Tells the world the oldest notice; false when there is none. */
  tell(): boolean {
    const notice = this.#pending.shift();
    if (notice !== undefined) this.#notices.next(notice);
    return notice !== undefined;
  }

  /** Tells or counts what the agent says. */
  record(at: Instant, fact: AgentFact): void {
    switch (fact.kind) {
      case 'accepted':
        this.note({
          ...{ kind: 'bundle-accepted', at, id: fact.id },
          ...{ originated: fact.originated, arrivedAt: fact.arrivedAt },
        });
        break;
      case 'forwarded':
        this.note({ kind: 'bundle-forwarded', at, id: fact.id, to: fact.to });
        break;
      case 'expired':
        this.note({ kind: 'bundle-expired', at, id: fact.id });
        break;
      case 'deleted':
        this.note({ kind: 'bundle-deleted', at, id: fact.id, reason: fact.reason });
        break;
      case 'refused':
        this.#refused[fact.reason] = (this.#refused[fact.reason] ?? 0) + 1;
        this.note({ kind: 'bundle-refused', at, service: fact.service, reason: fact.reason });
        break;
      case 'duplicate':
        this.#duplicates++;
        break;
      case 'fragmented':
      case 'copied':
        this.note({ kind: `bundle-${fact.kind}`, at, id: fact.id, count: fact.count });
        break;
      case 'reassembled':
        this.note({ kind: 'bundle-reassembled', at, id: fact.id, whole: fact.whole });
        break;
      case 'report': {
        const { id, from, report } = fact;
        this.note({ kind: 'status-report', at, id, from: formatEid(from), ...contentOf(report) });
        break;
      }
      case 'security':
        this.#secured[fact.act] += 1;
        break;
      case 'security-failed': {
        const { id, fault, handling } = fact;
        this.#securityFailures.add(fault);
        this.note({ kind: 'bundle-insecure', at, id, reason: fault.key, handling });
        break;
      }
      case 'deviation':
        this.deviations.add(fact.fault);
        break;
      case 'fault':
        this.#noteFault(at, fact);
    }
  }

  /** Counts it; octets that are no bundle are told of as well, within reason. */
  #noteFault(at: Instant, { fault, found }: Extract<AgentFact, { readonly kind: 'fault' }>): void {
    this.faults.add(fault);
    if (found === undefined || !this.#unintelligible.admits(at, fault)) return;
    const { from: neighbour, offset } = found;
    const { key: reason, clause } = fault;
    this.note({ kind: 'bundle-unintelligible', at, neighbour, reason, clause, offset });
  }

  /** Nothing more will happen. */
  close(): void {
    this.#notices.complete();
  }
}

/** What a status report says, in words that people read. */
function contentOf({ received, forwarded, delivered, deleted, reason, ...about }: StatusReport) {
  const subject = `${formatEid(about.source)}-${about.creationTimeMs}-${about.sequence}`;
  const statuses = Object.entries({ received, forwarded, delivered, deleted })
    .filter(([, assertion]) => assertion !== undefined)
    .map(([status]) => status);
  return { subject, statuses, reason };
}
