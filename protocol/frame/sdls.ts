/**
 * What SDLS needs of keys, as structural interfaces, so that the frame and session rooms do not
 * import each other. `session/keys.ts` implements both; `link` joins them.
 */
import type { Fault } from '../fault.ts';

/** Seals frames in one direction. Owns key and counter together (LS-902). */
export interface FrameSealer {
  readonly spi: number;
  /**
   * Takes the next counter, writes the 12-octet IV at `out[ivAt]` and the ciphertext and 16-octet
   * tag from `out[sealedAt]`. `aad` and `plaintext` are views, not kept; they may not overlap the
   * sealed region. Returns a fault, having written nothing, when a limit is reached.
   */
  seal(
    aad: Uint8Array,
    plaintext: Uint8Array,
    out: Uint8Array,
    ivAt: number,
    sealedAt: number,
  ): Fault | undefined;
}

/** Opens frames of one direction: fixed field, counter range, window, AEAD, window again (LS-904). */
export interface FrameOpener {
  readonly spi: number;
  /** The plaintext, a fresh array; or a fault with nothing exposed and no state moved. */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault;
}
