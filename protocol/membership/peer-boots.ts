/**
 * The newest boot seen from every peer, so that a static key stolen from an earlier boot is worth
 * nothing to a node that has met a later one.
 *
 * Source: LS-504.
 */
import { assert } from '../assert.ts';
import { CborWriter } from '../bytes/cbor-writer.ts';
import { equal, fromHex, toHex } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { BOOT_OLD, CBOR, HKS_KEY } from './faults.ts';
import type { KeyStatement } from './key-statement.ts';
import { StrictReader } from './strict-reader.ts';

interface SeenBoot {
  readonly boot: number;
  readonly staticPublicKey: Uint8Array;
}

/** One node's memory of its peers, by certificate id. Bounded by PEERS_MAX, oldest first out. */
export class PeerBoots {
  readonly #seen = new Map<string, SeenBoot>();
  #changed = false;

  /** Begins with what `encode` gave before the node restarted, if anything. */
  constructor(record?: Uint8Array) {
    if (record !== undefined) this.#decode(record);
  }

  /** Whether something was remembered since the last `encode`. */
  get changed(): boolean {
    return this.#changed;
  }

  /** All that was seen, oldest first, for a record of its own: `[[certificate id, boot, key]…]`. */
  encode(): Uint8Array {
    this.#changed = false;
    const record = new CborWriter(64 + 64 * this.#seen.size).array(this.#seen.size);
    for (const [id, { boot, staticPublicKey }] of this.#seen) {
      record.array(3).bytes(fromHex(id)).uint(boot).bytes(staticPublicKey);
    }
    return record.finish();
  }

  /** `session.boot-old`, `session.hks-key` (one boot, two keys), or undefined. */
  check(certificateId: Uint8Array, statement: KeyStatement): Fault | undefined {
    const seen = this.#seen.get(toHex(certificateId));
    if (seen === undefined || statement.boot > seen.boot) return undefined;
    if (statement.boot < seen.boot) return BOOT_OLD;
    return equal(statement.staticPublicKey, seen.staticPublicKey) ? undefined : HKS_KEY;
  }

  /** Keeps a boot that passed `check`; octets are copied. */
  remember(certificateId: Uint8Array, { boot, staticPublicKey }: KeyStatement): void {
    const key = toHex(certificateId);
    this.#changed ||= this.#seen.get(key)?.boot !== boot;
    this.#seen.delete(key);
    this.#seen.set(key, { boot, staticPublicKey: staticPublicKey.slice() });
    if (this.#seen.size <= PEERS_MAX) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      return;
    }
  }

  /** The vault gives back what was written, so anything else is our own fault. */
  #decode(record: Uint8Array): void {
    const reader = new StrictReader(record, Number.MAX_SAFE_INTEGER, CBOR);
    // Bounded by PEERS_MAX.
    for (let left = reader.array(0, PEERS_MAX); left > 0; left--) {
      reader.array(3);
      const id = toHex(reader.octets(16));
      const boot = reader.uint();
      this.#seen.set(id, { boot, staticPublicKey: reader.octets(32).slice() });
    }
    assert(reader.finish() === undefined, 'the record of peer boots reads as it was written');
  }
}

const PEERS_MAX = 4096;
