/**
 * Communications link control word: how the receiver of a COP-1 channel reports to the sender, in
 * the operational control field of a frame that travels the other way.
 *
 *   |0|1..2| 3..5 |6..7|8..13|14..15| 16  |  17   |  18   | 19 |    20    |21..22|23|24..31|
 *   |0| 00 |status| 01 |VCID |  00  |no RF|no lock|lockout|wait|retransmit|FARM-B|0 | V(R) |
 *
 * Source: CCSDS 232.0-B-4 §4.2.1.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';

/** The fields of the word; those not here are fixed. */
export interface Clcw {
  /** 3 bits for the mission's own use. */
  readonly status: number;
  /** 6 bits: the virtual channel that the report is on. */
  readonly vcid: number;
  readonly noRfAvailable: boolean;
  readonly noBitLock: boolean;
  readonly lockout: boolean;
  readonly wait: boolean;
  readonly retransmit: boolean;
  /** The number of accepted type-B frames, modulo 4. */
  readonly farmBCount: number;
  /** V(R), the sequence number expected next, modulo 256. */
  readonly report: number;
}

/** The word in four octets. Fixed and reserved bits of another value are refused. */
export function decodeClcw(octets: Uint8Array): Clcw | Fault {
  if (octets.length !== CLCW_OCTETS) return LENGTH;
  if (octets[0]! >> 7 !== 0) return TYPE;
  if ((octets[0]! & VERSION) !== 0) return VERSION_FAULT;
  if ((octets[0]! & COP) !== COP_1) return COP_FAULT;
  const flags = octets[2]!;
  if ((octets[1]! & 3) !== 0 || (flags & 1) !== 0) return RESERVED;
  return {
    status: (octets[0]! >> 2) & 7,
    vcid: octets[1]! >> 2,
    noRfAvailable: (flags & NO_RF_AVAILABLE) !== 0,
    noBitLock: (flags & NO_BIT_LOCK) !== 0,
    lockout: (flags & LOCKOUT) !== 0,
    wait: (flags & WAIT) !== 0,
    retransmit: (flags & RETRANSMIT) !== 0,
    farmBCount: (flags >> 1) & 3,
    report: octets[3]!,
  };
}

/** Four fresh octets. */
export function encodeClcw(clcw: Clcw): Uint8Array {
  assert(clcw.status >>> 3 === 0 && clcw.vcid >>> 6 === 0, 'status and VCID fit their fields');
  assert(clcw.farmBCount >>> 2 === 0, 'FARM-B counts modulo 4');
  return Uint8Array.of(
    (clcw.status << 2) | COP_1,
    clcw.vcid << 2,
    (clcw.noRfAvailable ? NO_RF_AVAILABLE : 0) |
      (clcw.noBitLock ? NO_BIT_LOCK : 0) |
      (clcw.lockout ? LOCKOUT : 0) |
      (clcw.wait ? WAIT : 0) |
      (clcw.retransmit ? RETRANSMIT : 0) |
      (clcw.farmBCount << 1),
    clcw.report,
  );
}

const CLCW_OCTETS = 4;
const VERSION = 0x60;
const COP = 0x03;
const COP_1 = 0x01;
const NO_RF_AVAILABLE = 0x80;
const NO_BIT_LOCK = 0x40;
const LOCKOUT = 0x20;
const WAIT = 0x10;
const RETRANSMIT = 0x08;

const LENGTH = new Fault('cop1', 'clcw-length', 'CCSDS 232.0-B-4 4.2.1');
const TYPE = new Fault('cop1', 'clcw-type', 'CCSDS 232.0-B-4 4.2.1');
const VERSION_FAULT = new Fault('cop1', 'clcw-version', 'CCSDS 232.0-B-4 4.2.1');
const COP_FAULT = new Fault('cop1', 'clcw-cop', 'CCSDS 232.0-B-4 4.2.1');
const RESERVED = new Fault('cop1', 'clcw-reserved', 'CCSDS 232.0-B-4 4.2.1');
