/**
 * The key agreement of one link. It answers the peer's HELLO and REKEY at any time, and once begun
 * it opens a session itself, as often as it takes until the contact is over.
 *
 *   initiator                          responder       initiator                  responder
 *      | HELLO ─────────────────────────▶ |               | REKEY ──────────────────▶ |
 *      | ◀───────────────────────── REPLY |               | ◀───────────── REKEY-REPLY |
 *      | FINISH ────────────────────────▶ |               | protected frame ─────────▶ |
 *      | ◀─────────────── protected frame |               | ◀───────── protected frame |
 *
 * What is not answered is said again; answers are stored, and said again to the same question. A
 * bad message changes nothing but a counter (LS-701).
 *
 * When both sides begin at once, both sides must end up on one session. Who has the last word of a
 * handshake speaks first on its session, and the other follows what it hears; so only where each
 * would speak first on another session there is something to decide, and the larger ephemeral key
 * of the initiators decides it (LS-709).
 *
 * Source: link-security §7.
 */
import { equal } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import { type Deadline, type Instant, type Machine, sooner } from '../machine.ts';
import { HEADER, SUITE, UNPLACED } from './faults.ts';
import {
  type HandshakeContact,
  HandshakeContext,
  type HandshakeOptions,
} from './handshake-context.ts';
import type { HandshakeOutput } from './handshake-output.ts';
import { COOKIE, DECLINE, FINISH, HELLO, REKEY, REKEY_REPLY, REPLY } from './message-header.ts';
import { decodeMessage, type Message, type NoiseMessage, type RekeyMessage } from './messages.ts';
import { OwnAttempts } from './own-attempts.ts';
import { Responders } from './responders.ts';
import { eraseSession, type Session } from './session.ts';
import { Successions } from './successions.ts';

export type { HandshakeOutput } from './handshake-output.ts';
export type { Session } from './session.ts';

/** The machine. Its owner drains `poll` after every verb. */
export class Handshake implements Machine<HandshakeOutput> {
  readonly #context: HandshakeContext;
  /** Bounded by the outputs of one verb. */
  readonly #outputs: HandshakeOutput[] = [];
  readonly #own: OwnAttempts;
  readonly #responders: Responders;
  readonly #successions: Successions;
  #acceptedFinish: Uint8Array | undefined = undefined;

  constructor(options: HandshakeOptions) {
    this.#context = new HandshakeContext(options);
    this.#own = new OwnAttempts(this.#context, this.#outputs);
    this.#responders = new Responders(this.#context, this.#outputs);
    this.#successions = new Successions(this.#context, this.#outputs);
  }

  /** A contact begins: the peer is answered from here on. */
  connect(contact: HandshakeContact): void {
    this.#context.contact = contact;
  }

  /**
   * Becomes the initiator: says REKEY where an earlier session has left a secret, else HELLO.
   * `anew` says HELLO in any case.
   */
  begin(now: Instant, anew = false): void {
    this.#own.begin(now, anew);
  }

  /** Takes a message from the wire; the octets are not kept. */
  receive(now: Instant, octets: Uint8Array): void {
    this.#expire(now);
    const { localScid, remoteScid } = this.#context.options;
    const message = decodeMessage(octets, localScid, remoteScid);
    const fault = message instanceof Fault ? message : this.#dispatch(now, octets, message);
    if (fault === undefined) return;
    this.#outputs.push({ kind: 'fault', fault, messageType: octets[0] });
  }

