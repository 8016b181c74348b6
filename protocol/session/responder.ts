/**
 * One half-open handshake that the peer began: HELLO is answered, FINISH is awaited.
 *
 * Source: link-security §7 (LS-701, LS-702, LS-704, LS-712).
 */
import { assert } from '../assert.ts';
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { REPLY } from './message-header.ts';
import { withoutMac2 } from './message-macs.ts';
import type { NoiseMessage } from './messages.ts';
import type { HandshakeState, KeyPair } from './noise.ts';
import type { Session } from './session.ts';

/** The responder's side of one handshake. */
export class Responder {
  readonly #context: HandshakeContext;
  readonly #hello: Uint8Array;
  readonly #ephemeralKey: KeyPair;
  readonly #spi: number;
  readonly #state: HandshakeState;
  readonly #reply: Uint8Array;

  private constructor(
    context: HandshakeContext,
    hello: Uint8Array,
    ephemeralKey: KeyPair,
    spi: number,
    state: HandshakeState,
    reply: Uint8Array,
  ) {
    this.#context = context;
    this.#hello = hello;
    this.#ephemeralKey = ephemeralKey;
    this.#spi = spi;
    this.#state = state;
    this.#reply = reply;
  }

  /**
   * Answers a HELLO whose mac1 is good, asking to receive on `spi`. `octets` are the whole HELLO,
   * copied here. Fault: `session.dh-zero`.
   */
  static answer(
    context: HandshakeContext,
    octets: Uint8Array,
    message: NoiseMessage,
    spi: number,
  ): Responder | Fault {
    const { identity } = context.options.membership;
    const ephemeralKey = identity.ephemeralKeys.next();
    const handshakeId = message.handshakeId.slice();
    const state = context.noiseState('responder', handshakeId, ephemeralKey, identity);
    const fault = state.readMessage(message.noise.slice());
    if (fault instanceof Fault) return fault;
    const answer = state.writeMessage(context.payload(spi, identity));
    if (answer instanceof Fault) return answer;
    const reply = context.encode(REPLY, handshakeId, answer);
    return new Responder(context, withoutMac2(octets).slice(), ephemeralKey, spi, state, reply);
  }

  /** The REPLY: fresh octets, the same at every call. */
  get reply(): Uint8Array {
    return this.#reply.slice();
  }

  /** The initiator's ephemeral key, 32 octets. */
  get initiatorEphemeral(): Uint8Array {
    const { remoteEphemeral } = this.#state;
    assert(remoteEphemeral !== undefined, 'HELLO has been read');
    return remoteEphemeral;
  }

  /** Whether a HELLO is the one answered here, said again. */
  answers(octets: Uint8Array): boolean {
    return equal(withoutMac2(octets), this.#hello);
  }

  /** Takes a FINISH: the session; or a fault, and nothing has changed. */
  receiveFinish({ noise }: NoiseMessage): Session | Fault {
    const state = this.#state.clone();
    const payload = state.readMessage(noise);
    if (payload instanceof Fault) return payload;
    const verified = this.#context.verify(state, payload);
    if (verified instanceof Fault) return verified;
    return this.#context.session('responder', state, this.#spi, verified);
  }

  /** Erases the ephemeral key; an SPI that never came into use (`idle`) is given back. */
  end(idle: boolean): void {
    this.#ephemeralKey.privateKey.fill(0);
    if (idle) this.#context.options.membership.spis.release(this.#spi);
  }
}
