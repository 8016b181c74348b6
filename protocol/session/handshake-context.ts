/**
 * What one node brings to every handshake with one peer, and the steps that both sides share.
 *
 * Source: link-security §6.4, §6.8, §7.
 */
import { assert } from '../assert.ts';
import type { CryptoProvider, Random } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import type { BootIdentity } from '../membership/boot-identity.ts';
import type { Credentials } from '../membership/credentials.ts';
import type { Membership } from '../membership/membership.ts';
import type { Admission, Opening } from './admission.ts';
import type { EpochMacKeys } from './admission-keys.ts';
import type { FirstContactKeys } from './first-contact-keys.ts';
import {
  COOKIE,
  DECLINE,
  type MessageHeader,
  SUITE_CLASSICAL,
  SUITE_HYBRID,
  type Suite,
} from './message-header.ts';
import { mac1In } from './message-macs.ts';
import { encodeMessage, type Message, type NoiseMessage, type RekeyMessage } from './messages.ts';
import { HandshakeState } from './noise.ts';
import { XX, XXHFS } from './noise-patterns.ts';
import { encodePayload } from './payload.ts';
import { type PeerCheckContext, type VerifiedPeer, verifyPeer } from './peer-check.ts';
import { prologueOf } from './prologue.ts';
import { createSession, type Role, type Session, type SessionParameters } from './session.ts';

/** In which suite a node speaks: there is no negotiation. */
export type SuitePolicy = 'classical' | 'hybrid';

/** The two ends of a link and the means of the local one. */
export interface HandshakeOptions extends SessionParameters {
  readonly credentials: Credentials;
  /** Shared by all links of the node. */
  readonly membership: Membership;
  readonly provider: CryptoProvider;
  readonly random: Random;
  /** Shared by all links of the node. */
  readonly admission: Admission;
  /** Classical by default; hybrid neither says nor answers anything in the classical suite. */
  readonly suitePolicy?: SuitePolicy;
  readonly localScid: number;
  readonly remoteScid: number;
}

/** What the plan says of a contact, as far as a handshake asks. */
export interface HandshakeContact {
  /**
   * The terminal and the peer's address, at most 255 octets of UTF-8: what cookies and budgets hold
   * for. Empty by default.
   */
  readonly portName?: string;
  /** The longest round trip of light. */
  readonly roundTripUs: number;
}

/** What a peer is judged against. */
export function judgeOf(options: HandshakeOptions): PeerCheckContext {
  const { credentials, membership, provider, remoteScid } = options;
  return { credentials, membership, curve: provider.curve, remoteScid };
}

/** The options, and the steps of either side. */
export class HandshakeContext {
  readonly options: HandshakeOptions;
  /** Every message of this link is in it. */
  readonly suite: Suite;
  /** The contact that is under way, or the last one. */
  contact: HandshakeContact = { roundTripUs: 0 };

  constructor(options: HandshakeOptions) {
    assert(options.localScid !== options.remoteScid, 'a link has two ends');
    this.options = options;
    this.suite = options.suitePolicy === 'hybrid' ? SUITE_HYBRID : SUITE_CLASSICAL;
  }

  /** The admission key with which this node begins; answers take the one they answer to. */
  get senderKeys(): EpochMacKeys {
    const { admission, membership } = this.options;
    return admission.keys.ofSender(membership.statement.epoch);
  }

  /** The admission key under which a decoded message to this node stands, or `session.mac1`. */
  matchMac1(octets: Uint8Array): EpochMacKeys | Fault {
    const { admission, membership, localScid } = this.options;
    return admission.keys.match(membership.statement.epoch, octets, localScid);
  }

  /** A Noise XX state for one handshake (8-octet id) in the given role, under a boot's key. */
  noiseState(
    role: Role,
    handshakeId: Uint8Array,
    keys: FirstContactKeys,
    { staticKey }: BootIdentity,
  ): HandshakeState {
    const { credentials, provider, localScid, remoteScid } = this.options;
    const initiator = role === 'initiator';
    const [initiatorScid, responderScid] = initiator
      ? [localScid, remoteScid]
      : [remoteScid, localScid];
    const { constellationId } = credentials;
    const { suite } = this;
    const ends = { initiatorScid, responderScid };
    const prologue = prologueOf({ suite, constellationId, ...ends, handshakeId });
    const pattern = suite === SUITE_HYBRID ? XXHFS : XX;
    const shared = { provider, pattern, initiator, prologue };
    return HandshakeState.initialize({ ...shared, staticKey, ...keys });
  }

  /** A message to the peer around a Noise message; fresh octets. */
  encode(
    type: NoiseMessage['type'],
    handshakeId: Uint8Array,
    noise: Uint8Array,
    keys: EpochMacKeys,
  ): Uint8Array {
    const header = this.#header(this.suite, handshakeId);
    return this.#encode({ type, ...header, noise }, keys);
  }

  /** The COOKIE that answers a HELLO or REKEY: fresh octets. */
  encodeCookie({ octets, message }: Opening, cookie: Uint8Array, keys: EpochMacKeys): Uint8Array {
    const header = this.#header(message.suite, message.handshakeId);
    const answer = { type: COOKIE, ...header, answeredMac1: mac1In(octets), cookie } as const;
    return this.#encode(answer, keys);
  }

  /** The DECLINE that answers a REKEY: fresh octets. */
  encodeDecline({ suite, handshakeId }: RekeyMessage, keys: EpochMacKeys): Uint8Array {
    const header = this.#header(suite, handshakeId);
    return this.#encode({ type: DECLINE, ...header }, keys);
  }

  #encode(message: Message, keys: EpochMacKeys): Uint8Array {
    const { remoteScid, provider } = this.options;
    return encodeMessage(message, keys.to(remoteScid), provider.hmacSha512);
  }

  #header(suite: Suite, handshakeId: Uint8Array): MessageHeader {
    const { localScid: sourceScid, remoteScid: destinationScid } = this.options;
    return { suite, sourceScid, destinationScid, handshakeId };
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
    assert(state.remoteStatic !== undefined, 'Noise has delivered the static key of the peer');
    return verifyPeer(payload, state.remoteStatic, judgeOf(this.options));
  }

  /** The session of a handshake under a boot's key, in which this node asked for `spi`. */
  session(
    role: Role,
    { resumeSecrets: secrets }: BootIdentity,
    state: HandshakeState,
    spi: number,
    verified: VerifiedPeer,
  ): Session {
    const { provider, localScid, remoteScid } = this.options;
    const local = { scid: localScid, receiveSpi: spi };
    const remote = { scid: remoteScid, receiveSpi: verified.spi };
    const ends =
      role === 'initiator'
        ? { initiator: local, responder: remote }
        : { initiator: remote, responder: local };
    const { peer, limbo } = verified;
    const { remoteStatic } = state;
    assert(remoteStatic !== undefined, 'the peer was verified by its static key');
    const origin = { role, peer, remoteStatic, secrets, limbo };
    return createSession({ ...state.finish(), ...ends }, origin, this.options, provider.aead);
  }
}
