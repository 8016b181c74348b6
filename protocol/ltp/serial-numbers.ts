/** Numbers of sessions, checkpoints and reports: each the next, from one that nobody can guess. */
import type { Random } from '../crypto/ports.ts';

/** Source: RFC 5326 §3.1.1 (session numbers), §3.2.1, §3.2.2 (serial numbers). */
export class SerialNumbers {
  #next: number;

  constructor(first: number) {
    this.#next = first;
  }

  /**
   * Numbers of sessions, from 42 random bits on: six octets of SDNV, and after a restart the new
   * numbers do not meet the old ones that a neighbour remembers. Spans of one engine share them.
   */
  static ofSessions(random: Random): SerialNumbers {
    const [a, b, c, d, e, f] = random.octets(6);
    const high = ((a! << 16) | (b! << 8) | c!) >>> 6;
    return new SerialNumbers(1 + high * 2 ** 24 + ((d! << 16) | (e! << 8) | f!));
  }

  /** Numbers of checkpoints or reports within a session, from 13 bits of chance on, never 0. */
  static ofSegments([a, b]: Uint8Array): SerialNumbers {
    return new SerialNumbers(1 + (((a! << 8) | b!) >>> 3));
  }

  /** The number that `take` will give next. */
  get upcoming(): number {
    return this.#next;
  }

  /** The next number. */
  take(): number {
    return this.#next++;
  }
}

/** What `ofSegments` takes. */
export const SERIAL_OCTETS = 2;
