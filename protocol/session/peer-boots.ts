/**
 * The newest boot seen from every peer, so that a static key stolen from an earlier boot is worth
 * nothing to a node that has met a later one.
 *
 * Source: LS-504.
 */
import { equal, toHex } from '../bytes/octets.ts';
import type { Fault } from '../fault.ts';
import { BOOT_OLD, HKS_KEY } from './faults.ts';
import type { KeyStatement } from './key-statement.ts';

interface SeenBoot {
  readonly boot: number;
  readonly staticPublicKey: Uint8Array;
}

/** One node's memory of its peers, by certificate id. Bounded by PEERS_MAX, oldest first out. */
export class PeerBoots {
  readonly #seen = new Map<string, SeenBoot>();

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
    this.#seen.delete(key);
    this.#seen.set(key, { boot, staticPublicKey: staticPublicKey.slice() });
    if (this.#seen.size <= PEERS_MAX) return;
    for (const oldest of this.#seen.keys()) {
      this.#seen.delete(oldest);
      return;
    }
  }
}

const PEERS_MAX = 4096;
