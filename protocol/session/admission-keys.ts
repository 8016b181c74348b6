/**
 * The admission keys: one secret per epoch that all members share. It tells nothing of who speaks;
 * it lets a node throw a stranger's message away for the price of a MAC.
 *
 * Source: LS-1200, link-security §12.
 */
import { assert } from '../assert.ts';
import { concat, utf8Encode } from '../bytes/octets.ts';
import { sha512 } from '../crypto/hash.ts';
import type { HmacSha512 } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import type { AdmissionKey } from '../membership/credentials.ts';
import { MAC1 } from './faults.ts';
import { checkMac1, macKeyOf } from './message-macs.ts';

/** What answers to a message are made with: those of the epoch whose key the message was under. */
export class EpochMacKeys {
  readonly epoch: number;
  readonly #admissionKey: Uint8Array;
  /** K1 by SCID. Bounded by MAC_KEYS_MAX. */
  readonly #macKeys = new Map<number, Uint8Array>();

  constructor({ epoch, key }: AdmissionKey) {
    assert(key.length === 32, 'an admission key has 32 octets');
    this.epoch = epoch;
    this.#admissionKey = key;
  }

  /** K1 of messages to `scid`: 32 octets, not to be changed. */
  to(scid: number): Uint8Array {
    const known = this.#macKeys.get(scid);
    if (known !== undefined) return known;
    if (this.#macKeys.size === MAC_KEYS_MAX) this.#macKeys.clear();
    const made = macKeyOf(this.#admissionKey, scid);
    this.#macKeys.set(scid, made);
    return made;
  }
}

/**
 * The keys that one node holds, and the MAC keys that follow from them. A node without any uses
 * the open key, which every observer can compute; one whose keys are all of other epochs uses the
 * newest, since its peers may be as far behind.
 */
export class AdmissionKeys {
  readonly #constellationId: Uint8Array;
  readonly #hmac: HmacSha512 | undefined;
  /** By epoch. Bounded by the keys provisioned. */
  #byEpoch: ReadonlyMap<number, EpochMacKeys> = new Map();

  /** `constellationId`: 16 octets. */
  constructor(
    constellationId: Uint8Array,
    provisioned: readonly AdmissionKey[],
    hmac?: HmacSha512,
  ) {
    this.#constellationId = constellationId;
    this.#hmac = hmac;
    this.replace(provisioned);
  }

  /** Ground has provisioned these, in the place of those before. */
  replace(provisioned: readonly AdmissionKey[]): void {
    const keys = provisioned.length > 0 ? provisioned : [openKey(this.#constellationId)];
    this.#byEpoch = new Map(keys.map((key) => [key.epoch, new EpochMacKeys(key)]));
  }

  /** What a node in `epoch` begins with. */
  ofSender(epoch: number): EpochMacKeys {
    return this.#byEpoch.get(epoch) ?? this.#newest;
  }

  /**
   * The key, of the current `epoch`, the next or the one before, under which a decoded message to
   * `localScid` has a good mac1; or `session.mac1`.
   */
  match(epoch: number, octets: Uint8Array, localScid: number): EpochMacKeys | Fault {
    let tried = false;
    for (const candidate of [epoch, epoch + 1, epoch - 1]) {
      const keys = this.#byEpoch.get(candidate);
      if (keys === undefined) continue;
      tried = true;
      if (checkMac1(octets, keys.to(localScid), this.#hmac) === undefined) return keys;
    }
    if (tried) return MAC1;
    return checkMac1(octets, this.#newest.to(localScid), this.#hmac) ?? this.#newest;
  }

  get #newest(): EpochMacKeys {
    return this.#byEpoch.get(Math.max(...this.#byEpoch.keys()))!;
  }
}

/** Filters nothing but noise, and keeps the form of the messages. */
function openKey(constellationId: Uint8Array): AdmissionKey {
  const key = sha512(concat([OPEN_LABEL, constellationId])).slice(0, 32);
  return { epoch: 0, key };
}

const OPEN_LABEL = utf8Encode('ISLK1 open');
/** More than a node has neighbours. */
const MAC_KEYS_MAX = 1024;
