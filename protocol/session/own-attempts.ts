/**
 * The attempts of this node to open a session on one link, one at a time: REKEY where a secret of
 * an earlier session is held, else HELLO; after a REKEY that came to nothing, HELLO at once; after
 * a HELLO that came to nothing, another one after a pause, until somebody ends it.
 *
 * Source: link-security §7 (LS-706, LS-708, LS-711).
 */
import { SPI } from '../association/faults.ts';
import { Fault } from '../fault.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { HEADER } from './faults.ts';
import type { HandshakeContext } from './handshake-context.ts';
import type { FailureReason, HandshakeOutput } from './handshake-output.ts';
import { Initiator } from './initiator.ts';
import { type MessageHeader, REPLY } from './message-header.ts';
import type { CookieMessage, DeclineMessage, NoiseMessage } from './messages.ts';
import { RekeyInitiator } from './rekey-initiator.ts';
import type { Session } from './session.ts';

/** At most one attempt is under way. */
export class OwnAttempts {
  readonly #context: HandshakeContext;
  readonly #outputs: HandshakeOutput[];
  #own: Initiator | RekeyInitiator | undefined = undefined;
  #pauseUs = PAUSE_MIN_US;
  #resumeAt: Instant = Number.POSITIVE_INFINITY;

  /** What there is to send or tell goes to `outputs`. */
  constructor(context: HandshakeContext, outputs: HandshakeOutput[]) {
    this.#context = context;
    this.#outputs = outputs;
  }

  /** Begins; `anew` does without what earlier sessions have left. */
  begin(now: Instant, anew: boolean): void {
    this.#pauseUs = PAUSE_MIN_US;
    this.#start(now, anew);
  }

  /** The session of the attempt, which waits for its first frame. */
  get session(): Session | undefined {
    return this.#own?.session;
  }

  /** Whether there is anything to say again or to begin. */
  get seeking(): boolean {
    return this.deadline() !== undefined;
  }

  /** The SPI on which an attempt without a session asks to receive. */
  get unkeyedSpi(): number | undefined {
    return this.#own?.session === undefined ? this.#own?.spi : undefined;
  }

  /**
   * Whether the session of this attempt prevails over that of a HELLO of the peer with this
   * ephemeral key (32 octets). A succession does in any case: who speaks first on both, and so
   * chooses for both sides, is this one.
   */
  prevailsOverHello(ephemeral: Uint8Array): boolean {
    const own = this.#own;
    if (own?.session === undefined) return false;
    return own instanceof RekeyInitiator || own.prevailsOver(ephemeral);
  }

  /** Whether this is a succession that prevails over a REKEY with this ephemeral key (LS-709). */
  prevailsOverRekey(ephemeral: Uint8Array): boolean {
    return this.#own instanceof RekeyInitiator && this.#own.prevailsOver(ephemeral);
  }

  /** Takes a REPLY or REKEY-REPLY: the session, nothing new, or a fault. */
  receiveAnswer(
    now: Instant,
    octets: Uint8Array,
    message: NoiseMessage,
  ): Session | Fault | undefined {
    const own = this.#named(octets, message);
    if (own instanceof Fault) return own;
    if (own instanceof RekeyInitiator !== (message.type !== REPLY)) return HEADER;
    // An answer said again: what follows it is under way.
    if (own.session !== undefined) return undefined;
    const session = own.receiveReply(message, now);
    if (session instanceof Fault) return session;
    if (own instanceof Initiator) this.#outputs.push({ kind: 'send', message: own.message });
    return session;
  }

  /** Takes a COOKIE, and says the message again under it. */
  receiveCookie(octets: Uint8Array, message: CookieMessage): Fault | undefined {
    const own = this.#named(octets, message);
    if (own instanceof Fault) return own;
    const fault = own.receiveCookie(message);
    if (fault === undefined) this.#outputs.push({ kind: 'send', message: own.message });
    return fault;
  }

  /** Takes a DECLINE: a first contact begins at once; the secret and all sessions stay (LS-711). */
  receiveDecline(now: Instant, octets: Uint8Array, message: DeclineMessage): Fault | undefined {
    const own = this.#named(octets, message);
    if (own instanceof Fault) return own;
    if (!(own instanceof RekeyInitiator) || own.session !== undefined) return HEADER;
    this.#fail(now, own, 'declined');
    return undefined;
  }

  /** Says it again, gives up, or begins the next attempt. */
  tick(now: Instant): void {
    if (now >= this.#resumeAt) this.#start(now, true);
    const own = this.#own;
    if (own === undefined || now < this.#dueAt) return;
    if (own.schedule.again(now)) this.#outputs.push({ kind: 'send', message: own.message });
    else this.#fail(now, own, own.session === undefined ? 'no-reply' : 'no-confirmation');
  }

  /** What `tick` waits for. */
  deadline(): Deadline | undefined {
    const [at, why] =
      this.#own === undefined
        ? [this.#resumeAt, 'next handshake']
        : [this.#dueAt, 'handshake again'];
    return Number.isFinite(at) ? { at, why } : undefined;
  }

  /** Ends the attempt. Its session goes on if it is `confirmed`, or current; else it is void. */
  end(confirmed: boolean): void {
    const session = this.#own?.session;
    this.#own?.end();
    this.#own = undefined;
    this.#resumeAt = Number.POSITIVE_INFINITY;
    if (session !== undefined && !confirmed) this.#outputs.push({ kind: 'void', session });
  }

  /** The session of a succession says its first frame again by itself. */
  get #dueAt(): Instant {
    const own = this.#own!;
    const complete = own instanceof RekeyInitiator && own.session !== undefined;
    return complete ? Number.POSITIVE_INFINITY : own.schedule.at;
  }

  #start(now: Instant, anew: boolean): void {
    this.end(false);
    const { membership, remoteScid } = this.#context.options;
    const secret = anew ? undefined : membership.identity.resumeSecrets.newest(now, remoteScid);
    const spi = membership.spis.take(now);
    if (spi === undefined) {
      this.#outputs.push({ kind: 'fault', fault: SPI });
      this.#pause(now);
      return;
    }
    this.#own =
      secret === undefined
        ? new Initiator(now, this.#context, spi)
        : new RekeyInitiator(now, this.#context, spi, secret);
    this.#outputs.push({ kind: 'send', message: this.#own.message });
  }

  #fail(now: Instant, own: Initiator | RekeyInitiator, reason: FailureReason): void {
    const attempt = own instanceof RekeyInitiator ? 'rekey' : 'hello';
    this.#outputs.push({ kind: 'failed', attempt, reason });
    if (attempt === 'rekey') {
      this.#start(now, true);
      return;
    }
    this.end(false);
    this.#pause(now);
  }

  #pause(now: Instant): void {
    this.#resumeAt = now + this.#pauseUs;
    this.#pauseUs = Math.min(2 * this.#pauseUs, PAUSE_MAX_US);
  }

  /** The attempt that an answer names, once its mac1 is good. */
  #named(octets: Uint8Array, header: MessageHeader): Initiator | RekeyInitiator | Fault {
    const own = this.#own;
    if (own === undefined || !own.owns(header)) return HEADER;
    const keys = this.#context.matchMac1(octets);
    return keys instanceof Fault ? keys : own;
  }
}

const PAUSE_MIN_US = 10 * MICROSECONDS_PER_S;
const PAUSE_MAX_US = 120 * MICROSECONDS_PER_S;
