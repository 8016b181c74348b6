/**
 * The Frame Security Report: what became of the last protected frame, in an operational control
 * field of type 2.
 *
 *   |  0   | 1..3 |   4   |      5       |    6    |   7    | 8..23 | 24..31      |
 *   | type | 100  | alarm | bad sequence | bad MAC | bad SA |  SPI  | low octet   |
 *
 * The alarm stays up from the first frame refused until it is reset. Source: CCSDS 355.1-B-1
 * §4.2.2; the report alternates with the CLCW where COP-1 reports on the same channel.
 */
import { assert } from '../assert.ts';
import type { Fault } from '../fault.ts';
import { VALUE } from './faults.ts';

/** What a report says. */
export interface FrameSecurityReport {
  readonly alarm: boolean;
  /** Of the last frame, as all that follow. */
  readonly badSequence: boolean;
  readonly badMac: boolean;
  /** Its SPI is unknown or not bound to the channel, or association or key are not active. */
  readonly badAssociation: boolean;
  readonly spi: number;
  /** The low octet of its sequence number. */
  readonly sequenceLow: number;
}

/** The report in four octets; `procedures.value` for a control word of another kind. */
export function decodeReport(octets: Uint8Array): FrameSecurityReport | Fault {
  assert(octets.length === REPORT_OCTETS, 'an operational control field has four octets');
  const flags = octets[0]!;
  if (flags >> 4 !== TYPE_AND_VERSION) return VALUE;
  return {
    alarm: (flags & 8) !== 0,
    badSequence: (flags & 4) !== 0,
    badMac: (flags & 2) !== 0,
    badAssociation: (flags & 1) !== 0,
    spi: (octets[1]! << 8) | octets[2]!,
    sequenceLow: octets[3]!,
  };
}

/** Four fresh octets. */
export function encodeReport(report: FrameSecurityReport): Uint8Array {
  const { spi, sequenceLow } = report;
  const flags =
    (report.alarm ? 8 : 0) |
    (report.badSequence ? 4 : 0) |
    (report.badMac ? 2 : 0) |
    (report.badAssociation ? 1 : 0);
  return Uint8Array.of((TYPE_AND_VERSION << 4) | flags, spi >> 8, spi, sequenceLow);
}

/** What a fault says of the frame that it refused. */
export type Verdict = 'bad sequence' | 'bad MAC' | 'bad association';

/** The verdict of a fault, or undefined where it is not about security. */
export function verdictOf(fault: Fault): Verdict | undefined {
  return VERDICTS.get(fault.key);
}

/** Takes the sample of every protected frame of one node. */
export class FrameSecurityReporter {
  #report: FrameSecurityReport = {
    alarm: false,
    badSequence: false,
    badMac: false,
    badAssociation: false,
    spi: 0,
    sequenceLow: 0,
  };

  /** The report as it stands. */
  get report(): FrameSecurityReport {
    return this.#report;
  }

  /** A frame came under `spi` and was accepted, or refused with that verdict. */
  sample(spi: number, sequenceLow: number, verdict: Verdict | undefined): void {
    this.#report = {
      alarm: this.#report.alarm || verdict !== undefined,
      badSequence: verdict === 'bad sequence',
      badMac: verdict === 'bad MAC',
      badAssociation: verdict === 'bad association',
      spi,
      sequenceLow,
    };
  }

  /** Takes the alarm down. */
  resetAlarm(): void {
    this.#report = { ...this.#report, alarm: false };
  }
}

/** Type 1, version 100. */
const TYPE_AND_VERSION = 0b1100;

const VERDICTS = new Map<string, Verdict>([
  ['sdls.spi', 'bad association'],
  ['session.sa-unknown', 'bad association'],
  ['session.sa-binding', 'bad association'],
  ['session.sa-state', 'bad association'],
  ['session.sa-stopped', 'bad association'],
  ['session.key-state', 'bad association'],
  ['session.frame-auth', 'bad MAC'],
  ['session.replay', 'bad sequence'],
  ['session.window', 'bad sequence'],
  ['session.number-unreserved', 'bad sequence'],
  ['session.too-old', 'bad sequence'],
  ['session.iv-fixed', 'bad sequence'],
  ['session.counter-range', 'bad sequence'],
]);

const REPORT_OCTETS = 4;
