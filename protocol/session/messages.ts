/**
 * The messages of a first contact and the common header that carries them.
 *
 *   |0    |1      |2    |3    |4     |6     |8     |10      |12          |20
 *   |type |version|suite|flags|length|source|dest. |reserved|handshake id|…
 *
 *   HELLO   header, Noise message 1 (32), zeros to 224, mac1 (16), mac2 (16)    256 octets
 *   REPLY   header, Noise message 2, mac1 (16)
 *   FINISH  header, Noise message 3
 *
 * Source: link-security §6.1–§6.3, §6.8.   Units: octets.
 */
import { concat, equalConstantTime, utf8Encode } from '../bytes/octets.ts';
import { hmacSha512 } from '../crypto/hash.ts';
import type { Fault } from '../fault.ts';
import { HEADER, LENGTH, MAC1, SCID, SUITE, VERSION } from './faults.ts';

/** The message types of a first contact. */
export const HELLO = 1;
/** Answers HELLO. */
export const REPLY = 2;
/** Completes the handshake. */
export const FINISH = 3;

/** Who speaks to whom, and in which handshake. */
export interface MessageHeader {
  readonly type: typeof HELLO | typeof REPLY | typeof FINISH;
  readonly sourceScid: number;
  readonly destinationScid: number;
  /** 8 octets; a view when decoded. */
  readonly handshakeId: Uint8Array;
}

/** A message taken apart; `noise` is a view of it. */
export interface Message {
  readonly header: MessageHeader;
  readonly noise: Uint8Array;
}

/**
 * Encodes a message around a Noise message; fresh octets. `macKey` is that of the destination
 * (`macKeyOf`); FINISH carries no MAC.
 */
export function encodeMessage(
  header: MessageHeader,
  noise: Uint8Array,
  macKey: Uint8Array,
): Uint8Array {
  const { type } = header;
  const length = type === HELLO ? HELLO_OCTETS : NOISE_AT + noise.length + trailerOctets(type);
  const octets = new Uint8Array(length);
  const view = new DataView(octets.buffer);
  octets[0] = type;
  octets[1] = PROTOCOL_VERSION;
  octets[2] = SUITE_CLASSICAL;
  view.setUint16(LENGTH_AT, length);
  view.setUint16(SOURCE_AT, header.sourceScid);
  view.setUint16(DESTINATION_AT, header.destinationScid);
  octets.set(header.handshakeId, HANDSHAKE_ID_AT);
  octets.set(noise, NOISE_AT);
  if (type !== FINISH) {
    const mac1At = length - trailerOctets(type);
    octets.set(mac1Of(octets.subarray(0, mac1At), macKey), mac1At);
  }
  return octets;
}

/**
 * Takes a message from `remoteScid` to `localScid` apart. Faults, in the order checked:
 * `session.length`, `version`, `suite`, `header`, `scid`. mac1 is not looked at; mac2 matters
 * only under load. Source: LS-601.
 */
export function decodeMessage(
  octets: Uint8Array,
  localScid: number,
  remoteScid: number,
): Message | Fault {
  if (octets.length < NOISE_AT || octets.length > MESSAGE_OCTETS_MAX) return LENGTH;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  if (view.getUint16(LENGTH_AT) !== octets.length) return LENGTH;
  if (octets[1] !== PROTOCOL_VERSION) return VERSION;
  if (octets[2] !== SUITE_CLASSICAL) return SUITE;
  const type = octets[0];
  if (type !== HELLO && type !== REPLY && type !== FINISH) return HEADER;
  if (octets[3] !== 0 || view.getUint16(RESERVED_AT) !== 0) return HEADER;
  if (view.getUint16(SOURCE_AT) !== remoteScid) return SCID;
  if (view.getUint16(DESTINATION_AT) !== localScid) return SCID;

  let noiseEnd = octets.length - trailerOctets(type);
  if (noiseEnd < NOISE_AT) return LENGTH;
  if (type === HELLO) {
    if (octets.length !== HELLO_OCTETS) return LENGTH;
    const paddingAt = NOISE_AT + HELLO_NOISE_OCTETS;
    if (octets.subarray(paddingAt, noiseEnd).some((octet) => octet !== 0)) return HEADER;
    noiseEnd = paddingAt;
  }
  const handshakeId = octets.subarray(HANDSHAKE_ID_AT, NOISE_AT);
  const header = { type, sourceScid: remoteScid, destinationScid: localScid, handshakeId } as const;
  return { header, noise: octets.subarray(NOISE_AT, noiseEnd) };
}

/** Verifies mac1 of a HELLO or REPLY, in constant time: undefined or `session.mac1`. */
export function checkMac1(octets: Uint8Array, type: number, macKey: Uint8Array): Fault | undefined {
  const mac1At = octets.length - trailerOctets(type);
  const mac1 = octets.subarray(mac1At, mac1At + MAC_OCTETS);
  return equalConstantTime(mac1, mac1Of(octets.subarray(0, mac1At), macKey)) ? undefined : MAC1;
}

/** What identifies a HELLO: all of it but mac2, which a cookie may change (LS-702). A view. */
export function helloBody(octets: Uint8Array): Uint8Array {
  return octets.subarray(0, octets.length - MAC_OCTETS);
}

/** K1: the mac1 key of messages to `destinationScid`, from the 32-octet admission key. */
export function macKeyOf(admissionKey: Uint8Array, destinationScid: number): Uint8Array {
  return hmacSha512(admissionKey, MAC1_LABEL, scidOctets(destinationScid)).slice(0, 32);
}

/** The Noise prologue of an XX handshake: everything that steers it. Source: §6.8. */
export function prologueOf(
  constellationId: Uint8Array,
  initiatorScid: number,
  responderScid: number,
  handshakeId: Uint8Array,
): Uint8Array {
  const scids = [scidOctets(initiatorScid), scidOctets(responderScid)];
  const steering = Uint8Array.of(PROTOCOL_VERSION, SUITE_CLASSICAL, PATTERN_XX);
  return concat([PROLOGUE_LABEL, steering, constellationId, ...scids, handshakeId]);
}

/** A spacecraft id, or an SPI, as two octets. */
export function scidOctets(scid: number): Uint8Array {
  return Uint8Array.of(scid >> 8, scid);
}

function mac1Of(octets: Uint8Array, macKey: Uint8Array): Uint8Array {
  return hmacSha512(macKey, octets).subarray(0, MAC_OCTETS);
}

/** Octets after the Noise message and its padding: mac1 and mac2, mac1 alone, or nothing. */
function trailerOctets(type: number): number {
  if (type === HELLO) return 2 * MAC_OCTETS;
  return type === REPLY ? MAC_OCTETS : 0;
}

const LENGTH_AT = 4;
const SOURCE_AT = 6;
const DESTINATION_AT = 8;
const RESERVED_AT = 10;
const HANDSHAKE_ID_AT = 12;
const NOISE_AT = 20;

const PROTOCOL_VERSION = 1;
const SUITE_CLASSICAL = 1;
const PATTERN_XX = 1;
const HELLO_OCTETS = 256;
const HELLO_NOISE_OCTETS = 32;
const MAC_OCTETS = 16;
/** The largest SDU that may carry a message (LS-402). */
const MESSAGE_OCTETS_MAX = 4096;

const MAC1_LABEL = utf8Encode('ISLK1 mac1');
const PROLOGUE_LABEL = utf8Encode('ISLK1');
