/**
 * Status reports: what this node tells the report-to endpoint of a bundle about its fate.
 *
 * Off unless the owner turns them on (RFC 9171 §5.1). Nobody is ever told about an administrative
 * record or an anonymous bundle, whatever their flags ask (§4.2.3), nor about a bundle that names
 * "this very node" (RFC 9758 §5.4). A group is told nothing: of one bundle for a group every member
 * would hear from every other.
 *
 * Source: RFC 9171 §5, §6.1, §9.5.
 */
import type { SecurityReason } from '../bpsec/policy.ts';
import { dtnTimeMs } from '../bundle/dtn-time.ts';
import { type Eid, isLocalNode, isNullEid } from '../bundle/eid.ts';
import { BUNDLE_FLAG, type PrimaryBlock } from '../bundle/primary-block.ts';
import { type Assertion, REASON, type StatusReport } from '../bundle/status-report.ts';
import { Fifo } from '../fifo.ts';
import type { Instant } from '../machine.ts';
import type { Groups } from './groups.ts';
import { type Fate, isDeletion } from './ledger.ts';

/** What is kept of a bundle to report on it: of its primary block what a report repeats. */
export type Subject = Pick<StatusReport, 'source' | 'creationTimeMs' | 'sequence' | 'fragment'> & {
  readonly flags: number;
  readonly reportTo: Eid;
};

/** A report on its way to become a bundle. */
export interface Draft {
  readonly at: Instant;
  readonly to: Eid;
  readonly report: StatusReport;
}

/** How the owner wants it. */
export interface ReporterOptions {
  readonly enabled: boolean;
  /** Unix milliseconds at instant 0; undefined on a node without a clock. */
  readonly epochUnixMs: number | undefined;
  readonly groups: Pick<Groups, 'isGroup'>;
}

/** Decides who is told what. */
export class Reporter {
  readonly #options: ReporterOptions;
  /** Bounded by the work of one verb, for the owner drains them after each. */
  readonly #drafts = new Fifo<Draft>();

  constructor(options: ReporterOptions) {
    this.#options = options;
  }

  /** What to keep of a bundle; undefined when nobody may be told about it. */
  subjectOf(primary: PrimaryBlock, payloadLength: number): Subject | undefined {
    const { flags, source, destination, reportTo, creationTimeMs, sequence, fragment } = primary;
    if (!this.#options.enabled || (flags & BUNDLE_FLAG.administrativeRecord) !== 0)
      return undefined;
    if (isNullEid(source) || isNullEid(reportTo)) return undefined;
    if (this.#options.groups.isGroup(reportTo)) return undefined;
    if ([source, destination, reportTo].some(isLocalNode)) return undefined;
    const place =
      fragment === undefined ? undefined : { offset: fragment.offset, length: payloadLength };
    return { flags, source, reportTo, creationTimeMs, sequence, fragment: place };
  }

  /** The bundle came in (§5.6 step 2). */
  received(now: Instant, subject: Subject | undefined): void {
    if (asked(subject, BUNDLE_FLAG.reportReception)) this.#draft(now, subject, 'received', 0);
  }

  /** It has a block that is not supported here and asks to tell so (§5.6 step 4). */
  receivedUnsupported(now: Instant, subject: Subject | undefined): void {
    if (subject !== undefined) this.#draft(now, subject, 'received', REASON.blockUnsupported);
  }

  /** Something of its security failed and did not cost the bundle (RFC 9172 §5.1.1, §5.1.2). */
  receivedInsecure(now: Instant, subject: Subject | undefined, reason: SecurityReason): void {
    if (asked(subject, BUNDLE_FLAG.reportReception)) this.#draft(now, subject, 'received', reason);
  }

  /** The bundle has met its fate here (§5.4 step 5, §5.5, §5.7 step 3, §5.10). */
  settled(now: Instant, subject: Subject | undefined, fate: Fate): void {
    if (fate === 'forwarded') {
      if (asked(subject, BUNDLE_FLAG.reportForwarding)) this.#draft(now, subject, 'forwarded', 0);
    } else if (fate === 'delivered') {
      if (asked(subject, BUNDLE_FLAG.reportDelivery)) this.#draft(now, subject, 'delivered', 0);
    } else if (fate === 'expired' || isDeletion(fate)) {
      if (!asked(subject, BUNDLE_FLAG.reportDeletion)) return;
      this.#draft(now, subject, 'deleted', REASONS[fate]);
    }
  }

  /** The oldest report that is not yet a bundle. */
  poll(): Draft | undefined {
    return this.#drafts.shift();
  }

  #draft(now: Instant, subject: Subject, event: Event, reason: number): void {
    const { flags, reportTo, source, creationTimeMs, sequence, fragment } = subject;
    const timed = (flags & BUNDLE_FLAG.statusTime) !== 0;
    const { epochUnixMs } = this.#options;
    // Without a clock the time is unknown, which is 0 (§4.2.6).
    const time = epochUnixMs === undefined ? 0 : dtnTimeMs(epochUnixMs, now);
    const assertion: Assertion = { timeMs: timed ? time : undefined };
    const about = { reason, source, creationTimeMs, sequence, fragment };
    const report = { ...NOTHING, ...about, [event]: assertion };
    this.#drafts.push({ at: now, to: reportTo, report });
  }
}

type Event = 'received' | 'forwarded' | 'delivered' | 'deleted';

function asked(subject: Subject | undefined, flag: number): subject is Subject {
  return subject !== undefined && (subject.flags & flag) !== 0;
}

const NOTHING = {
  received: undefined,
  forwarded: undefined,
  delivered: undefined,
  deleted: undefined,
} as const;

/** Which reason a deletion report gives (§9.5). */
const REASONS = {
  expired: REASON.lifetimeExpired,
  'hop-limit-exceeded': REASON.hopLimitExceeded,
  'depleted-storage': REASON.depletedStorage,
  'block-unsupported': REASON.blockUnsupported,
  'block-unintelligible': REASON.blockUnintelligible,
  'local-node-eid': REASON.none,
  'destination-unavailable': REASON.destinationUnavailable,
  'traffic-pared': REASON.trafficPared,
  'missing-security-operation': REASON.missingSecurity,
  'unknown-security-operation': REASON.unknownSecurity,
  'unexpected-security-operation': REASON.unexpectedSecurity,
  'failed-security-operation': REASON.failedSecurity,
  'conflicting-security-operation': REASON.conflictingSecurity,
  canceled: REASON.canceled,
  'store-lost': REASON.none,
} as const;
