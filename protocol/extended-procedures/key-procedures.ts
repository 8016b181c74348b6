/**
 * The data of the key management PDUs.
 *
 *   OTAR                   | master key id 2 | IV 12 | (key id 2 | key 32)* encrypted | MAC 16 |
 *   activate, deactivate,
 *   destroy                | key id 2 |*
 *   verify command         | key id 2 | challenge 16 |*
 *   verify reply           | key id 2 | IV 12 | encrypted challenge 16 | MAC 16 |*
 *   inventory command      | first key id 2 | last key id 2 |
 *   inventory reply        | count 2 | (key id 2 | state) * |
 *
 * Sealed with AES-256-GCM, without additional data. Source: CCSDS 355.1-B-1 §5.4, annex D.
 */
import { assert } from '../assert.ts';
import type { KeyState } from '../association/key-inventory.ts';
import { concat } from '../bytes/octets.ts';
import type { AeadKey } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { LENGTH, MAC, VALUE } from './faults.ts';
import { FieldReader, uintOctets } from './fields.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

/** One key with its id. */
export interface KeyEntry {
  readonly keyId: number;
  /** 32 octets of a secret. */
  readonly key: Uint8Array;
}

/** One key to be verified. */
export interface Challenge {
  readonly keyId: number;
  /** 16 octets. */
  readonly challenge: Uint8Array;
}

/** The proof that the recipient holds a key. */
export interface ChallengeReply {
  readonly keyId: number;
  /** 12 octets. */
  readonly iv: Uint8Array;
  /** The encrypted challenge and its MAC: 32 octets. */
  readonly sealed: Uint8Array;
}

/** Keys in one OTAR. */
export const OTAR_KEYS_MAX = 28;
/** Key ids in one list. */
export const KEY_LIST_MAX = 16;
/** Keys verified at once. */
export const CHALLENGES_MAX = 21;

/** An upload still sealed: which master key opens it, and what it opens. All are views. */
export interface Upload {
  readonly masterKeyId: number;
  readonly iv: Uint8Array;
  /** The encrypted entries and their MAC. */
  readonly sealed: Uint8Array;
}

/** Reads the frame of an upload; `procedures.length`. */
export function decodeUpload(
  data: Uint8Array,
  { trailingOctetsMax }: ProcedureParameters,
): Upload | Fault {
  const reader = new FieldReader(data, trailingOctetsMax);
  const masterKeyId = reader.uint(KEY_ID_OCTETS);
  const iv = reader.octets(IV_OCTETS);
  const count = reader.itemsLeft(ENTRY_OCTETS, MAC_OCTETS);
  const sealed = reader.octets(count * ENTRY_OCTETS + MAC_OCTETS);
  if (reader.end !== undefined || count < 1 || count > OTAR_KEYS_MAX) return LENGTH;
  return { masterKeyId, iv, sealed };
}

/** The keys in an upload, fresh; `procedures.mac`. */
export function openUpload({ iv, sealed }: Upload, master: AeadKey): KeyEntry[] | Fault {
  const block = master.open(iv, NOTHING, sealed);
  if (block instanceof Fault) return MAC;
  const reader = new FieldReader(block, 0);
  const entries: KeyEntry[] = [];
  // Bounded by OTAR_KEYS_MAX.
  while (reader.itemsLeft(ENTRY_OCTETS) > 0) {
    entries.push({ keyId: reader.uint(KEY_ID_OCTETS), key: reader.octets(KEY_OCTETS).slice() });
  }
  block.fill(0);
  return entries;
}

/** Fresh data of an upload. `iv` was never used under the master key. */
export function encodeUpload(
  masterKeyId: number,
  master: AeadKey,
  iv: Uint8Array,
  entries: readonly KeyEntry[],
): Uint8Array {
  assert(entries.length >= 1 && entries.length <= OTAR_KEYS_MAX, 'an upload has 1 to 28 keys');
  const block = concat(
    entries.flatMap(({ keyId, key }) => [uintOctets(keyId, KEY_ID_OCTETS), key]),
  );
  const sealed = new Uint8Array(block.length + MAC_OCTETS);
  master.seal(iv, NOTHING, block, sealed, 0);
  block.fill(0);
  return concat([uintOctets(masterKeyId, KEY_ID_OCTETS), iv, sealed]);
}

/** The key ids of a list, perhaps none; `procedures.length`. */
export function decodeKeyList(
  data: Uint8Array,
  { trailingOctetsMax }: ProcedureParameters,
): number[] | Fault {
  const reader = new FieldReader(data, trailingOctetsMax % KEY_ID_OCTETS);
  const ids: number[] = [];
  const count = reader.itemsLeft(KEY_ID_OCTETS);
  if (count > KEY_LIST_MAX) return LENGTH;
  // Bounded by KEY_LIST_MAX.
  for (let i = 0; i < count; i++) ids.push(reader.uint(KEY_ID_OCTETS));
  return reader.end ?? ids;
}

/** Fresh data of a list of key ids. */
export function encodeKeyList(ids: readonly number[]): Uint8Array {
  assert(ids.length <= KEY_LIST_MAX, 'a list has at most 16 key ids');
  return concat(ids.map((id) => uintOctets(id, KEY_ID_OCTETS)));
}

