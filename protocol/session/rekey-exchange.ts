/**
 * What both sides of a succession do alike: Noise KKpsk0 under the secret of the session before,
 * with a fresh key agreement, and from its end the keys of the new session.
 *
 * Source: link-security §6.5, §6.8, §8; LS-708.
 */
import type { X25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import type { HeldSecret } from '../membership/resumption.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { REKEY } from './message-header.ts';
import { encodeMessage } from './messages.ts';
import { HandshakeState } from './noise.ts';
import { KKPSK0 } from './noise-patterns.ts';
import { decodeRekeyPayload, encodeRekeyPayload } from './payload.ts';
import { checkSpi } from './peer-check.ts';
import { prologueOf } from './prologue.ts';
import { createSession, type Role, type Session } from './session.ts';

/** A Noise state for the succession with this handshake id (8 octets), in the given role. */
export function rekeyState(
  context: HandshakeContext,
  role: Role,
  handshakeId: Uint8Array,
  ephemeralKey: X25519Key,
  secret: HeldSecret,
): HandshakeState {
  const { credentials, membership, provider, localScid, remoteScid } = context.options;
  const initiator = role === 'initiator';
  const [initiatorScid, responderScid] = initiator
    ? [localScid, remoteScid]
    : [remoteScid, localScid];
  const { constellationId } = credentials;
  const { id: resumeId, psk, remoteStatic } = secret;
  const ends = { initiatorScid, responderScid };
  const prologue = prologueOf({
    suite: context.suite,
    constellationId,
    ...ends,
    handshakeId,
    resumeId,
  });
  const { staticKey } = membership.identity;
  const keys = { staticKey, ephemeralKey, remoteStatic, psk, prologue };
  return HandshakeState.initialize({ provider, pattern: KKPSK0, initiator, ...keys });
}

/** A REKEY around a Noise message; fresh octets. */
export function encodeRekey(
  { options, suite, senderKeys }: HandshakeContext,
  handshakeId: Uint8Array,
  resumeId: Uint8Array,
  noise: Uint8Array,
): Uint8Array {
  const { localScid: sourceScid, remoteScid: destinationScid } = options;
  const header = { suite, sourceScid, destinationScid, handshakeId } as const;
  return encodeMessage({ type: REKEY, ...header, resumeId, noise }, senderKeys.to(destinationScid));
}

/** This node's payload, asking to receive on `spi`. */
export function rekeyPayload(context: HandshakeContext, spi: number): Uint8Array {
  const { epoch, serial } = context.options.membership.statement;
  return encodeRekeyPayload({ spi, epoch, serial });
}

/** The SPI on which the peer wants to receive, by its payload; or `session.cbor`, `session.spi`. */
export function remoteSpiIn(payload: Uint8Array): number | Fault {
  const fields = decodeRekeyPayload(payload);
  if (fields instanceof Fault) return fields;
  return checkSpi(fields.spi) ?? fields.spi;
}

/** The session of a completed succession, of whose two SPIs each side chose its receiving one. */
export function rekeySession(
  context: HandshakeContext,
  role: Role,
  state: HandshakeState,
  localSpi: number,
  remoteSpi: number,
  secret: HeldSecret,
): Session {
  const { provider, localScid, remoteScid } = context.options;
  const local = { scid: localScid, receiveSpi: localSpi };
  const remote = { scid: remoteScid, receiveSpi: remoteSpi };
  const ends =
    role === 'initiator'
      ? { initiator: local, responder: remote }
      : { initiator: remote, responder: local };
  const { peer, remoteStatic, home: secrets } = secret;
  const origin = { role, peer, remoteStatic, secrets, succeeds: secret };
  return createSession({ ...state.finish(), ...ends }, origin, context.options, provider.aead);
}
