/**
 * The header that all messages of the key agreement begin with.
 *
 *   |0    |1      |2    |3    |4     |6     |8     |10      |12          |20
 *   |type |version|suite|flags|length|source|dest. |reserved|handshake id|…
 *
 * Source: link-security §6.1.   Units: octets.
 */
import type { Fault } from '../fault.ts';
import { HEADER, LENGTH, SCID, SUITE, VERSION } from './faults.ts';

/** Begins a first contact. */
export const HELLO = 1;
/** Answers HELLO. */
export const REPLY = 2;
/** Completes a first contact. */
export const FINISH = 3;
/** Asks a HELLO or REKEY to prove that answers reach its sender. */
export const COOKIE = 4;
/** Begins the succession of a session. */
export const REKEY = 5;
/** Answers REKEY, and completes the succession. */
export const REKEY_REPLY = 6;
/** Answers a REKEY whose resume id is not known. */
export const DECLINE = 7;

/** Noise_XX_25519_AESGCM_SHA512. */
export const SUITE_CLASSICAL = 1;
/** Noise_XXhfs_25519+MLKEM768_AESGCM_SHA512. */
export const SUITE_HYBRID = 2;
/** The cipher suites of this version. */
export type Suite = typeof SUITE_CLASSICAL | typeof SUITE_HYBRID;

/** Who speaks to whom, in which suite and in which handshake. */
export interface MessageHeader {
  readonly suite: Suite;
  readonly sourceScid: number;
  readonly destinationScid: number;
  /** 8 octets; a view when decoded. */
  readonly handshakeId: Uint8Array;
}

/** Writes the header into the first 20 octets of a message, whose length it names. */
export function writeHeader(octets: Uint8Array, type: number, header: MessageHeader): void {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  octets[0] = type;
  octets[1] = PROTOCOL_VERSION;
  octets[2] = header.suite;
  view.setUint16(LENGTH_AT, octets.length);
  view.setUint16(SOURCE_AT, header.sourceScid);
  view.setUint16(DESTINATION_AT, header.destinationScid);
  octets.set(header.handshakeId, HANDSHAKE_ID_AT);
}

/**
 * The header of a message from `remoteScid` to `localScid`. Faults, in the order checked:
 * `session.length`, `version`, `suite`, `header`, `scid`. Source: LS-601.
 */
export function readHeader(
  octets: Uint8Array,
  localScid: number,
  remoteScid: number,
): MessageHeader | Fault {
  if (octets.length < HEADER_OCTETS || octets.length > MESSAGE_OCTETS_MAX) return LENGTH;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getUint16(LENGTH_AT) !== octets.length) return LENGTH;
  if (octets[1] !== PROTOCOL_VERSION) return VERSION;
  const suite = octets[2];
  if (suite !== SUITE_CLASSICAL && suite !== SUITE_HYBRID) return SUITE;
  if (octets[3] !== 0 || view.getUint16(RESERVED_AT) !== 0) return HEADER;
  if (view.getUint16(SOURCE_AT) !== remoteScid) return SCID;
  if (view.getUint16(DESTINATION_AT) !== localScid) return SCID;
  const handshakeId = octets.subarray(HANDSHAKE_ID_AT, HEADER_OCTETS);
  return { suite, sourceScid: remoteScid, destinationScid: localScid, handshakeId };
}

/** The octets of the header. */
export const HEADER_OCTETS = 20;

const LENGTH_AT = 4;
const SOURCE_AT = 6;
const DESTINATION_AT = 8;
const RESERVED_AT = 10;
const HANDSHAKE_ID_AT = 12;

const PROTOCOL_VERSION = 1;
/** The largest SDU that may carry a message (LS-402). */
const MESSAGE_OCTETS_MAX = 4096;
