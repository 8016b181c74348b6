/**
 * One succession that the peer began: REKEY is answered, and the new session stands ready to
 * receive until its first frame comes.
 *
 * Source: link-security §6.5, §7 (LS-708, LS-712).
 */
import { assert } from '../assert.ts';
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import type { HeldSecret } from '../membership/resumption.ts';
import type { EpochMacKeys } from './admission-keys.ts';
import type { HandshakeContext } from './handshake-context.ts';
import { REKEY_REPLY } from './message-header.ts';
import { withoutMac2 } from './message-macs.ts';
import type { RekeyMessage } from './messages.ts';
import type { HandshakeState } from './noise.ts';
import { rekeyPayload, rekeySession, rekeyState, remoteSpiIn } from './rekey-exchange.ts';
import type { Session } from './session.ts';

/** The responder's side of one succession. */
export class RekeyResponder {
  readonly session: Session;
  /** The initiator's ephemeral key, 32 octets. */
  readonly initiatorEphemeral: Uint8Array;
  readonly #rekey: Uint8Array;
  readonly #reply: Uint8Array;

  private constructor(
    session: Session,
    initiatorEphemeral: Uint8Array,
    rekey: Uint8Array,
    reply: Uint8Array,
  ) {
    this.session = session;
    this.initiatorEphemeral = initiatorEphemeral;
    this.#rekey = rekey;
    this.#reply = reply;
  }

  /**
   * Answers a REKEY whose mac1 is good and whose resume id names `secret`, asking to receive on
   * `spi`. `octets` are the whole REKEY, copied here; its admission key is `keys`. Faults:
   * `session.length`, `noise-auth`, `dh-zero`, `cbor`, `spi`.
   */
  static answer(
    context: HandshakeContext,
    octets: Uint8Array,
    message: RekeyMessage,
    keys: EpochMacKeys,
    secret: HeldSecret,
    spi: number,
  ): RekeyResponder | Fault {
    const ephemeralKey = context.options.membership.identity.ephemeralKeys.next();
    const { noise, handshakeId } = message;
    const state = rekeyState(context, 'responder', handshakeId, ephemeralKey, secret);
    const answer = RekeyResponder.#exchange(context, state, noise.slice(), spi);
    ephemeralKey.erase();
    if (answer instanceof Fault) return answer;
    const session = rekeySession(context, 'responder', state, spi, answer.remoteSpi, secret);
    const reply = context.encode(REKEY_REPLY, handshakeId, answer.noise, keys);
    const { remoteEphemeral } = state;
    assert(remoteEphemeral !== undefined, 'REKEY has been read');
    return new RekeyResponder(session, remoteEphemeral, withoutMac2(octets).slice(), reply);
  }

  static #exchange(
    context: HandshakeContext,
    state: HandshakeState,
    noise: Uint8Array,
    spi: number,
  ): { readonly noise: Uint8Array; readonly remoteSpi: number } | Fault {
    const payload = state.readMessage(noise);
    if (payload instanceof Fault) return payload;
    const remoteSpi = remoteSpiIn(payload);
    if (remoteSpi instanceof Fault) return remoteSpi;
    const answer = state.writeMessage(rekeyPayload(context, spi));
    return answer instanceof Fault ? answer : { noise: answer, remoteSpi };
  }

  /** The REKEY-REPLY: fresh octets, the same at every call. */
  get reply(): Uint8Array {
    return this.#reply.slice();
  }

  /** Whether a REKEY is the one answered here, said again. */
  answers(octets: Uint8Array): boolean {
    return equal(withoutMac2(octets), this.#rekey);
  }
}
