/**
 * The statically keyed associations of one node, in both directions: which one opens a frame, and
 * which one seals. An SPI is unique in the node, so that a command can name it.
 *
 * Source: CCSDS 355.0-B-2 §4.2.4.3, 5.2, 5.4; LS-803, LS-1801.
 */
import { assert } from '../assert.ts';
import { equalConstantTime } from '../bytes/octets.ts';
import type { Aead } from '../crypto/ports.ts';
import type { Fault } from '../fault.ts';
import { Association, type AssociationDefinition } from './association.ts';
import {
  KEY_ID,
  KEY_STATE,
  SA_BINDING,
  SA_EXISTS,
  SA_STATE,
  SA_TAKEN,
  SA_UNKNOWN,
  SPI,
} from './faults.ts';
import type { KeyInventory } from './key-inventory.ts';
import type { NumberLedger } from './number-ledger.ts';
import type { StaticReceiveKey, StaticSendKey } from './static-keys.ts';

/** Statically provisioned associations have an SPI of 1 to this. Source: LS-803. */
export const STATIC_SPI_MAX = 0xff;

/**
 * A GMAP ID in 32 bits, as commands carry it: version 4, SCID 16, VCID 6, MAP 6.
 * Source: CCSDS 355.1-B-1 annex D5.2.
 */
export function channelId(version: number, scid: number, vcid: number, mapId: number): number {
  return ((version << 28) | (scid << 12) | (vcid << 6) | mapId) >>> 0;
}

/** Bounded by the SPIs of static associations. */
export class AssociationTable {
  readonly #localScid: number;
  readonly #keys: KeyInventory;
  readonly #ledger: NumberLedger;
  readonly #aead: Aead;
  readonly #associations = new Map<number, Association>();

  /** `localScid` tells this node's own channels from those of its peers. */
  constructor(localScid: number, keys: KeyInventory, ledger: NumberLedger, aead: Aead) {
    this.#localScid = localScid;
    this.#keys = keys;
    this.#ledger = ledger;
    this.#aead = aead;
  }

  /** The association of that SPI. */
  find(spi: number): Association | undefined {
    return this.#associations.get(spi);
  }

  /** null → unkeyed. */
  create(spi: number, definition: AssociationDefinition): Fault | undefined {
    if (spi < 1 || spi > STATIC_SPI_MAX) return SPI;
    if (this.#associations.has(spi)) return SA_EXISTS;
    this.#associations.set(spi, new Association(spi, definition));
    return undefined;
  }

  /** unkeyed → keyed. A key serves one association: two would count through the same numbers. */
  rekey(spi: number, keyId: number, number: Uint8Array): Fault | undefined {
    const association = this.#associations.get(spi);
    const key = this.#keys.find(keyId);
    if (association === undefined) return SA_UNKNOWN;
    if (key === undefined) return KEY_ID;
    // Bounded by STATIC_SPI_MAX. The same octets may have come under two ids.
    for (const { key: taken } of this.#associations.values()) {
      if (taken !== undefined && equalConstantTime(taken.octets, key.octets)) return SA_TAKEN;
    }
    return association.rekey(key, number);
  }

  /** keyed → operational. The channels are of one sender, and no other association seals them. */
  start(spi: number, channels: readonly number[]): Fault | undefined {
    const association = this.#associations.get(spi);
    if (association === undefined) return SA_UNKNOWN;
    const own = channels.filter((channel) => scidOf(channel) === this.#localScid);
    if (channels.length === 0 || (own.length > 0 && own.length < channels.length)) {
      return SA_BINDING;
    }
    if (own.some((channel) => this.#sealing(channel) !== undefined)) return SA_TAKEN;
    const direction = own.length > 0 ? 'send' : 'receive';
    return association.start(channels, direction, this.#ledger, this.#aead);
  }

  /** unkeyed → null. */
  delete(spi: number): Fault | undefined {
    const association = this.#associations.get(spi);
    if (association === undefined) return SA_UNKNOWN;
    if (association.state !== 'unkeyed') return SA_STATE;
    this.#associations.delete(spi);
    return undefined;
  }

  /** What opens a frame of that SPI on that channel, checked in the order of the book. */
  opener(spi: number, channel: number): StaticReceiveKey | Fault {
    const association = this.#associations.get(spi);
    if (association === undefined) return SA_UNKNOWN;
    const { receiveKey, key, channels } = association;
    if (receiveKey === undefined) return SA_STATE;
    if (!channels.includes(channel)) return SA_BINDING;
    return key?.state === 'active' ? receiveKey : KEY_STATE;
  }

  /** What seals the frames of all these channels; undefined when no one association does. */
  sealer(channels: readonly number[]): StaticSendKey | undefined {
    const association = this.#sealing(channels[0]!);
    if (association?.key?.state !== 'active') return undefined;
    // Bounded by the channels of a link.
    for (const channel of channels) if (!association.channels.includes(channel)) return undefined;
    return association.sendKey;
  }

  #sealing(channel: number): Association | undefined {
    for (const association of this.#associations.values()) {
      if (association.sendKey !== undefined && association.channels.includes(channel)) {
        assert(association.state === 'operational', 'only an operational association has keys');
        return association;
      }
    }
    return undefined;
  }
}

function scidOf(channel: number): number {
  return (channel >>> 12) & 0xffff;
}
