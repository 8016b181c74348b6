/** What the engines of one span have done, one after the other. */
import { CANCEL_REASON } from './segment.ts';

/** Plain JSON, fresh at every asking. */
export interface LtpCounts {
  /** Sessions begun at this end, and those of them that ended with all of the block safe. */
  readonly blocksSent: number;
  readonly blocksCompleted: number;
  /** Red parts that came whole. */
  readonly blocksReceived: number;
  /** Segments of all kinds. */
  readonly segmentsSent: number;
  readonly segmentsReceived: number;
  /** Octets of data when they were sent first. */
  readonly redOctets: number;
  readonly greenOctets: number;
  /** Segments sent once more, and the octets of red data in them. */
  readonly repeatedSegments: number;
  readonly repeatedOctets: number;
  readonly reportsSent: number;
  readonly reportsReceived: number;
  /** Sessions cancelled by either end, by reason. */
  readonly cancelled: Readonly<Record<string, number>>;
}

/** Counts up. Bounded by the reasons there are. */
export class LtpCounters {
  blocksSent = 0;
  blocksCompleted = 0;
  blocksReceived = 0;
  segmentsSent = 0;
  segmentsReceived = 0;
  redOctets = 0;
  greenOctets = 0;
  repeatedSegments = 0;
  repeatedOctets = 0;
  reportsSent = 0;
  reportsReceived = 0;
  readonly cancelled: Record<string, number> = {};

  /** A session is cancelled for this reason of the wire. */
  cancel(reason: number): void {
    const name = REASON_NAMES[reason] ?? 'reserved';
    this.cancelled[name] = (this.cancelled[name] ?? 0) + 1;
  }

  snapshot(): LtpCounts {
    return { ...this, cancelled: { ...this.cancelled } };
  }
}

const REASON_NAMES: readonly string[] = Object.entries(CANCEL_REASON)
  .sort(([, a], [, b]) => a - b)
  .map(([name]) => name.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`));
