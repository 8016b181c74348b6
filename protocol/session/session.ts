/**
 * A session: two keys and the certainty of who holds the others.
 *
 * Source: link-security §7, §8.
 */
import { toHex } from '../bytes/octets.ts';
import type { Aead } from '../crypto/ports.ts';
import { type AssociationKeys, deriveSessionKeys, type HandshakeResult } from './key-schedule.ts';
import { ReceiveKey, SendKey } from './keys.ts';
import type { Peer } from './peer-check.ts';

/** Which side said HELLO. */
export type Role = 'initiator' | 'responder';

/** What a completed handshake gives the link; the keys are the link's alone. */
export interface Session {
  readonly sendKey: SendKey;
  readonly receiveKey: ReceiveKey;
  readonly role: Role;
  readonly peer: Peer;
  /** 16 hexadecimal digits, the same on both sides; for logs and reports. */
  readonly sessionId: string;
}

/** Derives the keys of a session and erases what they were derived from. */
export function createSession(
  result: HandshakeResult,
  role: Role,
  peer: Peer,
  aead: Aead,
): Session {
  const { initiatorToResponder, responderToInitiator, sessionId } = deriveSessionKeys(result);
  const [sending, receiving] =
    role === 'initiator'
      ? [initiatorToResponder, responderToInitiator]
      : [responderToInitiator, initiatorToResponder];
  const sendKey = new SendKey(sending.spi, takeKey(sending, aead), sending.fixedField);
  const receiveKey = new ReceiveKey(receiving.spi, takeKey(receiving, aead), receiving.fixedField);
  return { sendKey, receiveKey, role, peer, sessionId: toHex(sessionId) };
}

function takeKey({ key }: AssociationKeys, aead: Aead) {
  const expanded = aead.key(key);
  key.fill(0);
  return expanded;
}
