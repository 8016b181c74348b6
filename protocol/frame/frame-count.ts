/** The frame count of one virtual channel, on any link: what comes next, and whether it did. */
import { followingCount, type VcfCount } from './uslp.ts';

/** Follows a count of so many octets: 0 to 7 in USLP, 3 in AOS, 1 in TM. */
export class FrameCount {
  readonly #octets: number;
  #expected: VcfCount | undefined = undefined;

  constructor(octets: number) {
    this.#octets = octets;
  }

  /**
   * Takes the count of the next frame received: whether frames are missing before it. Never before
   * the first one, and never where the count has no octets. Source: CCSDS 732.1-B-3 §4.3.7.4.
   */
  isGapBefore(count: VcfCount): boolean {
    const expected = this.#expected;
    this.#expected = followingCount(count, this.#octets);
    return expected !== undefined && count !== expected;
  }
}
