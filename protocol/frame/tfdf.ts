/**
 * Transfer frame data field: its header, then the data zone.
 *
 *   | 0..2 | 3..7 | [8..23]  |      |
 *   | rule | UPID | pointer  | TFDZ |
 *
 * Rules 000 to 010 are for frames of fixed length and have a pointer; the others do without.
 * Source: CCSDS 732.1-B-3 §4.1.4.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import type { PointerValues } from './packet-zone.ts';

/** How the data zone is built. */
export type ConstructionRule =
  | typeof RULE_PACKETS
  | typeof RULE_START
  | typeof RULE_CONTINUED
  | typeof RULE_OCTETS
  | typeof RULE_FIRST
  | typeof RULE_MIDDLE
  | typeof RULE_LAST
  | typeof RULE_WHOLE;

/** Packets that run on from frame to frame; the pointer tells where the first one starts. */
export const RULE_PACKETS = 0b000;
/** The start of one SDU, perhaps all of it; the pointer tells its last octet. */
export const RULE_START = 0b001;
/** The rest of that SDU, or more of it; the pointer tells its last octet. */
export const RULE_CONTINUED = 0b010;
/** A piece of an octet stream. */
export const RULE_OCTETS = 0b011;
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
/** Commands of COP-1 from sender to receiver. */
export const UPID_COP1 = 1;
/** A user-defined octet stream. */
export const UPID_OCTETS = 4;
/** One MAP access SDU of mission-specific content. */
export const UPID_MISSION = 5;
/** Only idle data. */
export const UPID_IDLE = 31;

/** Octets of the header under the rules without a pointer. */
export const TFDF_HEADER_OCTETS = 1;
/** Octets of the header under the rules with a pointer: 000, 001 and 010. */
export const POINTED_HEADER_OCTETS = 3;

/** The pointer where no packet starts in the zone, or no SDU ends in it. */
export const POINTER_NONE = 0xffff;

/** That value, for packets that run on from frame to frame (rule 000). */
export const USLP_POINTERS: PointerValues = { noStart: POINTER_NONE, onlyIdle: undefined };

/** A decoded data field. */
export interface Tfdf {
  readonly rule: ConstructionRule;
  /** What the data zone carries, 0 to 31. */
  readonly upid: number;
  /** An offset in the zone or `POINTER_NONE`, which is also that of rules without a pointer. */
  readonly pointer: number;
  /** The data zone: a view, perhaps empty. */
  readonly zone: Uint8Array;
}

/** Reads a data field; `frame.tfdf-empty`, `tfdf-short` or `pointer`, which leaves the zone. */
export function decodeTfdf(octets: Uint8Array): Tfdf | Fault {
  if (octets.length < TFDF_HEADER_OCTETS) return EMPTY;
  const rule = (octets[0]! >> 5) as ConstructionRule;
  const upid = octets[0]! & 31;
  if (rule > RULE_CONTINUED) {
    return { rule, upid, pointer: POINTER_NONE, zone: octets.subarray(TFDF_HEADER_OCTETS) };
  }
  if (octets.length < POINTED_HEADER_OCTETS) return SHORT;
  const pointer = (octets[1]! << 8) | octets[2]!;
  const zone = octets.subarray(POINTED_HEADER_OCTETS);
  // An empty zone, which some peers send, can only be pointed at where it would start.
  if (pointer !== POINTER_NONE && pointer > 0 && pointer >= zone.length) return POINTER;
  return { rule, upid, pointer, zone };
}

/** Writes the header of a zone of fixed length, rule, UPID and pointer, at `out[at]`. */
export function writePointedHeader(
  rule: ConstructionRule,
  upid: number,
  pointer: number,
  out: Uint8Array,
  at: number,
): void {
  out[at] = tfdfHeader(rule, upid);
  out[at + 1] = pointer >> 8;
  out[at + 2] = pointer;
}

/** The header octet. */
export function tfdfHeader(rule: ConstructionRule, upid: number): number {
  return (rule << 5) | upid;
}

/** A fresh data field around the zone, which is copied. */
export function encodeTfdf({ rule, upid, pointer, zone }: Tfdf): Uint8Array {
  assert(pointer >= 0 && pointer <= POINTER_NONE, 'a pointer has 16 bits');
  const zoneAt = rule > RULE_CONTINUED ? TFDF_HEADER_OCTETS : POINTED_HEADER_OCTETS;
  const octets = new Uint8Array(zoneAt + zone.length);
  if (zoneAt === TFDF_HEADER_OCTETS) octets[0] = tfdfHeader(rule, upid);
  else writePointedHeader(rule, upid, pointer, octets, 0);
  octets.set(zone, zoneAt);
  return octets;
}

const EMPTY = new Fault('frame', 'tfdf-empty', 'CCSDS 732.1-B-3 4.1.4.2');
const SHORT = new Fault('frame', 'tfdf-short', 'CCSDS 732.1-B-3 4.1.4.2.4');
const POINTER = new Fault('frame', 'pointer', 'CCSDS 732.1-B-3 4.1.4.2.4.3');
