/**
 * What one node brings to every handshake with one peer, and the steps that both sides share.
 *
 * Source: link-security §6.4, §6.8, §7.
 */
import { assert } from '../assert.ts';
import type { CryptoProvider, Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import type { BootIdentity } from './boot-identity.ts';
import type { Credentials } from './credentials.ts';
import { EPOCH_AHEAD } from './faults.ts';
import type { Membership } from './membership.ts';
import { SUITE_CLASSICAL } from './message-header.ts';
import { macKeyOf } from './message-macs.ts';
import { encodeMessage, type NoiseMessage } from './messages.ts';
import { HandshakeState, type KeyPair, XX } from './noise.ts';
import { encodePayload } from './payload.ts';
import { type VerifiedPeer, verifyPeer } from './peer-check.ts';
import { prologueOf } from './prologue.ts';
import { createSession, type Role, type Session, type SessionParameters } from './session.ts';

/** The two ends of a link and the means of the local one. */
export interface HandshakeOptions extends SessionParameters {
  readonly credentials: Credentials;
  /** Shared by all links of the node. */
  readonly membership: Membership;
  readonly provider: CryptoProvider;
  readonly random: Random;
  readonly localScid: number;
  readonly remoteScid: number;
}

/** The options with the mac1 keys of both directions, and the steps of either side. */
export class HandshakeContext {
  readonly options: HandshakeOptions;
  /** The mac1 key of messages to this node, 32 octets. */
  readonly localMacKey: Uint8Array;
  readonly #remoteMacKey: Uint8Array;

  constructor(options: HandshakeOptions) {
    assert(options.localScid !== options.remoteScid, 'a link has two ends');
    this.options = options;
    this.localMacKey = macKeyOf(options.credentials.admissionKey, options.localScid);
    this.#remoteMacKey = macKeyOf(options.credentials.admissionKey, options.remoteScid);
  }

  /** A Noise XX state for one handshake (8-octet id) in the given role, under a boot's key. */
  noiseState(
    role: Role,
    handshakeId: Uint8Array,
    ephemeralKey: KeyPair,
    { staticKey }: BootIdentity,
  ): HandshakeState {
    const { credentials, provider, localScid, remoteScid } = this.options;
    const initiator = role === 'initiator';
    const [initiatorScid, responderScid] = initiator
      ? [localScid, remoteScid]
      : [remoteScid, localScid];
    const { constellationId } = credentials;
    const suite = SUITE_CLASSICAL;
    const ends = { initiatorScid, responderScid };
    const prologue = prologueOf({ suite, constellationId, ...ends, handshakeId });
    const keys = { staticKey, ephemeralKey, prologue };
    return HandshakeState.initialize({ provider, pattern: XX, initiator, ...keys });
  }

  /** A message to the peer around a Noise message; fresh octets. */
  encode(type: NoiseMessage['type'], handshakeId: Uint8Array, noise: Uint8Array): Uint8Array {
    const { localScid: sourceScid, remoteScid: destinationScid } = this.options;
    const header = { suite: SUITE_CLASSICAL, sourceScid, destinationScid, handshakeId } as const;
    return encodeMessage({ type, ...header, noise }, this.#remoteMacKey);
  }

  /** This node's handshake payload, asking to receive on `spi`; of the boot of the handshake. */
  payload(spi: number, { keyStatement }: BootIdentity): Uint8Array {
    const { credentials, membership } = this.options;
    const { certificate } = credentials;
    const { epoch, serial } = membership.statement;
    return encodePayload({ spi, certificate, keyStatement, epoch, serial });
  }

  /** Checks who speaks, once Noise has delivered a static key and a payload (LS-704). */
  verify(state: HandshakeState, payload: Uint8Array): VerifiedPeer | Fault {
    const { credentials, membership, provider, remoteScid } = this.options;
    assert(state.remoteStatic !== undefined, 'Noise has delivered the static key of the peer');
    const context = { credentials, membership, curve: provider.curve, remoteScid };
    const verified = verifyPeer(payload, state.remoteStatic, context);
    if (verified instanceof Fault || verified.limbo === undefined) return verified;
    return EPOCH_AHEAD;
  }

  /** The session of a completed handshake in which this node asked to receive on `spi`. */
  session(role: Role, state: HandshakeState, spi: number, verified: VerifiedPeer): Session {
    const { provider, localScid, remoteScid } = this.options;
    const local = { scid: localScid, receiveSpi: spi };
    const remote = { scid: remoteScid, receiveSpi: verified.spi };
    const ends =
      role === 'initiator'
        ? { initiator: local, responder: remote }
        : { initiator: remote, responder: local };
    const { peer } = verified;
    const { remoteStatic } = state;
    assert(remoteStatic !== undefined, 'the peer was verified by its static key');
    const origin = { role, peer, remoteStatic };
    return createSession({ ...state.finish(), ...ends }, origin, this.options, provider.aead);
  }
}
