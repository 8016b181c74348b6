/**
 * One statically keyed security association and its life:
 *
 *   null ─create▶ unkeyed ─rekey▶ keyed ─start▶ operational
 *   null ◀delete─ unkeyed ◀expire─ keyed ◀stop─ operational
 *
 * A directive from any other state is refused. Which direction an association serves shows in the
 * channels it is started on, for they name the spacecraft that sends. The book's number of a
 * transition is its old state and its new one, two bits each.
 *
 * Source: CCSDS 355.0-B-2 §5, 355.1-B-1 §5.5.1.
 */
import { assert } from '../assert.ts';
import type { Aead } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { type AssociationEvent, type AssociationState, stateAfter } from './association-state.ts';
import { KEY_STATE, NO_NUMBER, NUMBER_LOW, NUMBER_SPENT, SA_STATE } from './faults.ts';
import type { InventoryKey } from './key-inventory.ts';
import type { NumberLedger } from './number-ledger.ts';
import { createProtection, type Suite } from './protection.ts';
import { numberOctets, type StaticFields, StaticReceiveKey, StaticSendKey } from './static-keys.ts';
import { difference, resized } from './wide-number.ts';

/** What both ends have agreed on about an association. */
export interface AssociationDefinition {
  readonly suite: Suite;
  readonly fields: StaticFields;
  /** The high octets of the IV, where not all of them are sent. */
  readonly fixedIv?: Uint8Array;
  /** How far ahead the next number may be: a safe integer of at least one. */
  readonly windowWidth: number;
}

/** Changed by directives only; `association-table.ts` keeps all of a node. */
export class Association {
  readonly spi: number;
  readonly definition: AssociationDefinition;
  /** Packed by `channelId`. Bounded by the directive that lists them. */
  channels: readonly number[] = [];
  key: InventoryKey | undefined = undefined;
  sendKey: StaticSendKey | undefined = undefined;
  receiveKey: StaticReceiveKey | undefined = undefined;
  #state: AssociationState = 'unkeyed';
  #transition = transitionTo('null', 'unkeyed');
  #windowWidth: number;
  /** Where the number stands while nothing counts. */
  #number: Uint8Array;

  constructor(spi: number, definition: AssociationDefinition) {
    this.spi = spi;
    this.definition = definition;
    this.#windowWidth = definition.windowWidth;
    this.#number = new Uint8Array(numberOctets(definition.fields));
  }

  get state(): AssociationState {
    return this.#state;
  }

  /** The number of the last transition. */
  get transition(): number {
    return this.#transition;
  }

  /** The last number used or accepted: fresh. */
  get number(): Uint8Array {
    return this.sendKey?.number ?? this.receiveKey?.number ?? this.#number.slice();
  }

  /** The key must be active, and the number (a view) fit its field. */
  rekey(key: InventoryKey, number: Uint8Array): Fault | undefined {
    if (stateAfter(this.#state, 'key') === undefined) return SA_STATE;
    if (key.state !== 'active') return KEY_STATE;
    const fitted = resized(number, this.#number.length);
    if (fitted === undefined) return NUMBER_SPENT;
    this.key = key;
    this.#number = fitted;
    this.#enter('key');
    return undefined;
  }

  /** Begins to count, under the numbers that the ledger allows the key. */
  start(
    channels: readonly number[],
    direction: 'send' | 'receive',
    ledger: NumberLedger,
    aead: Aead,
  ): Fault | undefined {
    const { spi, key, definition } = this;
    if (stateAfter(this.#state, 'start') === undefined) return SA_STATE;
    if (key?.state !== 'active') return KEY_STATE;
    const { suite, fields, fixedIv } = definition;
    const protection = createProtection(suite, key.octets, fields.macOctets, aead);
    if (direction === 'send') {
      const counter = ledger.counter(key.octets, this.#number);
      if (counter instanceof Fault) return counter;
      this.sendKey = new StaticSendKey(spi, protection, fields, counter, fixedIv);
    } else {
      const mark = ledger.mark(key.octets, this.#number);
      if (mark instanceof Fault) return mark;
      const width = this.#windowWidth;
      this.receiveKey = new StaticReceiveKey(spi, protection, fields, mark, width, fixedIv);
    }
    this.channels = channels;
    this.#enter('start');
    return undefined;
  }

  /** Serves no channel any more; the number stays where it is. */
  stop(): Fault | undefined {
    if (stateAfter(this.#state, 'stop') === undefined) return SA_STATE;
    this.#number = this.number;
    this.sendKey?.erase();
    this.receiveKey?.erase();
    this.sendKey = undefined;
    this.receiveKey = undefined;
    this.channels = [];
    this.#enter('stop');
    return undefined;
  }

  /** Lets go of its key. */
  expire(): Fault | undefined {
    if (stateAfter(this.#state, 'expire') === undefined) return SA_STATE;
    this.key = undefined;
    this.#enter('expire');
    return undefined;
  }

  /** Passes over the numbers up to this one (a view); it never goes back under one key. */
  setNumber(number: Uint8Array): Fault | undefined {
    if (!this.counts) return NO_NUMBER;
    if (this.state !== 'keyed' && this.state !== 'operational') return SA_STATE;
    const fitted = resized(number, this.#number.length);
    if (fitted === undefined) return NUMBER_SPENT;
    if (difference(fitted, this.number) < 0) return NUMBER_LOW;
    this.#number = fitted;
    this.sendKey?.skipTo(fitted);
    this.receiveKey?.skipTo(fitted);
    return undefined;
  }

  /** How far ahead the next number may be: a safe integer of at least one. */
  setWindowWidth(width: number): Fault | undefined {
    if (!this.counts) return NO_NUMBER;
    assert(width >= 1, 'a window lets the next number in');
    this.#windowWidth = width;
    if (this.receiveKey !== undefined) this.receiveKey.windowWidth = width;
    return undefined;
  }

  /** Whether it authenticates, and so has a number that anybody may believe. */
  get counts(): boolean {
    return this.definition.fields.macOctets > 0 && this.#number.length > 0;
  }

  #enter(event: AssociationEvent): void {
    const state = stateAfter(this.#state, event);
    assert(state !== undefined, 'the event is allowed here');
    this.#transition = transitionTo(this.#state, state);
    this.#state = state;
  }
}

/**
 * The book's number of a transition: the old state, then the new one.
 * Source: CCSDS 355.1-B-1 §5.5.1.10.3.
 */
export function transitionTo(
  from: AssociationState | 'null',
  to: AssociationState | 'null',
): number {
  return (STATE_BITS[from] << 2) | STATE_BITS[to];
}

/** A provisioned association that has stopped for good is deleted, hence null. */
const STATE_BITS = { null: 0, stopped: 0, unkeyed: 1, keyed: 2, operational: 3 } as const;
