/**
 * One attempt of this node to succeed a session: REKEY until a REKEY-REPLY verifies. The new
 * session is then used at once, and its first frame tells the peer to use it as well.
 *
 * Source: link-security §6.5, §7 (LS-701, LS-706, LS-708, LS-709, LS-712).
 */
import { assert } from '../assert.ts';
import { compare, equal } from '../bytes/octets.ts';
import type { X25519Key } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { HeldSecret } from '../membership/resumption.ts';
import { CookieIntake } from './cookie-intake.ts';
import { BUDGET, MAC2 } from './faults.ts';
import { type HandshakeContext, judgeOf } from './handshake-context.ts';
import type { MessageHeader } from './message-header.ts';
import type { CookieMessage, NoiseMessage } from './messages.ts';
import type { HandshakeState } from './noise.ts';
import { recheckPeer } from './peer-check.ts';
import {
  encodeRekey,
  rekeyPayload,
  rekeySession,
  rekeyState,
  remoteSpiIn,
} from './rekey-exchange.ts';
import { Retransmission } from './retransmission.ts';
import type { Session } from './session.ts';

/** The initiator's side of one succession. */
export class RekeyInitiator {
  readonly #context: HandshakeContext;
  readonly #secret: HeldSecret;
  readonly #handshakeId: Uint8Array;
  readonly #ephemeralKey: X25519Key;
  readonly #spi: number;
  readonly #serial: number;
  readonly #state: HandshakeState;
  readonly #message: Uint8Array;
  /** When the message is due again. */
  readonly schedule: Retransmission;
  #session: Session | undefined = undefined;
  #candidates = 0;
  readonly #cookies = new CookieIntake();

  /** Begins with a fresh handshake id and ephemeral key; asks to receive on `spi`. */
  constructor(now: Instant, context: HandshakeContext, spi: number, secret: HeldSecret) {
    const { membership, random } = context.options;
    this.#context = context;
    this.#secret = secret;
    this.#handshakeId = random.octets(HANDSHAKE_ID_OCTETS);
    this.#ephemeralKey = membership.identity.ephemeralKeys.next();
    this.#spi = spi;
    this.#serial = membership.statement.serial;
    this.#state = rekeyState(context, 'initiator', this.#handshakeId, this.#ephemeralKey, secret);
    const noise = this.#state.writeMessage(rekeyPayload(context, spi));
    assert(!(noise instanceof Fault), 'the static key of the peer has served before');
    this.#message = encodeRekey(context, this.#handshakeId, secret.id, noise);
    this.schedule = new Retransmission(now, context.contact.roundTripUs, random);
  }

  /** The REKEY to send now and again: fresh octets. */
  get message(): Uint8Array {
    return this.#message.slice();
  }

  /** The session, once there is one; it waits for its first frame. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** On which this attempt asks to receive. */
  get spi(): number {
    return this.#spi;
  }

  /** Whether an answer names this attempt. */
  owns({ handshakeId }: MessageHeader): boolean {
    return equal(handshakeId, this.#handshakeId);
  }

  /** LS-709: whether this attempt prevails over one that began with `ephemeral` (32 octets). */
  prevailsOver(ephemeral: Uint8Array): boolean {
    return compare(this.#ephemeralKey.publicKey, ephemeral) > 0;
  }

  /** Takes a REKEY-REPLY whose mac1 is good: the session; or a fault, and nothing has changed. */
  receiveReply({ noise }: NoiseMessage): Session | Fault {
    if (this.#candidates === CANDIDATES_MAX) return BUDGET;
    this.#candidates++;
    const context = this.#context;
    const state = this.#state.clone();
    const payload = state.readMessage(noise);
    if (payload instanceof Fault) return payload;
    const remoteSpi = remoteSpiIn(payload);
    if (remoteSpi instanceof Fault) return remoteSpi;
    // The peer was verified by the statement that held when this began, or an older one.
    const { membership } = context.options;
    const unchanged = membership.statement.serial === this.#serial;
    const objection = unchanged
      ? undefined
      : recheckPeer(this.#secret.peer, judgeOf(context.options));
    if (objection !== undefined) return objection;
    const ends = [this.#spi, remoteSpi] as const;
    this.#session = rekeySession(context, 'initiator', state, ...ends, this.#secret);
    return this.#session;
  }

  /** Takes a COOKIE whose mac1 is good; see `CookieIntake`. */
  receiveCookie(message: CookieMessage): Fault | undefined {
    if (this.#session !== undefined) return MAC2;
    return this.#cookies.receive(this.#message, message);
  }

  /** Erases the ephemeral key and gives back an SPI that never came into use. */
  end(): void {
    this.#ephemeralKey.erase();
    if (this.#session === undefined) this.#context.options.membership.spis.release(this.#spi);
  }
}

const HANDSHAKE_ID_OCTETS = 8;
/** REKEY-REPLYs with a good mac1 that may cost an attempt the work of checking them (LS-712). */
const CANDIDATES_MAX = 8;
