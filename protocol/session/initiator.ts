/**
 * One attempt of this node to open a session: HELLO until a REPLY verifies, then FINISH until a
 * protected frame of the peer proves that it arrived.
 *
 * Source: link-security §7 (LS-701, LS-704, LS-706, LS-707, LS-712).
 */
import { assert } from '../assert.ts';
import { equal, equalConstantTime } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { BootIdentity } from './boot-identity.ts';
import { BUDGET, MAC2 } from './faults.ts';
import { eraseKeys, type FirstContactKeys, initiatorKeys } from './first-contact-keys.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { FINISH, HELLO, type MessageHeader } from './message-header.ts';
import { mac1In, writeMac2 } from './message-macs.ts';
import type { CookieMessage, NoiseMessage } from './messages.ts';
import type { HandshakeState } from './noise.ts';
import { Retransmission } from './retransmission.ts';
import type { Session } from './session.ts';

/** The initiator's side of one handshake. */
export class Initiator {
  readonly #context: HandshakeContext;
  readonly #handshakeId: Uint8Array;
  readonly #identity: BootIdentity;
  readonly #keys: FirstContactKeys;
  readonly #spi: number;
  readonly #state: HandshakeState;
  #message: Uint8Array;
  #schedule: Retransmission;
  #finishing = false;
  #candidates = 0;
  #cookies = 0;
  #cookie: Uint8Array | undefined = undefined;

  /** Begins with a fresh handshake id and ephemeral key; asks to receive on `spi`. */
  constructor(now: Instant, context: HandshakeContext, spi: number) {
    const { membership, random } = context.options;
    this.#context = context;
    this.#handshakeId = random.octets(HANDSHAKE_ID_OCTETS);
    this.#identity = membership.identity;
    this.#keys = initiatorKeys(
      context.suite,
      this.#identity.ephemeralKeys,
      context.options.provider.kem,
    );
    this.#spi = spi;
    this.#state = context.noiseState('initiator', this.#handshakeId, this.#keys, this.#identity);
    const noise = this.#state.writeMessage(NO_PAYLOAD);
    assert(!(noise instanceof Fault), 'message 1 of XX needs no key agreement');
    this.#message = context.encode(HELLO, this.#handshakeId, noise, context.senderKeys);
    this.#schedule = new Retransmission(now, context.contact.roundTripUs, random);
  }

  /** The HELLO or FINISH to send now and again: fresh octets. */
  get message(): Uint8Array {
    return this.#message.slice();
  }

  /** When the message is due again. */
  get schedule(): Retransmission {
    return this.#schedule;
  }

  /** Whether the session is up here and waits for its first frame. */
  get finishing(): boolean {
    return this.#finishing;
  }

  /** Whether a REPLY names this attempt. */
  owns({ handshakeId }: MessageHeader): boolean {
    return equal(handshakeId, this.#handshakeId);
  }

  /** LS-709: whether this attempt prevails over one that began with `ephemeral` (32 octets). */
  prevailsOver(ephemeral: Uint8Array): boolean {
    const own = this.#keys.ephemeralKey.publicKey;
    const at = own.findIndex((octet, i) => octet !== ephemeral[i]);
    return at >= 0 && own[at]! > ephemeral[at]!;
  }

  /**
   * Takes a REPLY whose mac1 is good. The session, and `message` has become FINISH; or a fault, and
   * nothing has changed.
   */
  receiveReply(now: Instant, { noise }: NoiseMessage): Session | Fault {
    if (this.#candidates === CANDIDATES_MAX) return BUDGET;
    this.#candidates++;
    const context = this.#context;
    const state = this.#state.clone();
    const payload = state.readMessage(noise);
    if (payload instanceof Fault) return payload;
    const verified = context.verify(state, payload);
    if (verified instanceof Fault) return verified;
    const answer = state.writeMessage(context.payload(this.#spi, this.#identity));
    if (answer instanceof Fault) return answer;
    this.#message = context.encode(FINISH, this.#handshakeId, answer, context.senderKeys);
    const { roundTripUs } = context.contact;
    this.#schedule = new Retransmission(now, roundTripUs, context.options.random);
    this.#finishing = true;
    return context.session('initiator', state, this.#spi, verified);
  }

  /**
   * Takes a COOKIE whose mac1 is good: `message` has a mac2 under it now, to be sent at once.
   * One that answers another message, or is taken already, is a fault.
   */
  receiveCookie({ answeredMac1, cookie }: CookieMessage): Fault | undefined {
    if (this.#finishing || !equalConstantTime(answeredMac1, mac1In(this.#message))) return MAC2;
    if (this.#cookie !== undefined && equal(this.#cookie, cookie)) return MAC2;
    if (this.#cookies === CANDIDATES_MAX) return BUDGET;
    this.#cookies++;
    this.#cookie = cookie.slice();
    writeMac2(this.#message, cookie);
    return undefined;
  }

  /** Erases the ephemeral keys and gives back an SPI that never came into use. */
  end(): void {
    eraseKeys(this.#keys);
    if (!this.#finishing) this.#context.options.membership.spis.release(this.#spi);
  }
}

const HANDSHAKE_ID_OCTETS = 8;
const NO_PAYLOAD = new Uint8Array(0);
/** Of REPLYs, and of COOKIEs, with a good mac1: those that an attempt looks at (LS-712). */
const CANDIDATES_MAX = 8;
