/**
 * Why a command of the SDLS Extended Procedures is refused, besides the faults of keys and
 * associations (protocol/association). The clause names the rule that was broken.
 */
import { Fault } from '../fault.ts';

/** Octets that are no PDU, or whose length is not that of their procedure. */
export const LENGTH = new Fault('procedures', 'length', 'CCSDS 355.1-B-1 5.3.2');
/** A tag that names no procedure known here; its PDU is skipped. */
export const PROCEDURE = new Fault('procedures', 'unknown-procedure', 'CCSDS 355.1-B-1 5.3.2');
/** A reply where commands are taken, or the reverse. */
export const DIRECTION = new Fault('procedures', 'direction', 'CCSDS 355.1-B-1 5.3.2');
/** A field whose value nothing here answers to. */
export const VALUE = new Fault('procedures', 'value', 'CCSDS 355.1-B-1 5.4');
/** Uploaded keys that the master key does not authenticate. */
export const MAC = new Fault('procedures', 'mac', 'CCSDS 355.1-B-1 5.4');
/** A command that came through the association that it would change. */
export const OWN_SPI = new Fault('procedures', 'own-spi', 'CCSDS 355.1-B-1 4.3.1');
/** A command that nobody has authenticated. */
export const UNAUTHENTICATED = new Fault(
  'procedures',
  'unauthenticated',
  'CCSDS 355.1-B-1 4.3.1.1',
);
/** A directive that associations agreed by handshake do not take. */
export const DYNAMIC = new Fault('procedures', 'dynamic', 'link-security 7');
/** More commands at once than are carried out. */
export const TOO_MANY = new Fault('procedures', 'too-many', 'CCSDS 355.1-B-1 4.2');
/** A reply that answers nothing that was asked, or answers it wrong. */
export const REPLY = new Fault('procedures', 'reply', 'CCSDS 355.1-B-1 5.4');