/** The challenges of a verify command, views; `procedures.length`. */
export function decodeChallenges(
  data: Uint8Array,
  { trailingOctetsMax }: ProcedureParameters,
): Challenge[] | Fault {
  const reader = new FieldReader(data, trailingOctetsMax);
  const count = reader.itemsLeft(KEY_ID_OCTETS + CHALLENGE_OCTETS);
  if (count < 1 || count > CHALLENGES_MAX) return LENGTH;
  const challenges: Challenge[] = [];
  // Bounded by CHALLENGES_MAX.
  for (let i = 0; i < count; i++) {
    const keyId = reader.uint(KEY_ID_OCTETS);
    challenges.push({ keyId, challenge: reader.octets(CHALLENGE_OCTETS) });
  }
  return reader.end ?? challenges;
}

/** Fresh data of a verify command. */
export function encodeChallenges(challenges: readonly Challenge[]): Uint8Array {
  assert(challenges.length <= CHALLENGES_MAX, 'at most 21 keys are verified at once');
  return concat(
    challenges.flatMap(({ keyId, challenge }) => [uintOctets(keyId, KEY_ID_OCTETS), challenge]),
  );
}

/** The proofs of a verify reply, views; `procedures.length`. */
export function decodeChallengeReplies(data: Uint8Array): ChallengeReply[] | Fault {
  const reader = new FieldReader(data, 0);
  const count = reader.itemsLeft(PROOF_OCTETS);
  if (count < 1 || count > CHALLENGES_MAX) return LENGTH;
  const replies: ChallengeReply[] = [];
  // Bounded by CHALLENGES_MAX.
  for (let i = 0; i < count; i++) {
    const keyId = reader.uint(KEY_ID_OCTETS);
    const iv = reader.octets(IV_OCTETS);
    replies.push({ keyId, iv, sealed: reader.octets(CHALLENGE_OCTETS + MAC_OCTETS) });
  }
  return reader.end ?? replies;
}

/** Fresh data of a verify reply. */
export function encodeChallengeReplies(replies: readonly ChallengeReply[]): Uint8Array {
  return concat(
    replies.flatMap(({ keyId, iv, sealed }) => [uintOctets(keyId, KEY_ID_OCTETS), iv, sealed]),
  );
}

/** The range that an inventory is asked for, both inclusive; `procedures.length`, `value`. */
export function decodeKeyRange(
  data: Uint8Array,
  { trailingOctetsMax }: ProcedureParameters,
): { readonly first: number; readonly last: number } | Fault {
  const reader = new FieldReader(data, trailingOctetsMax);
  const first = reader.uint(KEY_ID_OCTETS);
  const last = reader.uint(KEY_ID_OCTETS);
  if (reader.end !== undefined) return reader.end;
  return first <= last ? { first, last } : VALUE;
}

/** Fresh data of an inventory command. */
export function encodeKeyRange(first: number, last: number): Uint8Array {
  return concat([uintOctets(first, KEY_ID_OCTETS), uintOctets(last, KEY_ID_OCTETS)]);
}

/** One line of an inventory. */
export interface InventoryEntry {
  readonly id: number;
  readonly state: KeyState;
}

/** An inventory; `procedures.length`, or `value` for a state that nobody knows. */
export function decodeInventory(
  data: Uint8Array,
  { keyStateOctets }: ProcedureParameters,
): InventoryEntry[] | Fault {
  const reader = new FieldReader(data, 0);
  const count = reader.uint(COUNT_OCTETS);
  if (count !== reader.itemsLeft(KEY_ID_OCTETS + keyStateOctets)) return LENGTH;
  const entries: InventoryEntry[] = [];
  // Bounded by the octets given.
  for (let i = 0; i < count; i++) {
    const id = reader.uint(KEY_ID_OCTETS);
    const state = KEY_STATES[reader.uint(keyStateOctets)];
    if (state === undefined) return VALUE;
    entries.push({ id, state });
  }
  return reader.end ?? entries;
}

/** Fresh data of an inventory reply. */
export function encodeInventory(
  entries: readonly InventoryEntry[],
  { keyStateOctets }: ProcedureParameters,
): Uint8Array {
  const lines = entries.flatMap(({ id, state }) => [
    uintOctets(id, KEY_ID_OCTETS),
    uintOctets(KEY_STATES.indexOf(state), keyStateOctets),
  ]);
  return concat([uintOctets(entries.length, COUNT_OCTETS), ...lines]);
}

/** By their numbers in an inventory, which the book leaves to management: those of CryptoLib. */
const KEY_STATES: readonly KeyState[] = ['pre-active', 'active', 'deactivated', 'destroyed'];

const KEY_ID_OCTETS = 2;
const KEY_OCTETS = 32;
const ENTRY_OCTETS = KEY_ID_OCTETS + KEY_OCTETS;
const IV_OCTETS = 12;
const MAC_OCTETS = 16;
const CHALLENGE_OCTETS = 16;
const PROOF_OCTETS = KEY_ID_OCTETS + IV_OCTETS + CHALLENGE_OCTETS + MAC_OCTETS;
const COUNT_OCTETS = 2;
const NOTHING = new Uint8Array(0);
