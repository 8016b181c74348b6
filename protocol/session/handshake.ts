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
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import {
  type Deadline,
  type Instant,
  type Machine,
  MICROSECONDS_PER_S,
  sooner,
} from '../machine.ts';
import { HEADER, SPI, SUITE } from './faults.ts';
import {
  type HandshakeContact,
  HandshakeContext,
  type HandshakeOptions,
} from './handshake-context.ts';
import type { HandshakeOutput } from './handshake-output.ts';
import { Initiator } from './initiator.ts';
import { COOKIE, FINISH, HELLO, REPLY } from './message-header.ts';
import { type CookieMessage, decodeMessage, type Message, type NoiseMessage } from './messages.ts';
import { Responders } from './responders.ts';

export type { HandshakeOutput } from './handshake-output.ts';
export type { Session } from './session.ts';

/** The machine. Its owner drains `poll` after every verb. */
export class Handshake implements Machine<HandshakeOutput> {
  readonly #context: HandshakeContext;
  /** Bounded by the outputs of one verb. */
  readonly #outputs: HandshakeOutput[] = [];
  readonly #responders: Responders;
  #own: Initiator | undefined = undefined;
  #acceptedFinish: Uint8Array | undefined = undefined;
  #pauseUs = PAUSE_MIN_US;
  #resumeAt: Instant | undefined = undefined;

  constructor(options: HandshakeOptions) {
    this.#context = new HandshakeContext(options);
    this.#responders = new Responders(this.#context, this.#outputs);
  }

  /** A contact begins: the peer's HELLO is answered from here on. */
  connect(contact: HandshakeContact): void {
    this.#context.contact = contact;
  }

  /** Becomes the initiator and says HELLO. */
  begin(now: Instant): void {
    this.#pauseUs = PAUSE_MIN_US;
    this.#start(now);
  }

  /** Takes a message from the wire; the octets are not kept. */
  receive(now: Instant, octets: Uint8Array): void {
    this.#responders.expire(now);
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
    this.#responders.clear();
  }

  /** The contact is over: every handshake ends. */
  abandon(_now: Instant): void {
    this.#endOwn();
    this.#responders.clear();
    this.#acceptedFinish = undefined;
  }

  /** Says HELLO or FINISH again, gives up an attempt or begins the next one. */
  tick(now: Instant): void {
    this.#responders.expire(now);
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
    const { expiresAt } = this.#responders;
    if (expiresAt === Number.POSITIVE_INFINITY) return soonest;
    return sooner(soonest, { at: expiresAt, why: 'half-open handshake expires' });
  }

  #start(now: Instant): void {
    this.#endOwn();
    const spi = this.#context.options.membership.spis.take(now);
    if (spi === undefined) {
      this.#outputs.push({ kind: 'fault', fault: SPI });
      this.#pause(now);
      return;
    }
    this.#own = new Initiator(now, this.#context, spi);
    this.#outputs.push({ kind: 'send', message: this.#own.message });
  }

  #pause(now: Instant): void {
    this.#resumeAt = now + this.#pauseUs;
    this.#pauseUs = Math.min(2 * this.#pauseUs, PAUSE_MAX_US);
  }

  #dispatch(now: Instant, octets: Uint8Array, message: Message): Fault | undefined {
    if (message.suite !== this.#context.suite) return SUITE;
    switch (message.type) {
      case HELLO:
        return this.#responders.receiveHello(now, octets, message);
      case REPLY:
        return this.#receiveReply(now, octets, message);
      case FINISH:
        return this.#receiveFinish(octets, message);
      case COOKIE:
        return this.#receiveCookie(octets, message);
      default:
        return HEADER;
    }
  }

  #receiveReply(now: Instant, octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    const own = this.#own;
    if (own === undefined || !own.owns(message)) return HEADER;
    const keys = this.#context.matchMac1(octets);
    if (keys instanceof Fault) return keys;
    // A REPLY said again is answered by the FINISH that is under way.
    if (own.finishing) return undefined;
    const session = own.receiveReply(now, message);
    if (session instanceof Fault) return session;
    this.#outputs.push({ kind: 'send', message: own.message }, { kind: 'established', session });
    return undefined;
  }

  #receiveCookie(octets: Uint8Array, message: CookieMessage): Fault | undefined {
    const own = this.#own;
    if (own === undefined || !own.owns(message)) return HEADER;
    const keys = this.#context.matchMac1(octets);
    if (keys instanceof Fault) return keys;
    const fault = own.receiveCookie(message);
    if (fault === undefined) this.#outputs.push({ kind: 'send', message: own.message });
    return fault;
  }

  #receiveFinish(octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    if (this.#acceptedFinish !== undefined && equal(this.#acceptedFinish, octets)) {
      this.#outputs.push({ kind: 'repeated' });
      return undefined;
    }
    const responder = this.#responders.find(message);
    if (responder === undefined) return HEADER;
    const session = responder.receiveFinish(message);
    if (session instanceof Fault) return session;
    if (this.#own?.finishing && this.#own.prevailsOver(responder.initiatorEphemeral)) {
      return undefined;
    }
    this.#endOwn();
    this.#pauseUs = PAUSE_MIN_US;
    this.#responders.complete(message);
    this.#acceptedFinish = octets.slice();
    this.#outputs.push({ kind: 'established', session });
    return undefined;
  }

  #endOwn(): void {
    this.#own?.end();
    this.#own = undefined;
    this.#resumeAt = undefined;
  }
}

const PAUSE_MIN_US = 10 * MICROSECONDS_PER_S;
const PAUSE_MAX_US = 120 * MICROSECONDS_PER_S;