  /**
   * The first frame of the peer has authenticated on a session. False when another session of this
   * node prevails over it: the peer will change to that one, and this one may still receive.
   */
  confirmed(_now: Instant, session: Session): boolean {
    const own = this.#own.session === session;
    const ephemeral = own ? undefined : this.#successions.ephemeralOf(session);
    const rival = this.#own.session !== undefined && ephemeral !== undefined;
    if (rival && this.#own.prevailsOverRekey(ephemeral)) return false;
    this.#own.end(own);
    this.#successions.confirm(session);
    if (own) {
      // What the peer began meanwhile has lost to this session.
      this.#responders.clear();
      this.#successions.clear();
    }
    const { remoteScid } = this.#context.options;
    const { secrets, resume, succeeds } = session;
    secrets.confirm(remoteScid, resume.id);
    if (succeeds !== undefined) secrets.use(remoteScid, succeeds.id);
    return true;
  }

  /** The contact is over: every handshake ends. What sessions have left for the next one stays. */
  abandon(_now: Instant): void {
    this.#own.end(false);
    this.#responders.clear();
    this.#successions.clear();
    this.#acceptedFinish = undefined;
  }

  /** Says it again, gives up an attempt or begins the next one. */
  tick(now: Instant): void {
    this.#expire(now);
    this.#own.tick(now);
  }

  poll(): HandshakeOutput | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    const why = 'half-open handshake expires';
    const at = Math.min(this.#responders.expiresAt, this.#successions.expiresAt);
    return sooner(this.#own.deadline(), Number.isFinite(at) ? { at, why } : undefined);
  }

  /** Whether this node is about to open a session, and goes on until there is one. */
  get seeking(): boolean {
    return this.#own.seeking;
  }

  /** The SPIs that are asked for and have no keys. */
  get unkeyedSpis(): number[] {
    const own = this.#own.unkeyedSpi;
    return own === undefined ? this.#responders.spis : [own, ...this.#responders.spis];
  }

  #expire(now: Instant): void {
    this.#responders.expire(now);
    this.#successions.expire(now);
  }

  #dispatch(now: Instant, octets: Uint8Array, message: Message): Fault | undefined {
    if (message.suite !== this.#context.suite) return SUITE;
    switch (message.type) {
      case HELLO:
        return this.#responders.receiveHello(now, octets, message);
      case FINISH:
        return this.#receiveFinish(now, octets, message);
      case REPLY:
      case REKEY_REPLY:
        return this.#establish(now, this.#own.receiveAnswer(now, octets, message));
      case REKEY:
        return this.#receiveRekey(now, octets, message);
      case COOKIE:
        return this.#own.receiveCookie(octets, message);
      case DECLINE:
        return this.#own.receiveDecline(now, octets, message);
      default:
        return HEADER;
    }
  }

  #receiveRekey(now: Instant, octets: Uint8Array, message: RekeyMessage): Fault | undefined {
    const prevails = (ephemeral: Uint8Array) => this.#own.prevailsOverRekey(ephemeral);
    return this.#establish(now, this.#successions.receiveRekey(now, octets, message, prevails));
  }

  #receiveFinish(now: Instant, octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    if (this.#acceptedFinish !== undefined && equal(this.#acceptedFinish, octets)) {
      this.#outputs.push({ kind: 'repeated' });
      return undefined;
    }
    const responder = this.#responders.find(message);
    if (responder === undefined) return this.#responders.spis.length === 0 ? UNPLACED : HEADER;
    const prevails = this.#own.prevailsOverHello(responder.initiatorEphemeral);
    const session = responder.receiveFinish(message);
    if (session instanceof Fault) return prevails ? undefined : session;
    // A later boot of the peer knows nothing of what an earlier one has agreed.
    if (prevails && session.peer.boot <= this.#own.session!.peer.boot) {
      eraseSession(session);
      return undefined;
    }
    this.#own.end(false);
    this.#responders.complete(message);
    this.#acceptedFinish = octets.slice();
    return this.#establish(now, session);
  }

  #establish(now: Instant, session: Session | Fault | undefined): Fault | undefined {
    if (session === undefined || session instanceof Fault) return session;
    const { remoteScid } = this.#context.options;
    const { secrets, resume, succeeds, speaksFirst } = session;
    // Who has the last word may rely on it that the other knows of the session already.
    secrets.keep(now, remoteScid, resume, succeeds, speaksFirst);
    this.#outputs.push({ kind: 'established', session });
    return undefined;
  }
}
