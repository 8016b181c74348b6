/**
 * A session: two keys and the certainty of who holds the others.
 *
 * Source: link-security §7, §8.
 */
import { toHex } from '../bytes/octets.ts';
import type { Aead } from '../crypto/ports.ts';
import type { Limbo, Peer } from '../membership/peer.ts';
import type { HeldSecret, ResumeSecret, ResumeSecrets } from '../membership/resumption.ts';
import { REPLAY_PROFILE, type ReplayProfile } from './anti-replay.ts';
import { type AssociationKeys, deriveSessionKeys, type HandshakeResult } from './key-schedule.ts';
import { ReceiveKey, SendKey } from './keys.ts';
import { SESSION_LIMITS, type SessionLimits } from './limits.ts';

/** Which side said HELLO or REKEY. */
export type Role = 'initiator' | 'responder';

/** What a completed handshake gives the link; the keys are the link's alone. */
export interface Session {
  readonly sendKey: SendKey;
  readonly receiveKey: ReceiveKey;
  readonly role: Role;
  readonly peer: Peer;
  /** 16 hexadecimal digits, the same on both sides; for logs and reports. */
  readonly sessionId: string;
  /** What was agreed for the keys of this side. */
  readonly limits: SessionLimits;
  /**
   * Whether this side, which has the last word of the handshake, sends the first protected frame.
   * The other goes on as before until that frame has come (LS-707, LS-708).
   */
  readonly speaksFirst: boolean;
  /** Set while only link control may pass (LS-705): what to check again; cleared when it passes. */
  limbo: Limbo | undefined;
  /** For the next succession, and who holds it. */
  readonly resume: ResumeSecret;
  readonly secrets: ResumeSecrets;
  /** What it came of, where it succeeds another session. */
  readonly succeeds: HeldSecret | undefined;
}

/** Who agreed, and from where. */
export interface SessionOrigin {
  readonly role: Role;
  readonly peer: Peer;
  /** 32 octets. */
  readonly remoteStatic: Uint8Array;
  /** Of the boot in which the handshake began. */
  readonly secrets: ResumeSecrets;
  readonly succeeds?: HeldSecret;
  readonly limbo?: Limbo | undefined;
}

/** Managed parameters of the keys; those of the specification by default. */
export interface SessionParameters {
  readonly limits?: SessionLimits;
  readonly replay?: ReplayProfile;
}

/** Derives the keys of a session and erases what they were derived from. */
export function createSession(
  result: HandshakeResult,
  { role, peer, remoteStatic, secrets, succeeds, limbo }: SessionOrigin,
  { limits = SESSION_LIMITS, replay = REPLAY_PROFILE }: SessionParameters,
  aead: Aead,
): Session {
  const keys = deriveSessionKeys(result);
  const { initiatorToResponder, responderToInitiator, resumeId, resumePsk } = keys;
  const initiator = role === 'initiator';
  const [sending, receiving] = initiator
    ? [initiatorToResponder, responderToInitiator]
    : [responderToInitiator, initiatorToResponder];
  const [sendAead, receiveAead] = [takeKey(sending, aead), takeKey(receiving, aead)];
  return {
    sendKey: new SendKey(sending.spi, sendAead, sending.fixedField, limits),
    receiveKey: new ReceiveKey(receiving.spi, receiveAead, receiving.fixedField, limits, replay),
    role,
    peer,
    sessionId: toHex(keys.sessionId),
    limits,
    // The last message of a first contact is the initiator's, that of a succession the responder's.
    speaksFirst: initiator === (succeeds !== undefined),
    limbo,
    resume: { id: resumeId, psk: resumePsk, remoteStatic: remoteStatic.slice(), peer },
    secrets,
    succeeds,
  };
}

/** Ends a session that nobody will have. */
export function eraseSession({ sendKey, receiveKey, resume }: Session): void {
  sendKey.erase();
  receiveKey.erase();
  resume.psk.fill(0);
}

function takeKey({ key }: AssociationKeys, aead: Aead) {
  const expanded = aead.key(key);
  key.fill(0);
  return expanded;
}
