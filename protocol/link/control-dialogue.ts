/**
 * What the two ends of a link say to each other under protection, on virtual channel 61: that they
 * are there, which constellation statement they hold, the statement itself, that a session ends.
 *
 * Source: link-security §6.7, §13, LS-705, LS-1004.
 */
import { Fault } from '../fault.ts';
import type { Instant } from '../machine.ts';
import type { Membership } from '../membership/membership.ts';
import type { KeyingOutput } from './keying.ts';
import { decodeControl, encodeClose, KEEPALIVE_MESSAGE } from './link-control.ts';
import type { LinkSession } from './link-session.ts';
import type { Purpose } from './liveness.ts';
import { StatementSpread } from './statement-spread.ts';

/** This end of the dialogue. Always on the session that seals. */
export class ControlDialogue {
  readonly #tell: (output: KeyingOutput) => void;
  readonly #spread: StatementSpread;

  /** `tell` puts out what is said, and the faults of what is heard. */
  constructor(membership: Membership, tell: (output: KeyingOutput) => void) {
    this.#tell = tell;
    this.#spread = new StatementSpread(membership);
  }

  /** A session seals, or a frame has come on it: its first word is an advertisement. */
  begin(now: Instant, entry: LinkSession, purpose: Purpose): void {
    this.#spread.begin(now);
    this.announce(now, entry, purpose);
  }

  /** No session seals. */
  end(): void {
    this.#spread.end();
  }

  /** Says KEEPALIVE. */
  keepAlive(now: Instant, entry: LinkSession, purpose: Purpose): void {
    this.#say(now, entry, KEEPALIVE_MESSAGE, purpose);
  }

  /** Says CLOSE, with a word for the reason. */
  close(now: Instant, entry: LinkSession, reason: string): void {
    this.#say(now, entry, encodeClose(reason), 'answer');
  }

  /** Says what the spread of statements asks for now. */
  announce(now: Instant, entry: LinkSession, purpose: Purpose = 'answer'): void {
    const hurried = entry.session.limbo !== undefined;
    // Bounded by two: a statement and an advertisement.
    let message = this.#spread.next(now, hurried);
    for (; message !== undefined; message = this.#spread.next(now, hurried)) {
      this.#say(now, entry, message, purpose);
    }
  }

  /**
   * Takes an authentic message: true when the peer closes the session. A statement goes to the
   * membership. In limbo statements and advertisements are all that is handled.
   */
  receive(now: Instant, entry: LinkSession, octets: Uint8Array): boolean {
    const message = decodeControl(octets);
    if (message instanceof Fault) {
      this.#tell({ kind: 'fault', fault: message });
      return false;
    }
    const { liveness, session } = entry;
    const open = session.limbo === undefined;
    if (message.kind === 'advertisement') this.#spread.heard(message.serial);
    else if (message.kind === 'statement') {
      const fault = this.#spread.receive(message.octets);
      if (fault !== undefined) this.#tell({ kind: 'fault', fault });
    } else if (open && message.kind === 'keepalive' && liveness.owesAnswer(now)) {
      this.keepAlive(now, entry, 'answer');
    }
    return open && message.kind === 'close';
  }

  /** When `announce` has something to say; infinite when nothing is in sight. */
  get dueAt(): Instant {
    return this.#spread.dueAt;
  }

  #say(now: Instant, entry: LinkSession, octets: Uint8Array, purpose: Purpose): void {
    entry.sent(now, purpose);
    this.#tell({ kind: 'control', octets, sealer: entry.session.sendKey });
  }
}
