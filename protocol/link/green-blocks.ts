/**
 * Bundles whose blocks are green, put together from the segments that come. Green segments are sent
 * once: a block of which one is lost never becomes whole, and gives its place to others in time.
 *
 * Source: RFC 5326 §4.1 (green-part segment arrival), which leaves the joining to the client.
 */

import type { LtpOutput } from '../ltp/contract.ts';
import { IntervalSet } from '../ltp/interval-set.ts';
import { PACKET_OCTETS_MAX } from './contract.ts';

interface GreenBlock {
  octets: Uint8Array;
  readonly received: IntervalSet;
  /** Where it ends, once that is known. */
  end: number;
}

/** Bounded by `BLOCKS_MAX` and `OCTETS_MAX`: beyond them the oldest block is given up. */
export class GreenBlocks {
  /** By session number, oldest first. */
  readonly #blocks = new Map<number, GreenBlock>();
  #octets = 0;

  /** Takes a segment in, whose data are copied; the whole block, if it was the last to come. */
  add(segment: Extract<LtpOutput, { readonly kind: 'green' }>): Uint8Array | undefined {
    const { session, offset, data, endOfBlock } = segment;
    const to = offset + data.length;
    if (to > PACKET_OCTETS_MAX) return undefined;
    const block = this.#blocks.get(session.number) ?? this.#open(session.number);
    if (to > block.octets.length) this.#grow(block, endOfBlock ? to : 2 * to);
    block.octets.set(data, offset);
    block.received.add(offset, to);
    if (endOfBlock) block.end = to;
    if (block.received.covers(0, block.end)) {
      this.#remove(session.number, block);
      return block.octets.subarray(0, block.end);
    }
    this.#makeRoom(session.number);
    return undefined;
  }

  /** Nothing more of them will come. */
  clear(): void {
    this.#blocks.clear();
    this.#octets = 0;
  }

  #open(number: number): GreenBlock {
    const octets = new Uint8Array(0);
    const block = { octets, received: new IntervalSet(), end: Number.POSITIVE_INFINITY };
    this.#blocks.set(number, block);
    return block;
  }

  #grow(block: GreenBlock, octets: number): void {
    const grown = new Uint8Array(octets);
    grown.set(block.octets);
    this.#octets += octets - block.octets.length;
    block.octets = grown;
  }

  #remove(number: number, block: GreenBlock): void {
    this.#blocks.delete(number);
    this.#octets -= block.octets.length;
  }

  #makeRoom(newest: number): void {
    // Bounded by the blocks; one that alone is too large stays.
    for (const [number, block] of this.#blocks) {
      if (this.#blocks.size <= BLOCKS_MAX && this.#octets <= OCTETS_MAX) return;
      if (number !== newest) this.#remove(number, block);
    }
  }
}

/** As many as a line has under way with gaps. */
const BLOCKS_MAX = 256;
const OCTETS_MAX = 2 * PACKET_OCTETS_MAX;
