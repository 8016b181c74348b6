/**
 * The Noise prologue: everything that steers a handshake, so that none of it can be changed under
 * way.
 *
 *   "ISLK1" ‖ 1 ‖ suite ‖ pattern ‖ constellation id (16) ‖ initiator's SCID (2)
 *           ‖ responder's SCID (2) ‖ handshake id (8) [ ‖ resume id (16) ]
 *
 * Source: link-security §6.8.   Units: octets.
 */
import { concat, utf8Encode } from '../bytes/octets.ts';
import type { Suite } from './message-header.ts';

/** What both sides know before the first message, or read in its header. */
export interface PrologueFields {
  readonly suite: Suite;
  /** 16 octets. */
  readonly constellationId: Uint8Array;
  readonly initiatorScid: number;
  readonly responderScid: number;
  /** 8 octets. */
  readonly handshakeId: Uint8Array;
  /** 16 octets, of the session to be succeeded; a first contact has none. */
  readonly resumeId?: Uint8Array;
}

/** Fresh octets. */
export function prologueOf(fields: PrologueFields): Uint8Array {
  const { suite, constellationId, initiatorScid, responderScid, handshakeId, resumeId } = fields;
  const pattern = resumeId === undefined ? PATTERN_XX : PATTERN_KKPSK0;
  return concat([
    LABEL,
    Uint8Array.of(PROTOCOL_VERSION, suite, pattern),
    constellationId,
    scidOctets(initiatorScid),
    scidOctets(responderScid),
    handshakeId,
    resumeId ?? NOTHING,
  ]);
}

/** A spacecraft id, or an SPI, as two octets. */
export function scidOctets(scid: number): Uint8Array {
  return Uint8Array.of(scid >> 8, scid);
}

const LABEL = utf8Encode('ISLK1');
const PROTOCOL_VERSION = 1;
/** XX, or XXhfs in the hybrid suite. */
const PATTERN_XX = 1;
const PATTERN_KKPSK0 = 2;
const NOTHING = new Uint8Array(0);
