/**
 * One attempt of this node to open a session: HELLO until a REPLY verifies, then FINISH until a
 * protected frame of the peer proves that it arrived.
 *
 * Source: link-security §7 (LS-701, LS-704, LS-706, LS-707, LS-712).
 */
import { assert } from '../assert.ts';
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { BootIdentity } from './boot-identity.ts';
import { BUDGET } from './faults.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { FINISH, HELLO } from './message-header.ts';
import type { NoiseMessage } from './messages.ts';
import type { HandshakeState, KeyPair } from './noise.ts';
import { Retransmission } from './retransmission.ts';
import type { Session } from './session.ts';

/** The initiator's side of one handshake. */
export class Initiator {
  readonly #context: HandshakeContext;
  readonly #roundTripUs: number;
  readonly #handshakeId: Uint8Array;
  readonly #identity: BootIdentity;
  readonly #ephemeralKey: KeyPair;
  readonly #spi: number;
  readonly #state: HandshakeState;
  #message: Uint8Array;
  #schedule: Retransmission;
  #finishing = false;
  #candidates = 0;

  /** Begins with a fresh handshake id and ephemeral key; asks to receive on `spi`. */
  constructor(now: Instant, context: HandshakeContext, spi: number, roundTripUs: number) {
    const { membership, random } = context.options;
    this.#context = context;
    this.#roundTripUs = roundTripUs;
    this.#handshakeId = random.octets(HANDSHAKE_ID_OCTETS);
    this.#identity = membership.identity;
    this.#ephemeralKey = this.#identity.ephemeralKeys.next();
    this.#spi = spi;
    this.#state = context.noiseState(
      'initiator',
      this.#handshakeId,
      this.#ephemeralKey,
      this.#identity,
    );
    const noise = this.#state.writeMessage(NO_PAYLOAD);
    assert(!(noise instanceof Fault), 'message 1 of XX needs no key agreement');
    this.#message = context.encode(HELLO, this.#handshakeId, noise);
    this.#schedule = new Retransmission(now, roundTripUs, random);
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
  owns({ handshakeId }: NoiseMessage): boolean {
    return equal(handshakeId, this.#handshakeId);
  }

  /** LS-709: whether this attempt prevails over one that began with `ephemeral` (32 octets). */
  prevailsOver(ephemeral: Uint8Array): boolean {
    const own = this.#ephemeralKey.publicKey;
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
    const state = this.#state.clone();
    const payload = state.readMessage(noise);
    if (payload instanceof Fault) return payload;
    const verified = this.#context.verify(state, payload);
    if (verified instanceof Fault) return verified;
    const answer = state.writeMessage(this.#context.payload(this.#spi, this.#identity));
    if (answer instanceof Fault) return answer;
    this.#message = this.#context.encode(FINISH, this.#handshakeId, answer);
    this.#schedule = new Retransmission(now, this.#roundTripUs, this.#context.options.random);
    this.#finishing = true;
    return this.#context.session('initiator', state, this.#spi, verified);
  }

  /** Erases the ephemeral key and gives back an SPI that never came into use. */
  end(): void {
    this.#ephemeralKey.privateKey.fill(0);
    if (!this.#finishing) this.#context.options.membership.spis.release(this.#spi);
  }
}

const HANDSHAKE_ID_OCTETS = 8;
const NO_PAYLOAD = new Uint8Array(0);
/** REPLYs with a good mac1 that may cost an attempt the work of checking them (LS-712). */
const CANDIDATES_MAX = 8;
