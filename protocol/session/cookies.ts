/**
 * Cookies: the proof that what a node sends to a peer reaches it, without a word kept about it.
 *
 *   cookie = HMAC(R, "ISLK1 cookie" ‖ length of port name (1) ‖ port name ‖ source SCID (2)
 *                    ‖ handshake id (8) ‖ e (32)), 16 octets                          SHA-512
 *
 * Source: LS-1203.
 */
import { assert } from '../assert.ts';
import { concat, utf8Encode } from '../bytes/octets.ts';
import { hmacSha512 } from '../crypto/hash.ts';
import type { HmacSha512, Random } from '../crypto/ports.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import { checkMac2, mac2IsZero } from './message-macs.ts';
import type { NoiseMessage, RekeyMessage } from './messages.ts';
import { scidOctets } from './prologue.ts';

/** A HELLO or REKEY, and where it came in. */
export interface Opening {
  /** The terminal and the sender's address, where it has one: at most 255 octets of UTF-8. */
  readonly portName: string;
  /** Whole, with its MACs. */
  readonly octets: Uint8Array;
  /** The same, decoded. */
  readonly message: NoiseMessage | RekeyMessage;
}

/** The secrets behind the cookies of one node; in memory only. */
export class Cookies {
  readonly #random: Random;
  readonly #hmac: HmacSha512;
  /** R, and the R before it while that is still accepted. */
  #secrets: readonly Uint8Array[] = [];
  #replaceAt: Instant = 0;

  constructor(random: Random, hmac: HmacSha512 = hmacSha512) {
    this.#random = random;
    this.#hmac = hmac;
  }

  /** The cookie with which this very message may come again: 16 fresh octets. */
  cookieFor(now: Instant, opening: Opening): Uint8Array {
    this.#replace(now);
    return this.#cookieUnder(this.#secrets[0]!, opening);
  }

  /** Whether the message came again with the cookie it was given. */
  vouchFor(now: Instant, opening: Opening): boolean {
    if (mac2IsZero(opening.octets)) return false;
    this.#replace(now);
    return this.#secrets.some((secret) => {
      const cookie = this.#cookieUnder(secret, opening);
      return checkMac2(opening.octets, cookie, this.#hmac) === undefined;
    });
  }

  /** A secret makes cookies for a life, and is accepted for another. */
  #replace(now: Instant): void {
    if (now < this.#replaceAt) return;
    const usedUp = now >= this.#replaceAt + SECRET_LIFE_US;
    const previous = usedUp ? [] : this.#secrets.slice(0, 1);
    this.#replaceAt = usedUp ? now + SECRET_LIFE_US : this.#replaceAt + SECRET_LIFE_US;
    this.#secrets = [this.#random.octets(SECRET_OCTETS), ...previous];
  }

  #cookieUnder(secret: Uint8Array, { portName, message }: Opening): Uint8Array {
    const port = utf8Encode(portName);
    assert(port.length <= 0xff, 'the length of a port name fits one octet');
    const ephemeral = message.noise.subarray(0, EPHEMERAL_OCTETS);
    const scid = scidOctets(message.sourceScid);
    const bound = [LABEL, Uint8Array.of(port.length), port, scid, message.handshakeId, ephemeral];
    return this.#hmac(secret, concat(bound)).slice(0, COOKIE_OCTETS);
  }
}

const LABEL = utf8Encode('ISLK1 cookie');
const SECRET_OCTETS = 32;
const SECRET_LIFE_US = 120 * MICROSECONDS_PER_S;
const EPHEMERAL_OCTETS = 32;
const COOKIE_OCTETS = 16;
