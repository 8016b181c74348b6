/**
 * The security parameter indexes under which a node is willing to receive. One that has named a
 * security association is held back so long that no late frame can meet its successor.
 *
 * Source: LS-803.
 */
import type { Random } from '../crypto/ports.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';

/** The free indexes of one node. Bounded by the 16 bits of an index. */
export class SpiPool {
  readonly #random: Random;
  readonly #heldUntil = new Map<number, Instant>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A free index, drawn at random, held from `now` on; or undefined when none is free. */
  take(now: Instant): number | undefined {
    const draw = this.#random.octets(4);
    const start = new DataView(draw.buffer, draw.byteOffset).getUint32(0);
    // Bounded by SPI_COUNT. A taken index gives way to the next free one.
    for (let step = 0; step < SPI_COUNT; step++) {
      const spi = SPI_MIN + ((start + step) % SPI_COUNT);
      if ((this.#heldUntil.get(spi) ?? 0) > now) continue;
      this.#heldUntil.set(spi, now + HOLD_US);
      return spi;
    }
    return undefined;
  }

  /** Takes back at once an index that never named an association. */
  release(spi: number): void {
    this.#heldUntil.delete(spi);
  }
}

/** Below are the statically provisioned associations; 65535 is reserved by SDLS. */
const SPI_MIN = 0x0100;
const SPI_COUNT = 0xfffe - SPI_MIN + 1;
/** The longest life of an association, then the time for which its index must rest. */
const HOLD_US = (3600 + 7200) * MICROSECONDS_PER_S;
