/** Randomness from the operating system. */
import { randomFillSync } from 'node:crypto';
import type { Random } from '#protocol/crypto/ports.ts';

/** The only source of randomness in flight. */
export class OsRandom implements Random {
  octets(count: number): Uint8Array {
    return randomFillSync(new Uint8Array(count));
  }
}
