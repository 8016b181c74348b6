/**
 * What an attempt of this node makes of COOKIEs: it takes one that answers the very message it has
 * sent, and says that message again under it.
 *
 * Source: link-security §12 LS-1204.
 */
import { equalConstantTime } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { BUDGET, MAC2 } from './faults.ts';
import { mac1In, writeMac2 } from './message-macs.ts';
import type { CookieMessage } from './messages.ts';

/** For one attempt. Bounded by COOKIES_MAX. */
export class CookieIntake {
  #count = 0;
  #last: Uint8Array | undefined = undefined;

  /**
   * Takes a COOKIE whose mac1 is good: `message`, a HELLO or REKEY, has a mac2 under it now, to be
   * sent at once. One that answers another message, or is taken already, is a fault.
   */
  receive(message: Uint8Array, { answeredMac1, cookie }: CookieMessage): Fault | undefined {
    if (!equalConstantTime(answeredMac1, mac1In(message))) return MAC2;
    if (this.#last !== undefined && equalConstantTime(this.#last, cookie)) return MAC2;
    if (this.#count === COOKIES_MAX) return BUDGET;
    this.#count++;
    this.#last = cookie.slice();
    writeMac2(message, cookie);
    return undefined;
  }
}

const COOKIES_MAX = 8;
