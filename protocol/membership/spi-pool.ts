/**
 * The security parameter indexes under which a node is willing to receive. One that has named an
 * association rests when that has ended, so long that no late frame can meet its successor.
 *
 * Source: LS-803.
 */
import { assert } from '../assert.ts';
import type { Random } from '../crypto/ports.ts';
import { type Instant, MICROSECONDS_PER_S } from '../machine.ts';

/** The free indexes of one node. Bounded by the 16 bits of an index. */
export class SpiPool {
  readonly #random: Random;
  readonly #heldUntil = new Map<number, Instant>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** A free index, drawn at random, held until it is given back; undefined when none is free. */
  take(now: Instant): number | undefined {
    const draw = this.#random.octets(4);
    const start = new DataView(draw.buffer, draw.byteOffset).getUint32(0);
    // Bounded by SPI_COUNT. A taken index gives way to the next free one.
    for (let step = 0; step < SPI_COUNT; step++) {
      const spi = SPI_MIN + ((start + step) % SPI_COUNT);
      if ((this.#heldUntil.get(spi) ?? 0) > now) continue;
      this.#heldUntil.set(spi, Number.POSITIVE_INFINITY);
      return spi;
    }
    return undefined;
  }

  /** Takes back at once an index that never named an association. */
  release(spi: number): void {
    this.#heldUntil.delete(spi);
  }

  /** Takes back the index of an association that has ended at `now`; it rests first. */
  retire(spi: number, now: Instant): void {
    assert(this.#heldUntil.has(spi), 'an association ends under an index that was taken');
    this.#heldUntil.set(spi, now + REST_US);
  }
}

/** Below are the statically provisioned associations; 65535 is reserved by SDLS. */
const SPI_MIN = 0x0100;
const SPI_COUNT = 0xfffe - SPI_MIN + 1;
const REST_US = 7_200 * MICROSECONDS_PER_S;
