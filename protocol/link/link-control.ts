/**
 * Link control messages, protected, on virtual channel 61: CBOR arrays whose first element is the
 * type, each one MAP access SDU.
 *
 *   [1]                   KEEPALIVE        the sender is there
 *   [2, reason]           CLOSE            the session ends, and why, in a word for people
 *   [3, statement]        STATEMENT        a constellation statement, COSE_Sign1 octets
 *   [4, epoch, serial]    ADVERTISEMENT    of the newest statement that the sender holds
 *
 * Source: link-security §6.7, LS-405, LS-501.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';

/** A message. `unknown` is of a type that another version may give a meaning to. */
export type ControlMessage =
  | { readonly kind: 'keepalive' | 'close' | 'unknown' }
  | { readonly kind: 'statement'; readonly octets: Uint8Array }
  | { readonly kind: 'advertisement'; readonly epoch: number; readonly serial: number };

/** The longest message: a STATEMENT, whose statement has at most 16384 octets, and its heads. */
export const CONTROL_OCTETS_MAX = 16_384 + 8;

/** A whole KEEPALIVE; not to be changed. */
export const KEEPALIVE_MESSAGE: Uint8Array = Uint8Array.of(0x81, 1);

/** Fresh octets of a CLOSE. */
export function encodeClose(reason: string): Uint8Array {
  return new CborWriter().array(2).uint(CLOSE).text(reason).finish();
}

/** Fresh octets of a STATEMENT. */
export function encodeStatement(statement: Uint8Array): Uint8Array {
  return new CborWriter(statement.length + 8).array(2).uint(STATEMENT).bytes(statement).finish();
}

/** Fresh octets of an ADVERTISEMENT. */
export function encodeAdvertisement(epoch: number, serial: number): Uint8Array {
  return new CborWriter().array(3).uint(ADVERTISEMENT).uint(epoch).uint(serial).finish();
}

/**
 * Reads one message; octets in it are views. Faults: those of the CBOR cursor, and `link.control`
 * for anything else than one whole array that starts with a type and has what the type asks for.
 */
export function decodeControl(octets: Uint8Array): ControlMessage | Fault {
  const reader = new CborReader(octets);
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count === 0) return CONTROL_FORM;
  const type = reader.uint();
  if (type instanceof Fault) return type;
  const message = readFields(reader, type, count);
  if (message instanceof Fault) return message;
  return reader.atEnd ? message : CONTROL_FORM;
}

/** Whether this is a whole CLOSE. */
export function isClose(octets: Uint8Array): boolean {
  const message = decodeControl(octets);
  return !(message instanceof Fault) && message.kind === 'close';
}

function readFields(reader: CborReader, type: number, count: number): ControlMessage | Fault {
  if (type === STATEMENT && count === 2) {
    const octets = reader.bytes();
    return octets instanceof Fault ? octets : { kind: 'statement', octets };
  }
  if (type === ADVERTISEMENT && count === 3) {
    const epoch = reader.uint();
    if (epoch instanceof Fault) return epoch;
    const serial = reader.uint();
    return serial instanceof Fault ? serial : { kind: 'advertisement', epoch, serial };
  }
  // Bounded by the octets: an element takes at least one, and a truncated array ends in a fault.
  for (let index = 1; index < count; index++) {
    const fault = reader.skip(NESTING_MAX - 1);
    if (fault !== undefined) return fault;
  }
  if (type === STATEMENT || type === ADVERTISEMENT) return CONTROL_FORM;
  return type === KEEPALIVE ? KEPT_ALIVE : type === CLOSE ? CLOSED : UNKNOWN;
}

const KEEPALIVE = 1;
const CLOSE = 2;
const STATEMENT = 3;
const ADVERTISEMENT = 4;

const KEPT_ALIVE: ControlMessage = { kind: 'keepalive' };
const CLOSED: ControlMessage = { kind: 'close' };
const UNKNOWN: ControlMessage = { kind: 'unknown' };

/** LS-501; the message itself is the first level. */
const NESTING_MAX = 8;

const CONTROL_FORM = new Fault('link', 'control', 'link-security 6.7');
