import { describe, expect, it } from 'vitest';
import { KEY_ID, KEY_STATE, KEYS_FULL } from '#protocol/association/faults.ts';
import {
  InventoryKey,
  KEYS_MAX,
  KeyInventory,
  type KeyState,
} from '#protocol/association/key-inventory.ts';

describe('the life of a key', () => {
  const moves = ['active', 'deactivated', 'destroyed'] as const;
  const table: Record<KeyState, readonly (typeof KEY_STATE | undefined)[]> = {
    'pre-active': [undefined, KEY_STATE, KEY_STATE],
    active: [KEY_STATE, undefined, KEY_STATE],
    deactivated: [KEY_STATE, KEY_STATE, undefined],
    destroyed: [KEY_STATE, KEY_STATE, KEY_STATE],
  };

  it.each(Object.entries(table))('goes one way from %s', (from, verdicts) => {
    for (const [at, to] of moves.entries()) {
      const inventory = inventoryWith(200, from as KeyState);
      expect(inventory.move([200], to), `${from} → ${to}`).toBe(verdicts[at]);
      const state = verdicts[at] === undefined ? to : from;
      expect(inventory.find(200)?.state).toBe(state);
    }
  });

  it('ends in zeros', () => {
    const key = new InventoryKey(200, new Uint8Array(32).fill(9), 'deactivated');
    key.enter('destroyed');
    expect(key.octets).toEqual(new Uint8Array(32));
  });
});

describe('an inventory', () => {
  it('moves all keys of a command or none', () => {
    const inventory = inventoryWith(200, 'pre-active');
    inventory.store(201, KEY);
    expect(inventory.move([200, 202], 'active')).toBe(KEY_ID);
    expect(inventory.move([200, 200], 'active')).toBe(KEY_ID);
    expect(inventory.list(0, 65_535)).toEqual([
      { id: 200, state: 'pre-active' },
      { id: 201, state: 'pre-active' },
    ]);
    expect(inventory.move([200, 201], 'active')).toBeUndefined();
  });

  it('replaces what had the id of an uploaded key, wherever it is in use', () => {
    const inventory = inventoryWith(200, 'active');
    const old = inventory.find(200)!;
    inventory.store(200, KEY);
    expect([old.state, inventory.find(200)?.state]).toEqual(['destroyed', 'pre-active']);
  });

  it('keeps master keys apart from those of sessions', () => {
    const inventory = inventoryWith(200, 'active');
    inventory.provide(5, KEY);
    expect(inventory.canStore([5])).toBe(KEY_ID);
    expect(inventory.move([5], 'active')).toBe(KEY_ID);
    expect(inventory.master(200)).toBe(KEY_ID);
    expect(inventory.master(6)).toBe(KEY_ID);
    expect(inventory.master(5)).toBe(inventory.find(5));
    inventory.find(5)!.enter('active');
    expect(inventory.move([5], 'deactivated')).toBeUndefined();
    expect(inventory.master(5)).toBe(KEY_STATE);
  });

  it('is bounded', () => {
    const inventory = new KeyInventory();
    for (let i = 0; i < KEYS_MAX; i++) inventory.store(128 + i, KEY);
    expect(inventory.canStore([128])).toBeUndefined();
    expect(inventory.canStore([128 + KEYS_MAX])).toBe(KEYS_FULL);
  });
});

const KEY = new Uint8Array(32).fill(1);

function inventoryWith(id: number, state: KeyState): KeyInventory {
  const inventory = new KeyInventory();
  inventory.store(id, KEY);
  inventory.find(id)!.enter(state);
  return inventory;
}
