/**
 * Transfer frame data field on variable-length frames: one octet of header, then the data zone.
 *
 *   | 0..2 | 3..7 | 8..  |
 *   | rule | UPID | TFDZ |
 *
 * Source: CCSDS 732.1-B-3 §4.1.4.
 */
import { Fault } from '../fault.ts';

/** How the data zone is built: a whole SDU (or whole packets), or one segment of it. */
export type ConstructionRule =
  | typeof RULE_FIRST
  | typeof RULE_MIDDLE
  | typeof RULE_LAST
  | typeof RULE_WHOLE;

/** The first segment of one SDU or packet. */
export const RULE_FIRST = 0b100;
/** A segment that is neither first nor last. */
export const RULE_MIDDLE = 0b101;
/** The last segment. */
export const RULE_LAST = 0b110;
/** One whole SDU, or one or more whole packets. */
export const RULE_WHOLE = 0b111;

/** Space Packets and Encapsulation Packets. */
export const UPID_PACKETS = 0;
/** One MAP access SDU of mission-specific content. */
export const UPID_MISSION = 5;

/** The header is one octet; rules with a pointer would add two. */
export const TFDF_HEADER_OCTETS = 1;

/** A decoded data field. */
export interface Tfdf {
  readonly rule: ConstructionRule;
  /** What the data zone carries, 0 to 31. */
  readonly upid: number;
  /** The data zone: a view, perhaps empty. */
  readonly zone: Uint8Array;
}

/** Reads a data field. Rules of fixed-length frames and the octet stream are refused. */
export function decodeTfdf(octets: Uint8Array): Tfdf | Fault {
  if (octets.length < TFDF_HEADER_OCTETS) return EMPTY;
  const rule = octets[0]! >> 5;
  if (rule < RULE_FIRST) return UNSUPPORTED_RULE;
  return {
    rule: rule as ConstructionRule,
    upid: octets[0]! & 31,
    zone: octets.subarray(TFDF_HEADER_OCTETS),
  };
}

/** The header octet. */
export function tfdfHeader(rule: ConstructionRule, upid: number): number {
  return (rule << 5) | upid;
}

const EMPTY = new Fault('frame', 'tfdf-empty', 'CCSDS 732.1-B-3 4.1.4.2');
const UNSUPPORTED_RULE = new Fault('frame', 'unsupported-rule', 'CCSDS 732.1-B-3 4.1.4.2.2');
