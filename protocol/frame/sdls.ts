/**
 * SDLS-protected transfer frame: AES-256-GCM over the transfer frame data field.
 *
 *   | primary header | SPI | IV | ciphertext of the TFDF | tag | [FECF] |
 *   |     7 + n      |  2  | 12 |    as long as it       | 16  |   2    |
 *
 * Associated data: the primary header and the SPI as they are, the IV as twelve zero octets.
 * Source: CCSDS 355.0-B-2 §4.1, 4.2 and annex E; the whole header is authenticated (LS-903).
 *
 * What it needs of keys are structural interfaces, so that the frame and session rooms do not
 * import each other: `session/keys.ts` implements both, `link` joins them.
 */
import { Fault } from '../fault.ts';
import type { ManagedParameters } from './managed-parameters.ts';
import {
  beginFrame,
  clearTfdfOctetsMax,
  endFrame,
  type FrameHeader,
  headerOctets,
  type TransferFrame,
} from './uslp.ts';

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

/** Opens frames of one direction: fixed field, counter, window, AEAD, window again (LS-904). */
export interface FrameOpener {
  readonly spi: number;
  /** The plaintext, a fresh array; or a fault with nothing exposed and no state moved. */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault;
}

/** Room for the TFDF in a protected frame. */
export function protectedTfdfOctetsMax(managed: ManagedParameters): number {
  return clearTfdfOctetsMax(managed) - SECURITY_HEADER_OCTETS - TAG_OCTETS;
}

/**
 * A fresh protected frame around `tfdf` (a view, not kept), or the sealer's fault. The TFDF has at
 * most `protectedTfdfOctetsMax` octets.
 */
export function sealFrame(
  header: FrameHeader,
  tfdf: Uint8Array,
  sealer: FrameSealer,
  managed: ManagedParameters,
): Uint8Array | Fault {
  const dataOctets = SECURITY_HEADER_OCTETS + tfdf.length + TAG_OCTETS;
  const frame = beginFrame(header, dataOctets, managed);
  const spiAt = headerOctets(header.vcfCountOctets);
  const ivAt = spiAt + SPI_OCTETS;
  const sealedAt = ivAt + IV_OCTETS;
  frame[spiAt] = sealer.spi >> 8;
  frame[spiAt + 1] = sealer.spi;
  // The IV is still zero in the frame, as the associated data want it; the sealer will write it.
  const fault = sealer.seal(frame.slice(0, sealedAt), tfdf, frame, ivAt, sealedAt);
  if (fault !== undefined) return fault;
  endFrame(frame, managed);
  return frame;
}

/**
 * The TFDF in the data field of a protected frame: a fresh array, never empty; `sdls.short`,
 * `sdls.spi` or the opener's fault. The reserved SPIs 0 and 65535 are never looked up.
 */
export function openData(
  frame: TransferFrame,
  findOpener: (spi: number) => FrameOpener | undefined,
): Uint8Array | Fault {
  const { primaryHeader, data } = frame;
  if (data.length <= SECURITY_HEADER_OCTETS + TAG_OCTETS) return SHORT;
  const spi = (data[0]! << 8) | data[1]!;
  const opener = spi === 0 || spi === 0xffff ? undefined : findOpener(spi);
  if (opener === undefined) return UNKNOWN_SPI;
  const aad = new Uint8Array(primaryHeader.length + SECURITY_HEADER_OCTETS);
  aad.set(primaryHeader);
  aad[primaryHeader.length] = data[0]!;
  aad[primaryHeader.length + 1] = data[1]!;
  const iv = data.subarray(SPI_OCTETS, SECURITY_HEADER_OCTETS);
  return opener.open(iv, aad, data.subarray(SECURITY_HEADER_OCTETS));
}

const SPI_OCTETS = 2;
const IV_OCTETS = 12;
const SECURITY_HEADER_OCTETS = SPI_OCTETS + IV_OCTETS;
const TAG_OCTETS = 16;

const SHORT = new Fault('sdls', 'short', 'CCSDS 355.0-B-2 4.1.1');
const UNKNOWN_SPI = new Fault('sdls', 'spi', 'CCSDS 355.0-B-2 4.2.4.2');
