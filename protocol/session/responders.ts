/**
 * The handshakes that the peer of one link has begun: whether to answer a HELLO, the REPLYs that
 * stand ready to be said again, and the FINISH that is awaited for each.
 *
 * Source: link-security §7 (LS-702, LS-712), §12.
 */
import { SPI } from '../association/faults.ts';
import { toHex } from '../bytes/octets.ts';
import { Fault } from '../fault.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { BUDGET, HALF_OPEN_FULL, HEADER } from './faults.ts';
import { passGate } from './gate.ts';
import type { HalfOpenPlace } from './half-open.ts';
import type { HandshakeContext } from './handshake-context.ts';
import type { HandshakeOutput } from './handshake-output.ts';
import type { NoiseMessage } from './messages.ts';
import { Responder } from './responder.ts';
import { TokenBucket } from './token-bucket.ts';

interface HalfOpen extends HalfOpenPlace {
  readonly responder: Responder;
  readonly expiresAt: Instant;
  /** For REPLYs said again: whoever asks, the peer hears them. */
  readonly repeats: TokenBucket;
}

/** By handshake id, oldest first. Bounded by the places of `HalfOpenPlaces`. */
export class Responders {
  readonly #context: HandshakeContext;
  readonly #outputs: HandshakeOutput[];
  readonly #halfOpen = new Map<string, HalfOpen>();

  /** What there is to send or tell goes to `outputs`. */
  constructor(context: HandshakeContext, outputs: HandshakeOutput[]) {
    this.#context = context;
    this.#outputs = outputs;
  }

  /** Checks in the order of LS-702; only what passes them all costs key agreements. */
  receiveHello(now: Instant, octets: Uint8Array, message: NoiseMessage): Fault | undefined {
    const keys = this.#context.matchMac1(octets);
    if (keys instanceof Fault) return keys;
    const id = toHex(message.handshakeId);
    const known = this.#halfOpen.get(id);
    if (known !== undefined) return this.#repeat(now, octets, known);

    const vouched = passGate(now, this.#context, this.#outputs, octets, message, keys);
    if (vouched instanceof Fault) return vouched;
    const { membership } = this.#context.options;
    const spi = membership.spis.take(now);
    if (spi === undefined) return SPI;
    const responder = Responder.answer(this.#context, octets, message, keys, spi);
    if (responder instanceof Fault) {
      membership.spis.release(spi);
      return responder;
    }
    this.#enter(now, id, vouched, responder);
    this.#outputs.push({ kind: 'send', message: responder.reply });
    return undefined;
  }

  /** The one whose FINISH a message may be. */
  find(message: NoiseMessage): Responder | undefined {
    return this.#halfOpen.get(toHex(message.handshakeId))?.responder;
  }

  /** Ends one that has become a session. */
  complete(message: NoiseMessage): void {
    this.#end(toHex(message.handshakeId), false);
  }

  /** Ends all of them. */
  clear(): void {
    for (const id of this.#halfOpen.keys()) this.#end(id, true);
  }

  /** Ends those whose time is over. */
  expire(now: Instant): void {
    // Bounded by the places at a port.
    for (const [id, { expiresAt }] of this.#halfOpen) if (now >= expiresAt) this.#end(id, true);
  }

  /** The SPIs on which they ask to receive. */
  get spis(): number[] {
    return [...this.#halfOpen.values()].map(({ responder }) => responder.spi);
  }

  /** When the next one's time is over; infinite when there is none. */
  get expiresAt(): Instant {
    let soonest = Number.POSITIVE_INFINITY;
    for (const { expiresAt } of this.#halfOpen.values()) soonest = Math.min(soonest, expiresAt);
    return soonest;
  }

  #repeat(now: Instant, octets: Uint8Array, known: HalfOpen): Fault | undefined {
    if (!known.responder.answers(octets)) return HEADER;
    if (!known.repeats.take(now)) return BUDGET;
    this.#outputs.push({ kind: 'send', message: known.responder.reply });
    return undefined;
  }

  #enter(now: Instant, id: string, vouched: boolean, responder: Responder): void {
    const { contact, options } = this.#context;
    const { portName = '' } = contact;
    const lifeUs = Math.max(LIFE_MIN_US, 4 * contact.roundTripUs);
    const giveWay = () => {
      this.#end(id, true);
      this.#outputs.push({ kind: 'fault', fault: HALF_OPEN_FULL });
    };
    const repeats = new TokenBucket(REPEATS.perS, REPEATS.burst);
    const place = { portName, vouched, giveWay, responder, expiresAt: now + lifeUs, repeats };
    options.admission.halfOpen.enter(place);
    this.#halfOpen.set(id, place);
  }

  /** An SPI that never came into use (`idle`) is given back. */
  #end(id: string, idle: boolean): void {
    const ended = this.#halfOpen.get(id);
    if (ended === undefined) return;
    ended.responder.end(idle);
    this.#halfOpen.delete(id);
    this.#context.options.admission.halfOpen.leave(ended);
  }
}

/** LS-712. */
const LIFE_MIN_US = 15 * MICROSECONDS_PER_S;
/** Far more than a peer that repeats itself by LS-706 needs. */
const REPEATS = { perS: 5, burst: 5 };
