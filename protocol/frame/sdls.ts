/**
 * Space Data Link Security: what goes before and after the data of a protected frame of any link.
 *
 *   | prefix                | SPI | IV     | SN      | pad length | data | MAC     | [OCF] [FECF]
 *   | header, insert zone.. |  2  | 0..32  | 0, 2..8 | 0..2       |      | 0..64   |
 *
 * What is authenticated besides the data: all before them under the association's mask. The
 * sessions of a crosslink use AES-256-GCM, a 12-octet IV that is the sequence number too, a
 * 16-octet tag, and authenticate the whole header (LS-903): `SESSION_ASSOCIATION`.
 *
 * Source: CCSDS 355.0-B-2 §4.1, 4.2, 6 and annex E. What it needs of keys are structural
 * interfaces, so that the frame and session rooms do not import each other: `session/keys.ts`
 * implements both, `link` joins them.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { type FrameDraft, finishFrame } from './frame-draft.ts';
import type { ManagedParameters } from './managed-parameters.ts';
import {
  beginFrame,
  clearTfdfOctetsMax,
  dataOffset,
  type ExtraFields,
  endFrame,
  type FrameHeader,
} from './uslp.ts';

/** Seals frames in one direction. Owns key and counter together (LS-902). */
export interface FrameSealer {
  readonly spi: number;
  /** The association that it seals for; that of a session where nothing is said. */
  readonly association?: AssociationParameters;
  /**
   * Takes the next counter, writes the IV at `out[ivAt]`, the sequence number after it where the
   * association has one, and the data with their MAC from `out[sealedAt]`. `aad` is the masked
   * prefix and security header with zeros for what the sealer writes; a sealer that authenticates
   * its sequence number or its IV sets it there, at the same place as in `out`. `aad` and
   * `plaintext` are views, not kept; they may not overlap the sealed region. Returns a fault,
   * having written nothing, when a limit is reached.
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
  /** The association that it opens for; that of a session where nothing is said. */
  readonly association?: AssociationParameters;
  /**
   * The plaintext, a fresh array; or a fault with nothing exposed and no state moved. `iv` is the
   * IV as sent, and the sequence number after it where the association has one.
   */
  open(iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array | Fault;
}

/** How long the fields of a security association are. Source: CCSDS 355.0-B-2 table 6-1. */
export interface SecurityFields {
  /** Octets of the IV that are sent, 0 to 32. */
  readonly ivOctets: number;
  /** 0, or 2 to 8; 0 where the IV serves as sequence number. */
  readonly sequenceNumberOctets: number;
  /** 0, or 1 to 2. This end pads nothing, and takes off what the other end has padded. */
  readonly padLengthOctets: number;
  /** 0, or 8 to 64. */
  readonly macOctets: number;
}

/** The managed parameters of a security association. */
export interface AssociationParameters extends SecurityFields {
  /**
   * One octet for each of prefix and security header (`defaultMask` makes them). Undefined: all
   * ones but for the IV, however long the prefix.
   */
  readonly mask: Uint8Array | undefined;
}

/** The association of a crosslink session. Source: LS-901, LS-903. */
export const SESSION_ASSOCIATION: AssociationParameters = {
  ivOctets: 12,
  sequenceNumberOctets: 0,
  padLengthOctets: 0,
  macOctets: 16,
  mask: undefined,
};

/** A received frame of any link, as far as protection matters. */
export interface ProtectedFrame {
  /** Everything before the security header. */
  readonly prefix: Uint8Array;
  /** From the security header to the end of the MAC. */
  readonly data: Uint8Array;
}

/** Octets of the security header. */
export function securityHeaderOctets(fields: SecurityFields): number {
  return SPI_OCTETS + fields.ivOctets + fields.sequenceNumberOctets + fields.padLengthOctets;
}

/** Room for the TFDF in a protected frame. */
export function protectedTfdfOctetsMax(
  managed: ManagedParameters,
  association = SESSION_ASSOCIATION,
): number {
  return clearTfdfOctetsMax(managed) - securityHeaderOctets(association) - association.macOctets;
}

/**
 * A fresh protected USLP frame around `tfdf` (a view, not kept), or the sealer's fault. The TFDF
 * has at most `protectedTfdfOctetsMax` octets.
 */
export function sealFrame(
  header: FrameHeader,
  tfdf: Uint8Array,
  sealer: FrameSealer,
  managed: ManagedParameters,
  association = SESSION_ASSOCIATION,
  extra?: ExtraFields,
): Uint8Array | Fault {
  const dataOctets = securityHeaderOctets(association) + tfdf.length + association.macOctets;
  const frame = beginFrame(header, dataOctets, managed, extra);
  const fault = sealData(frame, dataOffset(managed), tfdf, sealer, association);
  if (fault !== undefined) return fault;
  endFrame(frame, managed);
  return frame;
}

/** The TM, AOS or TC frame around sealed `data`, which fill it; or the sealer's fault. */
export function sealDraft(
  draft: FrameDraft,
  data: Uint8Array,
  sealer: FrameSealer,
  association: AssociationParameters,
): Uint8Array | Fault {
  const dataOctets = securityHeaderOctets(association) + data.length + association.macOctets;
  assert(dataOctets === draft.dataEnd - draft.dataAt, 'the data and their seal fill the frame');
  return sealData(draft.octets, draft.dataAt, data, sealer, association) ?? finishFrame(draft);
}

/**
 * Writes security header, data and MAC into a frame from `spiAt` on. The prefix is in place, and
 * the security header all zero.
 */
export function sealData(
  frame: Uint8Array,
  spiAt: number,
  data: Uint8Array,
  sealer: FrameSealer,
  association: AssociationParameters,
): Fault | undefined {
  const sealedAt = spiAt + securityHeaderOctets(association);
  frame[spiAt] = sealer.spi >> 8;
  frame[spiAt + 1] = sealer.spi;
  // The IV is still zero in the frame, as the associated data want it; the sealer will write it.
  const aad = frame.slice(0, sealedAt);
  const { mask } = association;
  if (mask !== undefined) {
    assert(mask.length === sealedAt, 'the mask covers prefix and security header');
    applyMask(aad, mask);
  }
  return sealer.seal(aad, data, frame, spiAt + SPI_OCTETS, sealedAt);
}

/**
 * The clear data of a protected frame: a fresh array, never empty; `sdls.short`, `sdls.spi`,
 * `sdls.prefix` (a TM frame with a secondary header that nobody agreed to), `sdls.padding` or the
 * opener's fault. The reserved SPIs 0 and 65535 are never looked up.
 */
export function openData(
  frame: ProtectedFrame,
  findOpener: (spi: number) => FrameOpener | undefined,
  association = SESSION_ASSOCIATION,
): Uint8Array | Fault {
  const { prefix, data } = frame;
  const headerOctets = securityHeaderOctets(association);
  if (data.length <= headerOctets + association.macOctets) return SHORT;
  const spi = (data[0]! << 8) | data[1]!;
  const opener = spi === 0 || spi === 0xffff ? undefined : findOpener(spi);
  if (opener === undefined) return UNKNOWN_SPI;
  const padAt = headerOctets - association.padLengthOctets;
  const { mask } = association;
  const aadOctets = prefix.length + headerOctets;
  if (mask !== undefined && mask.length !== aadOctets) return PREFIX;
  const aad = new Uint8Array(aadOctets);
  aad.set(prefix);
  // The IV stays zero without a mask. Both loops are bounded by the security header.
  for (let i = 0; i < SPI_OCTETS; i++) aad[prefix.length + i] = data[i]!;
  const from = SPI_OCTETS + (mask === undefined ? association.ivOctets : 0);
  for (let i = from; i < headerOctets; i++) aad[prefix.length + i] = data[i]!;
  if (mask !== undefined) applyMask(aad, mask);
  const numbers = data.subarray(SPI_OCTETS, padAt);
  const opened = opener.open(numbers, aad, data.subarray(headerOctets));
  if (association.padLengthOctets === 0 || opened instanceof Fault) return opened;
  return withoutPadding(opened, data, padAt, headerOctets);
}

function withoutPadding(
  opened: Uint8Array,
  data: Uint8Array,
  padAt: number,
  padEnd: number,
): Uint8Array | Fault {
  let padOctets = 0;
  // Bounded by two.
  for (let i = padAt; i < padEnd; i++) padOctets = padOctets * 256 + data[i]!;
  return padOctets < opened.length ? opened.subarray(0, opened.length - padOctets) : PADDING;
}

function applyMask(aad: Uint8Array, mask: Uint8Array): void {
  // Bounded by the mask.
  for (let i = 0; i < aad.length; i++) aad[i] = aad[i]! & mask[i]!;
}

/** Octets of the security parameter index. */
export const SPI_OCTETS = 2;

const SHORT = new Fault('sdls', 'short', 'CCSDS 355.0-B-2 4.1.1');
const UNKNOWN_SPI = new Fault('sdls', 'spi', 'CCSDS 355.0-B-2 4.2.4.2');
const PREFIX = new Fault('sdls', 'prefix', 'CCSDS 355.0-B-2 4.2.2.6.2');
const PADDING = new Fault('sdls', 'padding', 'CCSDS 355.0-B-2 3.3.3.2');
