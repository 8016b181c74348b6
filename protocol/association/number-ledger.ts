/**
 * Keeps the numbers of static keys over restarts. A number that has sealed under a key never seals
 * under it again, whatever happens between two writes: a sender uses only numbers up to a mark that
 * is already in non-volatile memory, and goes on from the mark after a restart.
 *
 * Entries go by key and not by association, because it is the key that must not meet a number
 * twice. All of them are one record, written whole, one write at a time:
 *
 *   | version 1 | then for each: | fingerprint of the key (16) | direction (1) | number (32) |
 *
 * The fingerprint is the head of a SHA-512 over a label and the 256-bit key: it tells nobody the
 * key. Source: LS-1802, LS-1803.
 */
import { assert } from '../assert.ts';
import { concat, equal, utf8Encode } from '../bytes/octets.ts';
import { sha512 } from '../crypto/hash.ts';
import { Fault } from '../fault.ts';
import { LEDGER_FORM, LEDGER_FULL, NUMBER_WIDTH } from './faults.ts';
import { ReceiveMark, SendCounter } from './kept-numbers.ts';
import { difference, resized } from './wide-number.ts';

/** Keys in one ledger, both directions counted. */
export const LEDGER_ENTRIES_MAX = 512;

interface Entry {
  readonly fingerprint: Uint8Array;
  readonly direction: Direction;
  /** As it was held at the start, of 32 octets; then that of the counter or mark beside it. */
  readonly held: Uint8Array;
  counter: SendCounter | undefined;
  mark: ReceiveMark | undefined;
  /** What the write under way says, in the width of the counter. */
  writing: Uint8Array;
}

type Direction = 'send' | 'receive';

/** Of one node. Bounded by `LEDGER_ENTRIES_MAX`. */
export class NumberLedger {
  readonly #entries: Entry[] = [];
  #due = false;
  #state: 'idle' | 'writing' | 'failed' = 'idle';

  /** The ledger in `octets` (a view), or an empty one; `session.ledger-form`. */
  static decode(octets: Uint8Array | undefined): NumberLedger | Fault {
    const ledger = new NumberLedger();
    if (octets === undefined) return ledger;
    const count = (octets.length - 1) / ENTRY_OCTETS;
    if (octets[0] !== VERSION || !Number.isInteger(count)) return LEDGER_FORM;
    if (count > LEDGER_ENTRIES_MAX) return LEDGER_FORM;
    // Bounded by LEDGER_ENTRIES_MAX.
    for (let i = 0; i < count; i++) {
      const octetsOfEntry = octets.slice(1 + i * ENTRY_OCTETS, 1 + (i + 1) * ENTRY_OCTETS);
      const direction = DIRECTIONS[octetsOfEntry[FINGERPRINT_OCTETS]!];
      if (direction === undefined) return LEDGER_FORM;
      const fingerprint = octetsOfEntry.subarray(0, FINGERPRINT_OCTETS);
      ledger.#add(fingerprint, direction, octetsOfEntry.subarray(FINGERPRINT_OCTETS + 1));
    }
    return ledger;
  }

  /**
   * The counter of a sending key: it goes on above `last` (copied), or above all that the key may
   * have used where that is more. `session.ledger-full`, `number-width`.
   */
  counter(key: Uint8Array, last: Uint8Array): SendCounter | Fault {
    const entry = this.#enter(key, 'send');
    if (entry instanceof Fault) return entry;
    const held = resized(entry.counter?.last ?? entry.held, last.length);
    if (held === undefined || (entry.counter && entry.counter.last.length !== last.length)) {
      return NUMBER_WIDTH;
    }
    entry.counter ??= new SendCounter(held, () => {
      this.#due = true;
    });
    entry.counter.skipTo(last);
    this.#due = true;
    return entry.counter;
  }

  /**
   * The mark of a receiving key: the highest number seen, or `last` (copied) where that is more.
   * `session.ledger-full`, `number-width`.
   */
  mark(key: Uint8Array, last: Uint8Array): ReceiveMark | Fault {
    const entry = this.#enter(key, 'receive');
    if (entry instanceof Fault) return entry;
    const held = resized(entry.mark?.seen ?? entry.held, last.length);
    if (held === undefined) return NUMBER_WIDTH;
    entry.mark ??= new ReceiveMark(held, () => {
      this.#due = true;
    });
    entry.mark.move(difference(last, held) > 0 ? last : held);
    this.#due = true;
    return entry.mark;
  }

  /** The record to be written now, fresh; `written` or `writeFailed` must follow. */
  poll(): Uint8Array | undefined {
    if (!this.#due || this.#state !== 'idle') return undefined;
    this.#state = 'writing';
    this.#due = false;
    return concat([Uint8Array.of(VERSION), ...this.#entries.map((entry) => this.#write(entry))]);
  }

  /** The record is durable: the numbers up to its marks may be used. */
  written(): void {
    assert(this.#state === 'writing', 'a write was under way');
    this.#state = 'idle';
    // Bounded by LEDGER_ENTRIES_MAX.
    for (const { counter, mark, writing } of this.#entries) {
      if (writing.length > 0) counter?.grant(writing);
      mark?.writeEnded(true);
    }
  }

  /** Nothing was written. Counters use up what they have; no write begins before `retry`. */
  writeFailed(): void {
    assert(this.#state === 'writing', 'a write was under way');
    this.#state = 'failed';
    this.#due = true;
    for (const { mark } of this.#entries) mark?.writeEnded(false);
  }

  /** Time has passed: what was seen is written, and what could not be written is tried again. */
  tick(): void {
    if (this.#state === 'failed') this.#state = 'idle';
    if (this.stale) this.#due = true;
  }

  /** Whether `tick` would have something to do; never while a write is under way. */
  get stale(): boolean {
    if (this.#state === 'writing') return false;
    return this.#state === 'failed' || this.#entries.some(({ mark }) => mark?.stale);
  }

  #write(entry: Entry): Uint8Array {
    const { counter, mark } = entry;
    entry.writing = counter?.wanted ?? NOTHING;
    mark?.writeBegins();
    const number = counter === undefined ? (mark?.seen ?? entry.held) : entry.writing;
    const direction = Uint8Array.of(DIRECTIONS.indexOf(entry.direction));
    return concat([entry.fingerprint, direction, resized(number, NUMBER_OCTETS)!]);
  }

  #enter(key: Uint8Array, direction: Direction): Entry | Fault {
    const fingerprint = fingerprintOf(key);
    const known = this.#entries.find(
      (entry) => entry.direction === direction && equal(entry.fingerprint, fingerprint),
    );
    if (known !== undefined) return known;
    if (this.#entries.length === LEDGER_ENTRIES_MAX) return LEDGER_FULL;
    return this.#add(fingerprint, direction, new Uint8Array(NUMBER_OCTETS));
  }

  #add(fingerprint: Uint8Array, direction: Direction, held: Uint8Array): Entry {
    const writing = NOTHING;
    const entry = { fingerprint, direction, held, counter: undefined, mark: undefined, writing };
    this.#entries.push(entry);
    return entry;
  }
}

function fingerprintOf(key: Uint8Array): Uint8Array {
  return sha512(concat([LABEL, key])).slice(0, FINGERPRINT_OCTETS);
}

const VERSION = 1;
const DIRECTIONS: readonly Direction[] = ['send', 'receive'];
const FINGERPRINT_OCTETS = 16;
const NUMBER_OCTETS = 32;
const ENTRY_OCTETS = FINGERPRINT_OCTETS + 1 + NUMBER_OCTETS;
const LABEL = utf8Encode('orbweaver static key');
const NOTHING = new Uint8Array(0);
