/**
 * The handshake of one link. It answers the peer's HELLO at any time, and once begun it opens a
 * session itself, as often as it takes until the contact is over.
 *
 *   initiator                          responder
 *      | HELLO ─────────────────────────▶ |   repeated until REPLY
 *      | ◀───────────────────────── REPLY |   stored; said again to the same HELLO
 *      | FINISH ────────────────────────▶ |   repeated until a frame comes back
 *      | ◀─────────────── protected frame |
 *
 * A bad message changes nothing but a counter (LS-701). When both sides begin at once and both
 * get as far as FINISH, the attempt with the larger ephemeral key prevails on both (LS-709).
 *
 * Source: link-security §7.
 */
import { equal, toHex } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import { type Deadline, type Instant, type Machine, MICROSECONDS_PER_S } from '../machine.ts';
import { HALF_OPEN_FULL, HEADER, SPI, SUITE } from './faults.ts';
import { HandshakeContext, type HandshakeOptions } from './handshake-context.ts';
import { Initiator } from './initiator.ts';
import { FINISH, HELLO, REPLY, SUITE_CLASSICAL } from './message-header.ts';
import { checkMac1 } from './message-macs.ts';
import { decodeMessage, type Message, type NoiseMessage } from './messages.ts';
import { Responder } from './responder.ts';
import type { Session } from './session.ts';

export type { Session } from './session.ts';

/** What the handshake asks of its owner, or tells it. */
export type HandshakeOutput =
  | { readonly kind: 'send'; readonly message: Uint8Array }
  /**
   * The session may be used: by the initiator at once, right after the FINISH; by the responder
   * with a protected frame at once, whatever else there is to say (LS-707).
   */
  | { readonly kind: 'established'; readonly session: Session }
  /**
   * The peer says FINISH again: no protected frame had reached it when it did (LS-707). An owner
   * that repeats its first frame of its own accord need do nothing; anybody can say this one again.
   */
  | { readonly kind: 'repeated' }
  /**
   * An own attempt ended: `no-reply`, or `no-confirmation`, and then its session is void. The next
   * begins after a pause.
   */
  | { readonly kind: 'failed'; readonly reason: 'no-reply' | 'no-confirmation' }
  | { readonly kind: 'fault'; readonly fault: Fault };

interface HalfOpen {
  readonly responder: Responder;
  readonly expiresAt: Instant;
}

/** The machine. Its owner drains `poll` after every verb. */
export class Handshake implements Machine<HandshakeOutput> {
  readonly #context: HandshakeContext;
  /** Bounded by the outputs of one verb. */
  readonly #outputs: HandshakeOutput[] = [];
  /** By handshake id, oldest first. Bounded by HALF_OPEN_MAX. */
  readonly #halfOpen = new Map<string, HalfOpen>();
  #own: Initiator | undefined = undefined;
  #acceptedFinish: Uint8Array | undefined = undefined;
  #roundTripUs = 0;
  #pauseUs = PAUSE_MIN_US;
  #resumeAt: Instant | undefined = undefined;

  constructor(options: HandshakeOptions) {
    this.#context = new HandshakeContext(options);
  }

  /** Becomes the initiator and says HELLO. `roundTripUs` is that of the contact, in µs. */
  begin(now: Instant, roundTripUs: number): void {
    this.#roundTripUs = roundTripUs;
    this.#pauseUs = PAUSE_MIN_US;
    this.#start(now);
  }

  /** Takes a message from the wire; the octets are not kept. */
  receive(now: Instant, octets: Uint8Array): void {
    this.#expireHalfOpen(now);
    const { localScid, remoteScid } = this.#context.options;
    const message = decodeMessage(octets, localScid, remoteScid);
    const fault = message instanceof Fault ? message : this.#dispatch(now, octets, message);
    if (fault !== undefined) this.#outputs.push({ kind: 'fault', fault });
  }

