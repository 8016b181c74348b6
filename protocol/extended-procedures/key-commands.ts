/**
 * Carries out key management: a command is done wholly or refused, and then has changed nothing.
 *
 * A verify reply encrypts under a key that may count its own IVs from zero. Its IVs are drawn at
 * random with the first bit set, half of all IVs that no counter reaches.
 *
 * Source: CCSDS 355.1-B-1 §3.2, 5.4.
 */
import { KEY_ID, KEY_STATE } from '../association/faults.ts';
import type { InventoryKey, KeyInventory } from '../association/key-inventory.ts';
import type { Aead, Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { OWN_SPI } from './faults.ts';
import {
  type Challenge,
  decodeChallenges,
  decodeKeyList,
  decodeKeyRange,
  decodeUpload,
  encodeChallengeReplies,
  encodeInventory,
  openUpload,
} from './key-procedures.ts';
import type { ProcedureParameters } from './managed-parameters.ts';

/** The reply of a command, undefined where it has none, or why it is refused. */
export type Answer = Uint8Array | Fault | undefined;

/** Over the keys of one node. */
export class KeyCommands {
  readonly #keys: KeyInventory;
  readonly #aead: Aead;
  readonly #random: Random;
  readonly #managed: ProcedureParameters;

  constructor(keys: KeyInventory, aead: Aead, random: Random, managed: ProcedureParameters) {
    this.#keys = keys;
    this.#aead = aead;
    this.#random = random;
    this.#managed = managed;
  }

  /** Takes uploaded keys. `own` is the key that protects the command, which stays as it is. */
  upload(data: Uint8Array, own: InventoryKey | undefined): Answer {
    const upload = decodeUpload(data, this.#managed);
    if (upload instanceof Fault) return upload;
    const master = this.#keys.master(upload.masterKeyId);
    if (master instanceof Fault) return master;
    const key = this.#aead.key(master.octets);
    const entries = openUpload(upload, key);
    key.erase();
    if (entries instanceof Fault) return entries;
    if (master.state === 'pre-active') master.enter('active');
    const ids = entries.map(({ keyId }) => keyId);
    const fault = includesOwn(ids, own) ? OWN_SPI : this.#keys.canStore(ids);
    // Bounded by OTAR_KEYS_MAX.
    for (const entry of entries) {
      if (fault === undefined) this.#keys.store(entry.keyId, entry.key);
      entry.key.fill(0);
    }
    return fault;
  }

  /** Moves the keys of a list on in their life, all or none. */
  move(
    data: Uint8Array,
    to: 'active' | 'deactivated' | 'destroyed',
    own: InventoryKey | undefined,
  ): Answer {
    const ids = decodeKeyList(data, this.#managed);
    if (ids instanceof Fault) return ids;
    return includesOwn(ids, own) ? OWN_SPI : this.#keys.move(ids, to);
  }

  /** Proves that the node holds each key. */
  verify(data: Uint8Array): Answer {
    const challenges = decodeChallenges(data, this.#managed);
    if (challenges instanceof Fault) return challenges;
    const replies = [];
    // Bounded by CHALLENGES_MAX.
    for (const challenge of challenges) {
      const reply = this.#prove(challenge);
      if (reply instanceof Fault) return reply;
      replies.push(reply);
    }
    return encodeChallengeReplies(replies);
  }

  /** Lists the keys of a range. */
  inventory(data: Uint8Array): Answer {
    const range = decodeKeyRange(data, this.#managed);
    if (range instanceof Fault) return range;
    return encodeInventory(this.#keys.list(range.first, range.last), this.#managed);
  }

  #prove({ keyId, challenge }: Challenge) {
    const key = this.#keys.find(keyId);
    if (key === undefined) return KEY_ID;
    if (key.state !== 'pre-active' && key.state !== 'active') return KEY_STATE;
    const iv = this.#random.octets(IV_OCTETS);
    iv[0]! |= 0x80;
    const sealed = new Uint8Array(challenge.length + MAC_OCTETS);
    const aeadKey = this.#aead.key(key.octets);
    aeadKey.seal(iv, NOTHING, challenge, sealed, 0);
    aeadKey.erase();
    return { keyId, iv, sealed };
  }
}

function includesOwn(ids: readonly number[], own: InventoryKey | undefined): boolean {
  return own !== undefined && ids.includes(own.id);
}

const IV_OCTETS = 12;
const MAC_OCTETS = 16;
const NOTHING = new Uint8Array(0);
