/**
 * How one link agrees sessions: the handshake machine, with its counts, and a brake on what unknown
 * frames may provoke.
 *
 * Source: link-security §7 (LS-706, LS-710).
 */
import { type Deadline, type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { BUDGET, UNPLACED } from '../session/faults.ts';
import { Handshake } from '../session/handshake.ts';
import type { HandshakeOptions } from '../session/handshake-context.ts';
import type { Session } from '../session/session.ts';
import type { Connection, KeyingOutput, KeyingSnapshot } from './keying.ts';

/** What becomes of sessions. */
export interface AgreementOwner {
  /** There is a session. */
  established(now: Instant, session: Session): void;
  /** A session that no frame has come on will carry none. */
  voided(now: Instant, session: Session): void;
  /** This side should say HELLO: the budget of the peer is used up, or it knows a former boot. */
  called(now: Instant): void;
}

/** Between the handshake and the keying of a link. */
export class Agreement {
  readonly #handshake: Handshake;
  readonly #owner: AgreementOwner;
  readonly #tell: (output: KeyingOutput) => void;
  #nextHelloAt: Instant = 0;
  #handshakes = 0;
  #rekeys = 0;
  /** By attempt and reason: bounded by those there are. */
  readonly #failed: Record<string, number> = {};

  /** `tell` puts messages and faults out. */
  constructor(
    options: HandshakeOptions,
    owner: AgreementOwner,
    tell: (output: KeyingOutput) => void,
  ) {
    this.#handshake = new Handshake(options);
    this.#owner = owner;
    this.#tell = tell;
  }

  /** A contact begins. */
  connect(connection: Connection): void {
    this.#handshake.connect(connection);
  }

  /** The contact is over for new sessions. */
  abandon(now: Instant): void {
    this.#handshake.abandon(now);
    this.#obey(now);
  }

  /** Whether this side is after a session. */
  get seeking(): boolean {
    return this.#handshake.seeking;
  }

  /** Goes after a session; `anew` by a first contact, whatever secrets there are. */
  begin(now: Instant, anew = false): void {
    this.#handshake.begin(now, anew);
    this.#obey(now);
  }

  /** LS-710: the peer may hold a session from before this node restarted. */
  provoked(now: Instant): void {
    if (this.seeking || now < this.#nextHelloAt) return;
    this.#nextHelloAt = now + HELLO_EVERY_US;
    this.begin(now, true);
  }

  /** Takes a message of VC 62. */
  receive(now: Instant, octets: Uint8Array): void {
    this.#handshake.receive(now, octets);
    this.#obey(now);
  }

  /** The first frame came on a session: false when the session loses to another. */
  confirmed(now: Instant, session: Session): boolean {
    if (!this.#handshake.confirmed(now, session)) return false;
    this.#obey(now);
    if (session.succeeds === undefined) this.#handshakes++;
    else this.#rekeys++;
    return true;
  }

  tick(now: Instant): void {
    this.#handshake.tick(now);
    this.#obey(now);
  }

  deadline(): Deadline | undefined {
    return this.#handshake.deadline();
  }

  /** Its share of the keying's counters. */
  snapshot(): Omit<KeyingSnapshot, 'keying'> {
    const unkeyed = this.#handshake.unkeyedSpis.map(
      (spi) => ({ direction: 'receiving', state: 'unkeyed', spi, frames: 0, octets: 0 }) as const,
    );
    return {
      handshakes: this.#handshakes,
      rekeys: this.#rekeys,
      failed: { ...this.#failed },
      associations: unkeyed,
    };
  }

  #obey(now: Instant): void {
    // Bounded by the outputs of one verb.
    let output = this.#handshake.poll();
    for (; output !== undefined; output = this.#handshake.poll()) {
      switch (output.kind) {
        case 'send':
          this.#tell({ kind: 'message', octets: output.message });
          break;
        case 'established':
          this.#owner.established(now, output.session);
          break;
        case 'void':
          this.#owner.voided(now, output.session);
          break;
        case 'failed': {
          const key = `${output.attempt}.${output.reason}`;
          this.#failed[key] = (this.#failed[key] ?? 0) + 1;
          break;
        }
        case 'fault':
          this.#tell(output);
          if (output.fault === BUDGET || output.fault === UNPLACED) this.#owner.called(now);
      }
    }
  }
}

const HELLO_EVERY_US = 5 * MICROSECONDS_PER_S;
