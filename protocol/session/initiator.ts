/**
 * One attempt of this node to open a session: HELLO until a REPLY verifies, then FINISH until a
 * protected frame of the peer proves that it arrived.
 *
 * Source: link-security §7 (LS-701, LS-704, LS-706, LS-707, LS-712).
 */
import { assert } from '../assert.ts';
import { compare, equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { BootIdentity } from '../membership/boot-identity.ts';
import { CookieIntake } from './cookie-intake.ts';
import { BUDGET, MAC2 } from './faults.ts';
import { eraseKeys, type FirstContactKeys, initiatorKeys } from './first-contact-keys.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { FINISH, HELLO, type MessageHeader } from './message-header.ts';
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
  #session: Session | undefined = undefined;
  #candidates = 0;
  readonly #cookies = new CookieIntake();

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

  /** The session, once there is one; it waits for its first frame. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** On which this attempt asks to receive. */
  get spi(): number {
    return this.#spi;
  }

  /** Whether a REPLY names this attempt. */
  owns({ handshakeId }: MessageHeader): boolean {
    return equal(handshakeId, this.#handshakeId);
  }

  /** LS-709: whether this attempt prevails over one that began with `ephemeral` (32 octets). */
  prevailsOver(ephemeral: Uint8Array): boolean {
    return compare(this.#keys.ephemeralKey.publicKey, ephemeral) > 0;
  }

  /**
   * Takes a REPLY whose mac1 is good. The session, and `message` has become FINISH; or a fault, and
   * nothing has changed.
   */
  receiveReply({ noise }: NoiseMessage, now: Instant): Session | Fault {
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
    this.#session = context.session('initiator', this.#identity, state, this.#spi, verified);
    return this.#session;
  }

  /** Takes a COOKIE whose mac1 is good; see `CookieIntake`. */
  receiveCookie(message: CookieMessage): Fault | undefined {
    if (this.#session !== undefined) return MAC2;
    return this.#cookies.receive(this.#message, message);
  }

  /** Erases the ephemeral keys and gives back an SPI that never came into use. */
  end(): void {
    eraseKeys(this.#keys);
    if (this.#session === undefined) this.#context.options.membership.spis.release(this.#spi);
  }
}

const HANDSHAKE_ID_OCTETS = 8;
const NO_PAYLOAD = new Uint8Array(0);
/** REPLYs with a good mac1 that may cost an attempt the work of checking them (LS-712). */
const CANDIDATES_MAX = 8;
