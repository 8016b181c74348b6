/**
 * The protocol data unit of the SDLS Extended Procedures.
 *
 *   |  0   |  1   | 2..3  |   4..7    |    8..23     | 24..
 *   | type | user | group | procedure | bits of data | data
 *
 * Type 0 is a command, 1 a reply. Source: CCSDS 355.1-B-1 §5.3.2.
 */
import { assert } from '../assert.ts';
import type { Fault } from '../fault.ts';
import { LENGTH } from './faults.ts';

/**
 * The procedures, by their whole tag of a command: key management, then management of associations,
 * then monitoring and control. Source: CCSDS 355.1-B-1 §5.4 to 5.6.
 */
export const PROCEDURES = {
  otar: 0x01,
  activate: 0x02,
  deactivate: 0x03,
  verify: 0x04,
  destroy: 0x06,
  inventory: 0x07,
  readNumber: 0x10,
  create: 0x11,
  delete: 0x14,
  setWindow: 0x15,
  rekey: 0x16,
  expire: 0x19,
  setNumber: 0x1a,
  start: 0x1b,
  stop: 0x1e,
  status: 0x1f,
  ping: 0x31,
  logStatus: 0x32,
  dumpLog: 0x33,
  eraseLog: 0x34,
  selfTest: 0x35,
  resetAlarm: 0x37,
} as const;

/** The name of a procedure. */
export type Procedure = keyof typeof PROCEDURES;

/** One unit. */
export interface Pdu {
  readonly reply: boolean;
  /** A procedure of the mission's own, of which nothing is known here. */
  readonly userDefined: boolean;
  /** 0 to 3. */
  readonly group: number;
  /** 0 to 15. */
  readonly procedure: number;
  /** A view of at most 8191 octets. */
  readonly data: Uint8Array;
}

/** The unit that starts at `octets[at]`, and where the next one would; `procedures.length`. */
export function decodePdu(
  octets: Uint8Array,
  at = 0,
): { readonly pdu: Pdu; readonly end: number } | Fault {
  const dataAt = at + HEADER_OCTETS;
  if (dataAt > octets.length) return LENGTH;
  const bits = (octets[at + 1]! << 8) | octets[at + 2]!;
  const end = dataAt + bits / 8;
  if (bits % 8 !== 0 || end > octets.length) return LENGTH;
  const tag = octets[at]!;
  const pdu = {
    reply: (tag & REPLY) !== 0,
    userDefined: (tag & USER_DEFINED) !== 0,
    group: (tag >> 4) & 3,
    procedure: tag & 15,
    data: octets.subarray(dataAt, end),
  };
  return { pdu, end };
}

/** A fresh unit; `data` are copied. */
export function encodePdu({ reply, userDefined, group, procedure, data }: Pdu): Uint8Array {
  assert(data.length <= PDU_DATA_OCTETS_MAX, 'the bits of the data are counted in 16');
  const octets = new Uint8Array(HEADER_OCTETS + data.length);
  octets[0] = (reply ? REPLY : 0) | (userDefined ? USER_DEFINED : 0) | (group << 4) | procedure;
  octets[1] = (data.length * 8) >> 8;
  octets[2] = data.length * 8;
  octets.set(data, HEADER_OCTETS);
  return octets;
}

/**
 * Which procedure a unit is of; undefined when it is of none known here. Replies about associations
 * may carry the group that the book keeps for that direction, or that of their command.
 */
export function procedureOf({ reply, userDefined, group, procedure }: Pdu): Procedure | undefined {
  if (userDefined) return undefined;
  const asked = reply && group === GROUP_FROM_RECIPIENT ? GROUP_ASSOCIATIONS : group;
  return NAMES.get((asked << 4) | procedure);
}

/** A fresh command of a procedure. */
export function encodeCommand(procedure: Procedure, data: Uint8Array): Uint8Array {
  return encodeNamed(procedure, false, data);
}

/** A fresh reply to a command of a procedure. */
export function encodeReply(procedure: Procedure, data: Uint8Array): Uint8Array {
  return encodeNamed(procedure, true, data);
}

function encodeNamed(name: Procedure, reply: boolean, data: Uint8Array): Uint8Array {
  const tag = PROCEDURES[name];
  return encodePdu({ reply, userDefined: false, group: tag >> 4, procedure: tag & 15, data });
}

const HEADER_OCTETS = 3;
const REPLY = 0x80;
const USER_DEFINED = 0x40;
/** Management of associations: to the recipient, and what the book has for replies from it. */
const GROUP_ASSOCIATIONS = 0b01;
const GROUP_FROM_RECIPIENT = 0b10;
/** Their bits are counted in 16. */
const PDU_DATA_OCTETS_MAX = 8_191;

const NAMES = new Map<number, Procedure>(
  Object.entries(PROCEDURES).map(([name, tag]) => [tag, name as Procedure]),
);
