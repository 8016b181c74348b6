/**
 * Link control messages, protected, on virtual channel 61: CBOR arrays whose first element is the
 * type. `[1]` KEEPALIVE; `[2, reason]` CLOSE. Source: link-security §6.7.
 */
import { CborReader } from '../bytes/cbor-reader.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { Fault } from '../fault.ts';

/** Type of the message that only says "I am here". */
export const KEEPALIVE = 1;
/** Type of the message that ends a session. */
export const CLOSE = 2;

/** A fresh `[1]`. */
export function encodeKeepalive(): Uint8Array {
  return new CborWriter(2).array(1).uint(KEEPALIVE).finish();
}

/** A fresh `[2, 0]`: the contact is over, the only reason there is. */
export function encodeClose(): Uint8Array {
  return new CborWriter(3).array(2).uint(CLOSE).uint(0).finish();
}

/**
 * The type of a message: the caller ignores those it does not know. Faults: those of the CBOR
 * cursor, and `link.control` for an empty array or octets left over.
 */
export function decodeControlType(octets: Uint8Array): number | Fault {
  const reader = new CborReader(octets);
  const count = reader.arrayHead();
  if (count instanceof Fault) return count;
  if (count === 0) return CONTROL_FORM;
  const type = reader.uint();
  if (type instanceof Fault) return type;
  // Bounded by the octets: an element takes at least one, and a truncated array ends in a fault.
  for (let index = 1; index < count; index++) {
    const fault = reader.skip();
    if (fault !== undefined) return fault;
  }
  return reader.atEnd ? type : CONTROL_FORM;
}

const CONTROL_FORM = new Fault('link', 'control', 'link-security 6.7');
