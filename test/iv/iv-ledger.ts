/**
 * Every (key, IV) that was ever sealed under, exactly: no hash stands for another. A key is known
 * by its number, an IV by its twelve octets, and both lie in one open-addressing table.
 */
import type { Aead, AeadKey, CryptoProvider } from '#protocol/crypto/ports.ts';

/** Grows as it fills. */
export class IvLedger {
  readonly #keys = new Map<string, number>();
  /** Four words an entry: key number from 1, three of IV. A key number of 0 is an empty place. */
  #table = new Uint32Array(4 * 2 ** 12);
  #seals = 0;

  /** How many pairs are known. */
  get seals(): number {
    return this.#seals;
  }

  /** How many different keys. */
  get keys(): number {
    return this.#keys.size;
  }

  /** The number of a key, the same for the same octets. */
  keyNumber(octets: Uint8Array): number {
    const name = String.fromCharCode(...octets);
    let number = this.#keys.get(name);
    if (number === undefined) {
      number = this.#keys.size + 1;
      this.#keys.set(name, number);
    }
    return number;
  }

  /** Notes a pair; throws when it is known. */
  note(key: number, iv: Uint8Array): void {
    if (4 * this.#seals * 2 > this.#table.length) this.#grow();
    const view = new DataView(iv.buffer, iv.byteOffset, 12);
    const words = [view.getUint32(0), view.getUint32(4), view.getUint32(8)] as const;
    if (!put(this.#table, key, ...words)) {
      throw new Error(`key ${key} has sealed under ${words.map((w) => w.toString(16))} before`);
    }
    this.#seals++;
  }

  /** The provider, with every seal noted. */
  watch(provider: CryptoProvider): CryptoProvider {
    const aead: Aead = {
      ...provider.aead,
      key: (octets) => new WatchedKey(provider.aead.key(octets), this.keyNumber(octets), this),
    };
    return { ...provider, aead };
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 4) {
      if (old[at] !== 0) put(this.#table, old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
    }
  }
}

class WatchedKey implements AeadKey {
  readonly #key: AeadKey;
  readonly #number: number;
  readonly #ledger: IvLedger;

  constructor(key: AeadKey, number: number, ledger: IvLedger) {
    this.#key = key;
    this.#number = number;
    this.#ledger = ledger;
  }

  seal(iv: Uint8Array, aad: Uint8Array, plain: Uint8Array, out: Uint8Array, at: number): void {
    this.#ledger.note(this.#number, iv);
    this.#key.seal(iv, aad, plain, out, at);
  }

  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array) {
    return this.#key.open(iv, aad, sealed);
  }

  erase(): void {
    this.#key.erase();
  }
}

/** False when the entry is there. The table is at most half full, so a free place comes soon. */
function put(table: Uint32Array, key: number, a: number, b: number, c: number): boolean {
  const places = table.length / 4;
  let hash = Math.imul(key, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15) ^ c, 0x27d4eb2f);
  hash ^= hash >>> 13;
  for (let place = (hash >>> 0) % places; ; place = (place + 1) % places) {
    const at = 4 * place;
    if (table[at] === 0) {
      table[at] = key;
      table[at + 1] = a;
      table[at + 2] = b;
      table[at + 3] = c;
      return true;
    }
    if (table[at] === key && table[at + 1] === a && table[at + 2] === b && table[at + 3] === c) {
      return false;
    }
  }
}
