/**
 * The keys of statically keyed associations, by id, and their life:
 *
 *   (OTAR) ──▶ pre-active ──▶ active ──▶ deactivated ──▶ destroyed
 *
 * A transition from any other state is refused. Ids 0 to 127 are master keys, which protect the
 * upload of others and nothing else; they become active on first use. Keys are held in memory only.
 *
 * Source: CCSDS 355.1-B-1 §3.2, annex D4.3.4.
 */
import { assert } from '../assert.ts';
import type { Fault } from '../fault.ts';
import { KEY_ID, KEY_STATE, KEYS_FULL } from './faults.ts';

/** Where a key is in its life. */
export type KeyState = 'pre-active' | 'active' | 'deactivated' | 'destroyed';

/** Ids from here on name session keys. */
export const SESSION_KEY_ID_MIN = 128;
/** Keys in one inventory. */
export const KEYS_MAX = 1_024;

/** One key. Whoever holds it sees its state change. */
export class InventoryKey {
  readonly id: number;
  /** 32 octets of a secret: views, zeros once destroyed. */
  readonly octets: Uint8Array;
  #state: KeyState;

  /** `octets` are copied. */
  constructor(id: number, octets: Uint8Array, state: KeyState) {
    assert(octets.length === KEY_OCTETS, 'a key has 32 octets');
    this.id = id;
    this.octets = octets.slice();
    this.#state = state;
  }

  get state(): KeyState {
    return this.#state;
  }

  /** The next state of its life. */
  enter(state: KeyState): void {
    this.#state = state;
    if (state === 'destroyed') this.octets.fill(0);
  }
}

/** All keys of one node. Bounded by `KEYS_MAX`. */
export class KeyInventory {
  readonly #keys = new Map<number, InventoryKey>();

  /** A key that the configuration gives: a master key is pre-active, any other active. */
  provide(id: number, octets: Uint8Array): void {
    assert(this.#keys.size < KEYS_MAX && !this.#keys.has(id), 'the configuration names each once');
    const state = id < SESSION_KEY_ID_MIN ? 'pre-active' : 'active';
    this.#keys.set(id, new InventoryKey(id, octets, state));
  }

  /** The key of that id, in whatever state. */
  find(id: number): InventoryKey | undefined {
    return this.#keys.get(id);
  }

  /** A master key that may open an upload; it becomes active once the upload proves authentic. */
  master(id: number): InventoryKey | Fault {
    const key = this.#keys.get(id);
    if (key === undefined || id >= SESSION_KEY_ID_MIN) return KEY_ID;
    return key.state === 'pre-active' || key.state === 'active' ? key : KEY_STATE;
  }

  /** Why keys of these ids cannot be stored, or undefined. */
  canStore(ids: readonly number[]): Fault | undefined {
    const fresh = new Set(ids.filter((id) => !this.#keys.has(id)));
    if (ids.some((id) => id < SESSION_KEY_ID_MIN) || new Set(ids).size < ids.length) return KEY_ID;
    return this.#keys.size + fresh.size > KEYS_MAX ? KEYS_FULL : undefined;
  }

  /** Stores an uploaded key (copied) as pre-active. What had the id before is destroyed. */
  store(id: number, octets: Uint8Array): void {
    assert(this.canStore([id]) === undefined, 'the caller has asked');
    this.#keys.get(id)?.enter('destroyed');
    this.#keys.set(id, new InventoryKey(id, octets, 'pre-active'));
  }

  /** Moves all keys of these ids on, or none: `session.key-id`, `session.key-state`. */
  move(ids: readonly number[], to: 'active' | 'deactivated' | 'destroyed'): Fault | undefined {
    if (new Set(ids).size < ids.length) return KEY_ID;
    // Both loops are bounded by the ids given.
    for (const id of ids) {
      const key = this.#keys.get(id);
      if (key === undefined || (id < SESSION_KEY_ID_MIN && to === 'active')) return KEY_ID;
      if (key.state !== STATE_BEFORE[to]) return KEY_STATE;
    }
    for (const id of ids) this.#keys.get(id)!.enter(to);
    return undefined;
  }

  /** Ids and states from `first` to `last`, both inclusive, ascending. */
  list(first: number, last: number): { readonly id: number; readonly state: KeyState }[] {
    return [...this.#keys.values()]
      .filter(({ id }) => id >= first && id <= last)
      .sort((a, b) => a.id - b.id)
      .map(({ id, state }) => ({ id, state }));
  }
}

const KEY_OCTETS = 32;

const STATE_BEFORE = {
  active: 'pre-active',
  deactivated: 'active',
  destroyed: 'deactivated',
} as const;
