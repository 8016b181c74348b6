/**
 * The reasons for which a security association refuses a frame or a directive. Reports name them
 * with those of the key agreement, `session.…`: a reader does not care who has made the keys.
 *
 * Source: link-security §19; the clause names the rule that was broken.
 */
import { Fault } from '../fault.ts';

/** A security parameter index outside 1–65534. */
export const SPI = new Fault('session', 'spi', 'LS-704');
/** No association has this SPI. */
export const SA_UNKNOWN = new Fault('session', 'sa-unknown', 'LS-904');
/** An association that does not serve this channel. */
export const SA_BINDING = new Fault('session', 'sa-binding', 'CCSDS 355.0-B-2 4.2.4.3');
/** An association that is not in the state for this. */
export const SA_STATE = new Fault('session', 'sa-state', 'CCSDS 355.1-B-1 5.5.1.1');
/** An association of that SPI exists already. */
export const SA_EXISTS = new Fault('session', 'sa-exists', 'CCSDS 355.1-B-1 5.5.1');
/** Another association seals for this channel, or the key serves another one. */
export const SA_TAKEN = new Fault('session', 'sa-taken', 'CCSDS 355.0-B-2 5.2');
/** A key that was erased: its association is over. */
export const SA_STOPPED = new Fault('session', 'sa-stopped', 'link-security 7');
/** No key of that id, or a master key where a session key belongs, or the reverse. */
export const KEY_ID = new Fault('session', 'key-id', 'CCSDS 355.1-B-1 3.2');
/** A key that is not in the state for this. */
export const KEY_STATE = new Fault('session', 'key-state', 'CCSDS 355.1-B-1 3.2');
/** No room for another key. */
export const KEYS_FULL = new Fault('session', 'keys-full', 'CCSDS 355.1-B-1 3.2');
/** A frame counter that was accepted before. */
export const REPLAY = new Fault('session', 'replay', 'LS-1101');
/** A frame counter further ahead than the largest forward jump. */
export const WINDOW = new Fault('session', 'window', 'LS-1102');
/** A frame whose tag does not verify. */
export const FRAME_AUTH = new Fault('session', 'frame-auth', 'LS-904');
/** A number lower than one that the key has used. */
export const NUMBER_LOW = new Fault('session', 'number-low', 'CCSDS 355.0-B-2 4.2.4.4');
/** An association without authentication has no number to speak of. */
export const NO_NUMBER = new Fault('session', 'no-number', 'CCSDS 355.1-B-1 5.5.1');
/** A key goes on in a field of another length than it began in. */
export const NUMBER_WIDTH = new Fault('session', 'number-width', 'LS-1802');
/** A sending number for which no mark is written yet: ask again when it is. */
export const NUMBER_UNRESERVED = new Fault('session', 'number-unreserved', 'LS-1802');
/** A sending number has reached its largest value, and never wraps. */
export const NUMBER_SPENT = new Fault('session', 'number-spent', 'LS-1802');
/** The octets that were held are no such record: numbers are lost, so nothing may be sent. */
export const LEDGER_FORM = new Fault('session', 'ledger-form', 'LS-1802');
/** More keys than a ledger holds have been used. */
export const LEDGER_FULL = new Fault('session', 'ledger-full', 'LS-1802');
