/**
 * Link control messages, protected, on virtual channel 61: CBOR arrays whose first element is the
 * type, each one MAP access SDU. `[1]` KEEPALIVE; `[2, reason]` CLOSE.
 *
 * Source: link-security §6.7, LS-405.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { Fault } from '../fault.ts';

/** Type of the message that only says "I am here". */
export const KEEPALIVE = 1;
/** Type of the message that ends a session. */
export const CLOSE = 2;

/** A whole KEEPALIVE; not to be changed. */
export const KEEPALIVE_MESSAGE: Uint8Array = Uint8Array.of(0x81, KEEPALIVE);

/**
 * The type of a message: the caller ignores those it does not know. Faults: those of the CBOR
 * cursor, and `link.control` for anything else than one whole array that starts with a type.
 */
export function decodeControl(octets: Uint8Array): number | Fault {
  const reader = new CborReader(octets);
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count === 0) return CONTROL_FORM;
  const type = reader.uint();
  if (type instanceof Fault) return type;
  // Bounded by the octets: an element takes at least one, and a truncated array ends in a fault.
  for (let index = 1; index < count; index++) {
    const fault = reader.skip(NESTING_MAX - 1);
    if (fault !== undefined) return fault;
  }
  return reader.atEnd ? type : CONTROL_FORM;
}

/** LS-501; the message itself is the first level. */
const NESTING_MAX = 8;

const CONTROL_FORM = new Fault('link', 'control', 'link-security 6.7');
