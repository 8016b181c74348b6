/**
 * Channel coding of one transfer frame, which then is one datagram:
 *
 *   | marker, 4 | frame [| parity, 2E × I ] |
 *   | 1acffc1d  |<- randomized, if agreed ->|
 *
 * The marker is neither coded nor randomized. Source: CCSDS 131.0-B-5 §9, §10.2 and §11.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { type Randomizer, randomize } from './randomizer.ts';
import {
  decodeReedSolomon,
  encodeReedSolomon,
  isDataLength,
  parityOctets,
  type ReedSolomon,
} from './reed-solomon.ts';

/** What both ends of a coded channel agree on. Source: CCSDS 131.0-B-5 §12. */
export interface CodingParameters {
  /** Without it a frame needs an error control field of its own (§12.2.2). */
  readonly reedSolomon: ReedSolomon | undefined;
  readonly randomizer: Randomizer | undefined;
  /**
   * Wrong bits that the receiver overlooks in a marker, 0 to 31. A datagram needs no search for its
   * start, so this only keeps a marker from being weaker than the code behind it.
   */
  readonly markerBitErrorsMax: number;
}

/** A received block. */
export interface DecodedBlock {
  /** A fresh copy, without errors as far as the code can tell. */
  readonly frame: Uint8Array;
  /** Symbols, that is octets, that were wrong, parity included; 0 without Reed–Solomon. */
  readonly correctedSymbols: number;
}

/**
 * Whether a frame of so many octets can be coded. With Reed–Solomon its length is a multiple of the
 * interleave; virtual fill makes up for the rest (§11).
 */
export function fitsBlock(frameOctets: number, { reedSolomon }: CodingParameters): boolean {
  if (frameOctets < 1) return false;
  if (reedSolomon === undefined) return frameOctets <= UNCODED_OCTETS_MAX;
  return isDataLength(frameOctets, reedSolomon);
}

/** What coding adds to a frame: the marker and the parity. */
export function overheadOctets({ reedSolomon }: CodingParameters): number {
  return MARKER_OCTETS + (reedSolomon === undefined ? 0 : parityOctets(reedSolomon));
}

/** A fresh datagram with the frame, which is copied and of a length that `fitsBlock`. */
export function encodeBlock(frame: Uint8Array, parameters: CodingParameters): Uint8Array {
  assert(fitsBlock(frame.length, parameters), 'the frame suits the code');
  const { reedSolomon, randomizer } = parameters;
  const datagram = new Uint8Array(overheadOctets(parameters) + frame.length);
  const block = datagram.subarray(MARKER_OCTETS);
  block.set(frame);
  if (reedSolomon !== undefined) encodeReedSolomon(block, reedSolomon);
  if (randomizer !== undefined) randomize(block, randomizer);
  // Bounded by four.
  for (let i = 0; i < MARKER_OCTETS; i++) datagram[i] = MARKER >>> (24 - 8 * i);
  return datagram;
}

/**
 * The frame in a received datagram, which stays as it was. Faults: `coding.short`,
 * `coding.sync` for another marker, `coding.length` and `coding.uncorrectable`.
 */
export function decodeBlock(
  datagram: Uint8Array,
  parameters: CodingParameters,
): DecodedBlock | Fault {
  const { reedSolomon, randomizer } = parameters;
  if (datagram.length <= MARKER_OCTETS) return SHORT;
  if (markerBitErrors(datagram) > parameters.markerBitErrorsMax) return SYNC;
  const frameOctets = datagram.length - overheadOctets(parameters);
  if (!fitsBlock(frameOctets, parameters)) return LENGTH;
  const block = datagram.slice(MARKER_OCTETS);
  if (randomizer !== undefined) randomize(block, randomizer);
  const corrected = reedSolomon === undefined ? 0 : decodeReedSolomon(block, reedSolomon);
  if (corrected instanceof Fault) return corrected;
  return { frame: block.subarray(0, frameOctets), correctedSymbols: corrected };
}

function markerBitErrors(datagram: Uint8Array): number {
  let word = MARKER;
  // Bounded by four, then by 32.
  for (let i = 0; i < MARKER_OCTETS; i++) word ^= datagram[i]! << (24 - 8 * i);
  let count = 0;
  for (; word !== 0; word &= word - 1) count += 1;
  return count;
}

const MARKER = 0x1acffc1d;
const MARKER_OCTETS = 4;
const UNCODED_OCTETS_MAX = 65536;

const SHORT = new Fault('coding', 'short', 'CCSDS 131.0-B-5 9.3');
const SYNC = new Fault('coding', 'sync', 'CCSDS 131.0-B-5 9.3');
const LENGTH = new Fault('coding', 'length', 'CCSDS 131.0-B-5 11');
