/**
 * One half-open handshake that the peer began: HELLO is answered, FINISH is awaited.
 *
 * Source: link-security §7 (LS-701, LS-702, LS-704, LS-712).
 */
import { assert } from '../assert.ts';
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import type { BootIdentity } from '../membership/boot-identity.ts';
import type { EpochMacKeys } from './admission-keys.ts';
import { BUDGET } from './faults.ts';
import { eraseKeys, type FirstContactKeys, responderKeys } from './first-contact-keys.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { REPLY } from './message-header.ts';
import { withoutMac2 } from './message-macs.ts';
import type { NoiseMessage } from './messages.ts';
import type { HandshakeState } from './noise.ts';
import type { Session } from './session.ts';

/** The responder's side of one handshake. */
export class Responder {
  readonly #context: HandshakeContext;
  readonly #identity: BootIdentity;
  readonly #hello: Uint8Array;
  readonly #keys: FirstContactKeys;
  readonly #spi: number;
  readonly #state: HandshakeState;
  readonly #reply: Uint8Array;
  #candidates = 0;
  #keyed: { readonly sealedKey: Uint8Array; readonly state: HandshakeState } | undefined;

  private constructor(
    context: HandshakeContext,
    identity: BootIdentity,
    hello: Uint8Array,
    keys: FirstContactKeys,
    spi: number,
    state: HandshakeState,
    reply: Uint8Array,
  ) {
    this.#context = context;
    this.#identity = identity;
    this.#hello = hello;
    this.#keys = keys;
    this.#spi = spi;
    this.#state = state;
    this.#reply = reply;
  }

  /**
   * Answers a HELLO whose mac1 is good, asking to receive on `spi`. `octets` are the whole HELLO,
   * copied here; their admission key is `keys`. Faults:
   * `session.dh-zero`, `session.kem-key`.
   */
  static answer(
    context: HandshakeContext,
    octets: Uint8Array,
    message: NoiseMessage,
    keys: EpochMacKeys,
    spi: number,
  ): Responder | Fault {
    const { identity } = context.options.membership;
    const own = responderKeys(context.suite, identity.ephemeralKeys);
    const handshakeId = message.handshakeId.slice();
    const state = context.noiseState('responder', handshakeId, own, identity);
    const fault = state.readMessage(message.noise.slice());
    const answer =
      fault instanceof Fault ? fault : state.writeMessage(context.payload(spi, identity));
    if (answer instanceof Fault) {
      eraseKeys(own);
      return answer;
    }
    const reply = context.encode(REPLY, handshakeId, answer, keys);
    const hello = withoutMac2(octets).slice();
    return new Responder(context, identity, hello, own, spi, state, reply);
  }

  /** The REPLY: fresh octets, the same at every call. */
  get reply(): Uint8Array {
    return this.#reply.slice();
  }

  /** On which this side asks to receive. */
  get spi(): number {
    return this.#spi;
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
    const keyed = this.#afterKeys(noise);
    if (keyed instanceof Fault) return keyed;
    const state = keyed.clone();
    const payload = state.readPayload(noise.slice(SEALED_KEY_OCTETS));
    if (payload instanceof Fault) return payload;
    if (this.#candidates === CANDIDATES_MAX) return BUDGET;
    this.#candidates++;
    const verified = this.#context.verify(state, payload);
    if (verified instanceof Fault) return verified;
    return this.#context.session('responder', this.#identity, state, this.#spi, verified);
  }

  /**
   * The state after the keys of a FINISH. It is remembered, so that whoever damages the payload of
   * a FINISH, as anybody can, buys no key agreement with it.
   */
  #afterKeys(noise: Uint8Array): HandshakeState | Fault {
    const sealedKey = noise.subarray(0, SEALED_KEY_OCTETS);
    if (this.#keyed !== undefined && equal(this.#keyed.sealedKey, sealedKey)) {
      return this.#keyed.state;
    }
    if (this.#candidates === CANDIDATES_MAX) return BUDGET;
    const state = this.#state.clone();
    const keysEnd = state.readKeys(noise);
    // Only the initiator itself can seal another key than its own.
    if (state.remoteStatic !== undefined) this.#candidates++;
    if (keysEnd instanceof Fault) return keysEnd;
    this.#keyed = { sealedKey: sealedKey.slice(), state };
    return state;
  }

  /** Erases the ephemeral keys; an SPI that never came into use (`idle`) is given back. */
  end(idle: boolean): void {
    eraseKeys(this.#keys);
    if (idle) this.#context.options.membership.spis.release(this.#spi);
  }
}

/** The static key and its tag. */
const SEALED_KEY_OCTETS = 32 + 16;
/** Key agreements and checks of certificates that FINISHes of the peer itself may cost. */
const CANDIDATES_MAX = 8;
