/**
 * The successions that the peer of one link has begun: whether to answer a REKEY, the answers that
 * stand ready to be said again, and the sessions that wait for their first frame.
 *
 * A REKEY that loses to one of this node is not answered: the peer answers the other (LS-709).
 * Somebody who held back REKEYs of the peer cannot drive out the one that it goes by now, because
 * those that came first keep their places until their time is over.
 *
 * Source: link-security §6.5, §7 (LS-708, LS-709, LS-711), §12.
 */
import { SPI } from '../association/faults.ts';
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { HeldSecret } from '../membership/resumption.ts';
import type { EpochMacKeys } from './admission-keys.ts';
import { HALF_OPEN_FULL, HEADER, LENGTH, RESUME_UNKNOWN } from './faults.ts';
import { passGate } from './gate.ts';
import { type HandshakeContext, judgeOf } from './handshake-context.ts';
import type { HandshakeOutput } from './handshake-output.ts';
import type { RekeyMessage } from './messages.ts';
import { recheckPeer } from './peer-check.ts';
import { RekeyResponder } from './rekey-responder.ts';
import type { Session } from './session.ts';
import { TokenBucket } from './token-bucket.ts';

interface Answered {
  readonly handshakeId: Uint8Array;
  readonly responder: RekeyResponder;
  readonly expiresAt: Instant;
  /** For answers said again. */
  readonly repeats: TokenBucket;
  /** A frame has come on its session. */
  heard: boolean;
}

/** Oldest first. Bounded by ANSWERED_MAX. */
export class Successions {
  readonly #context: HandshakeContext;
  readonly #outputs: HandshakeOutput[];
  #answered: Answered[] = [];

  /** What there is to send or tell goes to `outputs`. */
  constructor(context: HandshakeContext, outputs: HandshakeOutput[]) {
    this.#context = context;
    this.#outputs = outputs;
  }

  /**
   * Takes a REKEY: the new session; undefined when there is nothing new; or a fault.
   * `prevailsOver` tells whether a REKEY of this node is under way that prevails over one with this
   * ephemeral key.
   */
  receiveRekey(
    now: Instant,
    octets: Uint8Array,
    message: RekeyMessage,
    prevailsOver: (ephemeral: Uint8Array) => boolean,
  ): Session | Fault | undefined {
    const keys = this.#context.matchMac1(octets);
    if (keys instanceof Fault) return keys;
    const known = this.#answered.find(({ handshakeId }) => equal(handshakeId, message.handshakeId));
    if (known !== undefined) return this.#repeat(now, octets, known);
    if (message.noise.length < EPHEMERAL_OCTETS) return LENGTH;
    if (prevailsOver(message.noise.subarray(0, EPHEMERAL_OCTETS))) return undefined;
    const vouched = passGate(now, this.#context, this.#outputs, octets, message, keys);
    if (vouched instanceof Fault) return vouched;
    const secret = this.#secretFor(now, message, keys);
    if (secret instanceof Fault) return secret;
    if (!this.#hasPlace()) return HALF_OPEN_FULL;
    return this.#answer(now, octets, message, keys, secret);
  }

  /** The initiator's ephemeral key of a session that was answered here. */
  ephemeralOf(session: Session): Uint8Array | undefined {
    return this.#find(session)?.responder.initiatorEphemeral;
  }

  /** A frame has come on this session, perhaps one of those here. */
  confirm(session: Session): void {
    const answered = this.#find(session);
    if (answered !== undefined) answered.heard = true;
  }

  /** Ends all of them. */
  clear(): void {
    for (const answered of this.#answered) this.#end(answered);
    this.#answered = [];
  }

  /** Ends those whose time is over. */
  expire(now: Instant): void {
    if (now < this.expiresAt) return;
    for (const answered of this.#answered) if (now >= answered.expiresAt) this.#end(answered);
    this.#answered = this.#answered.filter(({ expiresAt }) => now < expiresAt);
  }

  /** When the next one's time is over; infinite when there is none. */
  get expiresAt(): Instant {
    let soonest = Number.POSITIVE_INFINITY;
    // Bounded by ANSWERED_MAX.
    for (const { expiresAt } of this.#answered) soonest = Math.min(soonest, expiresAt);
    return soonest;
  }

  #find(session: Session): Answered | undefined {
    return this.#answered.find(({ responder }) => responder.session === session);
  }

  #repeat(now: Instant, octets: Uint8Array, known: Answered): Fault | undefined {
    if (!known.responder.answers(octets)) return HEADER;
    if (!known.repeats.take(now)) return undefined;
    this.#outputs.push({ kind: 'send', message: known.responder.reply });
    return undefined;
  }

  /** The secret that a REKEY names, if its peer may still come back by it (LS-708). */
  #secretFor(now: Instant, message: RekeyMessage, keys: EpochMacKeys): HeldSecret | Fault {
    const { membership, remoteScid } = this.#context.options;
    const { resumeSecrets } = membership.identity;
    const secret = resumeSecrets.find(now, remoteScid, message.resumeId);
    if (secret === undefined) {
      // The peer itself never comes back to a secret that has led to a session.
      if (!resumeSecrets.isUsed(message.resumeId)) {
        const decline = this.#context.encodeDecline(message, keys);
        this.#outputs.push({ kind: 'send', message: decline });
      }
      return RESUME_UNKNOWN;
    }
    return recheckPeer(secret.peer, judgeOf(this.#context.options)) ?? secret;
  }

  #answer(
    now: Instant,
    octets: Uint8Array,
    message: RekeyMessage,
    keys: EpochMacKeys,
    secret: HeldSecret,
  ): Session | Fault {
    const { spis } = this.#context.options.membership;
    const spi = spis.take(now);
    if (spi === undefined) return SPI;
    const responder = RekeyResponder.answer(this.#context, octets, message, keys, secret, spi);
    if (responder instanceof Fault) {
      spis.release(spi);
      return responder;
    }
    const handshakeId = message.handshakeId.slice();
    const expiresAt = now + Math.max(LIFE_MIN_US, 4 * this.#context.contact.roundTripUs);
    const repeats = new TokenBucket(REPEATS.perS, REPEATS.burst);
    this.#answered.push({ handshakeId, responder, expiresAt, repeats, heard: false });
    this.#outputs.push({ kind: 'send', message: responder.reply });
    return responder.session;
  }

  /** One whose session is heard has nothing to lose but a repeat, and gives way. */
  #hasPlace(): boolean {
    if (this.#answered.length < ANSWERED_MAX) return true;
    this.#answered = this.#answered.filter(({ heard }) => !heard);
    return this.#answered.length < ANSWERED_MAX;
  }

  #end({ responder, heard }: Answered): void {
    if (!heard) this.#outputs.push({ kind: 'void', session: responder.session });
  }
}

/** With the current session, as many as may receive at once (LS-712). */
const ANSWERED_MAX = 2;
const EPHEMERAL_OCTETS = 32;
/** LS-712. */
const LIFE_MIN_US = 15 * MICROSECONDS_PER_S;
/** Far more than a peer that repeats itself by LS-706 needs. */
const REPEATS = { perS: 5, burst: 5 };