  /** A frame of the peer authenticated on the session established last: FINISH has arrived. */
  confirmed(_now: Instant): void {
    if (!this.#own?.finishing) return;
    this.#endOwn();
    // What the peer began meanwhile has lost to this session (LS-709).
    for (const id of this.#halfOpen.keys()) this.#endHalfOpen(id, true);
  }

  /** The contact is over: every handshake ends. */
  abandon(_now: Instant): void {
    this.#endOwn();
    for (const id of this.#halfOpen.keys()) this.#endHalfOpen(id, true);
    this.#acceptedFinish = undefined;
  }

  /** Says HELLO or FINISH again, gives up an attempt or begins the next one. */
  tick(now: Instant): void {
    this.#expireHalfOpen(now);
    if (this.#resumeAt !== undefined && now >= this.#resumeAt) this.#start(now);
    const own = this.#own;
    if (own === undefined || now < own.schedule.at) return;
    if (own.schedule.again(now)) {
      this.#outputs.push({ kind: 'send', message: own.message });
      return;
    }
    this.#outputs.push({ kind: 'failed', reason: own.finishing ? 'no-confirmation' : 'no-reply' });
    this.#endOwn();
    this.#pause(now);
  }

  poll(): HandshakeOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    let soonest: Deadline | undefined;
    if (this.#resumeAt !== undefined) soonest = { at: this.#resumeAt, why: 'next handshake' };
    if (this.#own !== undefined) soonest = { at: this.#own.schedule.at, why: 'handshake again' };
    for (const { expiresAt } of this.#halfOpen.values()) {
      if (soonest !== undefined && soonest.at <= expiresAt) return soonest;
      return { at: expiresAt, why: 'half-open handshake expires' };
    }
    return soonest;
  }

  #start(now: Instant): void {
    this.#endOwn();
    const spi = this.#context.options.membership.spis.take(now);
    if (spi === undefined) {
      this.#outputs.push({ kind: 'fault', fault: SPI });
      this.#pause(now);
      return;
    }
    this.#own = new Initiator(now, this.#context, spi, this.#roundTripUs);
    this.#outputs.push({ kind: 'send', message: this.#own.message });
  }

  #pause(now: Instant): void {
    this.#resumeAt = now + this.#pauseUs;
    this.#pauseUs = Math.min(2 * this.#pauseUs, PAUSE_MAX_US);
  }

  #dispatch(now: Instant, octets: Uint8Array, message: Message): Fault | undefined {
    if (message.suite !== SUITE_CLASSICAL) return SUITE;
    switch (message.type) {
      case HELLO:
        return this.#receiveHello(now, octets, message);
      case REPLY:
        return this.#receiveReply(now, octets, message);
      case FINISH:
        return this.#receiveFinish(octets, message);
      default:
        return HEADER;
    }
  }

  /** Checks in the order of LS-702; an unknown HELLO costs two key agreements. */
  #receiveHello(now: Instant, octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    const fault = checkMac1(octets, this.#context.localMacKey);
    if (fault !== undefined) return fault;
    const id = toHex(message.handshakeId);
    const known = this.#halfOpen.get(id)?.responder;
    if (known !== undefined) {
      if (!known.answers(octets)) return HEADER;
      this.#outputs.push({ kind: 'send', message: known.reply });
      return undefined;
    }
    if (this.#halfOpen.size === HALF_OPEN_MAX) return HALF_OPEN_FULL;
    const { spis } = this.#context.options.membership;
    const spi = spis.take(now);
    if (spi === undefined) return SPI;
    const responder = Responder.answer(this.#context, octets, message, spi);
    if (responder instanceof Fault) {
      spis.release(spi);
      return responder;
    }
    const lifeUs = Math.max(HALF_OPEN_LIFE_MIN_US, 4 * this.#roundTripUs);
    this.#halfOpen.set(id, { responder, expiresAt: now + lifeUs });
    this.#outputs.push({ kind: 'send', message: responder.reply });
    return undefined;
  }

  #receiveReply(now: Instant, octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    const own = this.#own;
    if (own === undefined || !own.owns(message)) return HEADER;
    const fault = checkMac1(octets, this.#context.localMacKey);
    // A REPLY said again is answered by the FINISH that is under way.
    if (fault !== undefined || own.finishing) return fault;
    const session = own.receiveReply(now, message);
    if (session instanceof Fault) return session;
    this.#outputs.push({ kind: 'send', message: own.message }, { kind: 'established', session });
    return undefined;
  }

  #receiveFinish(octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    if (this.#acceptedFinish !== undefined && equal(this.#acceptedFinish, octets)) {
      this.#outputs.push({ kind: 'repeated' });
      return undefined;
    }
    const id = toHex(message.handshakeId);
    const responder = this.#halfOpen.get(id)?.responder;
    if (responder === undefined) return HEADER;
    const session = responder.receiveFinish(message);
    if (session instanceof Fault) return session;
    if (this.#own?.finishing && this.#own.prevailsOver(responder.initiatorEphemeral)) {
      return undefined;
    }
    this.#endOwn();
    this.#pauseUs = PAUSE_MIN_US;
    this.#endHalfOpen(id, false);
    this.#acceptedFinish = octets.slice();
    this.#outputs.push({ kind: 'established', session });
    return undefined;
  }

  #endOwn(): void {
    this.#own?.end();
    this.#own = undefined;
    this.#resumeAt = undefined;
  }

  #endHalfOpen(id: string, idle: boolean): void {
    this.#halfOpen.get(id)?.responder.end(idle);
    this.#halfOpen.delete(id);
  }

  /** All live equally long, so the oldest goes first. */
  #expireHalfOpen(now: Instant): void {
    // Bounded by HALF_OPEN_MAX.
    for (const [id, { expiresAt }] of this.#halfOpen) {
      if (now < expiresAt) return;
      this.#endHalfOpen(id, true);
    }
  }
}

const PAUSE_MIN_US = 10 * MICROSECONDS_PER_S;
const PAUSE_MAX_US = 120 * MICROSECONDS_PER_S;
/** LS-712. */
const HALF_OPEN_MAX = 16;
const HALF_OPEN_LIFE_MIN_US = 15 * MICROSECONDS_PER_S;
