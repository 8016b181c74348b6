/**
 * The seven messages of the key agreement.
 *
 *   HELLO        header, Noise message 1, zeros, mac1, mac2      256 octets; hybrid 1280
 *   REPLY        header, Noise message 2, mac1
 *   FINISH       header, Noise message 3
 *   COOKIE       header, mac1 of what is answered, cookie, mac1                68 octets
 *   REKEY        header, resume id, Noise message 1, mac1, mac2
 *   REKEY-REPLY  header, Noise message 2, mac1
 *   DECLINE      header, mac1                                                  36 octets
 *
 * A header has 20 octets; a resume id, a cookie and each MAC 16.
 *
 * Source: link-security §6.1–§6.3, §6.5, §6.6.   Units: octets.
 */
import { concat } from '../bytes/octets.ts';
import type { HmacSha512 } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { HEADER, LENGTH } from './faults.ts';
import {
  COOKIE,
  DECLINE,
  FINISH,
  HEADER_OCTETS,
  HELLO,
  type MessageHeader,
  REKEY,
  REKEY_REPLY,
  REPLY,
  readHeader,
  SUITE_CLASSICAL,
  SUITE_HYBRID,
  writeHeader,
} from './message-header.ts';
import { MAC_OCTETS, macOctets, writeMac1 } from './message-macs.ts';

/** A message that is a Noise message with a header, and MACs as its type has them. */
export interface NoiseMessage extends MessageHeader {
  readonly type: typeof HELLO | typeof REPLY | typeof FINISH | typeof REKEY_REPLY;
  /** A view when decoded. */
  readonly noise: Uint8Array;
}

/** Names the session to be succeeded. */
export interface RekeyMessage extends MessageHeader {
  readonly type: typeof REKEY;
  /** 16 octets; a view when decoded. */
  readonly resumeId: Uint8Array;
  /** A view when decoded. */
  readonly noise: Uint8Array;
}

/** Gives a cookie for a HELLO or REKEY to come again with. */
export interface CookieMessage extends MessageHeader {
  readonly type: typeof COOKIE;
  /** mac1 of the HELLO or REKEY, 16 octets; a view when decoded. */
  readonly answeredMac1: Uint8Array;
  /** 16 octets; a view when decoded. */
  readonly cookie: Uint8Array;
}

/** Says that a resume id is not known. */
export interface DeclineMessage extends MessageHeader {
  readonly type: typeof DECLINE;
}

/** Any message. */
export type Message = NoiseMessage | RekeyMessage | CookieMessage | DeclineMessage;

/**
 * Encodes a message; fresh octets. `macKey` is that of the destination (`macKeyOf`); mac2 is left
 * zero, for `writeMac2`.
 */
export function encodeMessage(message: Message, macKey: Uint8Array, hmac?: HmacSha512): Uint8Array {
  const body = bodyOf(message);
  const length =
    message.type === HELLO
      ? HELLO_OCTETS[message.suite]
      : HEADER_OCTETS + body.length + macOctets(message.type);
  const octets = new Uint8Array(length);
  writeHeader(octets, message.type, message);
  octets.set(body, HEADER_OCTETS);
  writeMac1(octets, macKey, hmac);
  return octets;
}

/**
 * Takes a message from `remoteScid` to `localScid` apart; it is not kept. The faults of
 * `readHeader`, then `session.header` or `length`. The MACs are not looked at. Source: LS-601.
 */
export function decodeMessage(
  octets: Uint8Array,
  localScid: number,
  remoteScid: number,
): Message | Fault {
  const header = readHeader(octets, localScid, remoteScid);
  if (header instanceof Fault) return header;
  const type = octets[0]!;
  const end = octets.length - macOctets(type);
  if (end < HEADER_OCTETS) return LENGTH;
  const body = octets.subarray(HEADER_OCTETS, end);
  switch (type) {
    case HELLO: {
      if (octets.length !== HELLO_OCTETS[header.suite]) return LENGTH;
      const noiseEnd = HELLO_NOISE_OCTETS[header.suite];
      if (body.subarray(noiseEnd).some((octet) => octet !== 0)) return HEADER;
      return { type, ...header, noise: body.subarray(0, noiseEnd) };
    }
    case REPLY:
    case FINISH:
    case REKEY_REPLY:
      return { type, ...header, noise: body };
    case REKEY: {
      if (body.length < RESUME_ID_OCTETS) return LENGTH;
      const resumeId = body.subarray(0, RESUME_ID_OCTETS);
      return { type, ...header, resumeId, noise: body.subarray(RESUME_ID_OCTETS) };
    }
    case COOKIE: {
      if (body.length !== 2 * MAC_OCTETS) return LENGTH;
      const answeredMac1 = body.subarray(0, MAC_OCTETS);
      return { type, ...header, answeredMac1, cookie: body.subarray(MAC_OCTETS) };
    }
    case DECLINE:
      return body.length === 0 ? { type, ...header } : LENGTH;
    default:
      return HEADER;
  }
}

/** What stands between the header and the MACs, but for the padding of HELLO. */
function bodyOf(message: Message): Uint8Array {
  switch (message.type) {
    case REKEY:
      return concat([message.resumeId, message.noise]);
    case COOKIE:
      return concat([message.answeredMac1, message.cookie]);
    case DECLINE:
      return NOTHING;
    default:
      return message.noise;
  }
}

/** By suite. The padding keeps every answer below three times the question (LS-1205). */
const HELLO_OCTETS = { [SUITE_CLASSICAL]: 256, [SUITE_HYBRID]: 1280 };
/** By suite: X25519, and then ML-KEM-768. */
const HELLO_NOISE_OCTETS = { [SUITE_CLASSICAL]: 32, [SUITE_HYBRID]: 32 + 1184 };
const RESUME_ID_OCTETS = 16;
const NOTHING = new Uint8Array(0);
