/**
 * The managed parameters of a link's channel: what both of its ends have agreed on beforehand.
 * Everything beyond variable-length frames is off unless asked for.
 */
import { assert } from '../assert.ts';
import { type CodingParameters, fitsBlock, overheadOctets } from '../coding/coded-block.ts';
import type { Randomizer } from '../coding/randomizer.ts';
import type { ReedSolomon } from '../coding/reed-solomon.ts';
import { trailerOctets } from '../frame/frame-draft.ts';
import type { ManagedParameters } from '../frame/managed-parameters.ts';
import { POINTED_HEADER_OCTETS, TFDF_HEADER_OCTETS } from '../frame/tfdf.ts';
import { headerOctets } from '../frame/uslp.ts';
import type { TrafficClass } from '../traffic-class.ts';

/** The channel coding of a link: each block is one datagram. Source: CCSDS 131.0-B-5. */
export interface ChannelCoding {
  /** Only for frames of fixed length, of a length that `fitsBlock`. */
  readonly reedSolomon?: ReedSolomon | undefined;
  readonly randomizer?: Randomizer | undefined;
}

/** Plain JSON, so that a configuration holds it as it is. */
export interface ChannelOptions {
  /** The longest frame, header and FECF included, and of fixed-length frames every one: from 64. */
  readonly frameOctetsMax: number;
  /** Octets of the virtual channel frame count, 0 to 7; 3 by default. */
  readonly vcfCountOctets?: number | undefined;
  /** Frames of one length, in which packets run on from frame to frame (rule 000). */
  readonly fixedLength?: boolean | undefined;
  /** Frames of only idle data fill the line; only where frames are of fixed length. */
  readonly idleFrames?: boolean | undefined;
  /** Octets, all zero, between header and data of every frame; only where of fixed length. */
  readonly insertZoneOctets?: number | undefined;
  /** Frames may end with an operational control field, which their header announces. */
  readonly ocf?: boolean | undefined;
  /** The part of the line that `bulk` gets at the least while it waits: 0, the default, to 0.9. */
  readonly bulkShare?: number | undefined;
  readonly coding?: ChannelCoding | undefined;
  /** Bundles go by LTP, and are the sender's until the far side has stored them; not by default. */
  readonly ltp?: boolean | undefined;
  /** Classes that LTP sends once: what is late is worth nothing there. None by default. */
  readonly greenClasses?: readonly TrafficClass[] | undefined;
}

/** Whether every bundle, of whichever class, is the sender's until the far side keeps it. */
export function keepsUntilStored({
  ltp = false,
  greenClasses = [],
}: Pick<ChannelOptions, 'ltp' | 'greenClasses'>): boolean {
  return ltp && greenClasses.length === 0;
}

/** What frames say in their operational control field: a CLCW or a Frame Security Report. */
export interface OcfSource {
  /** Four octets for the frame that leaves now, copied into it. */
  ocf(): Uint8Array;
}

/** The frames of one direction. */
export function managedParameters(options: ChannelOptions, scid: number): ManagedParameters {
  const { frameOctetsMax, vcfCountOctets = VCF_COUNT_OCTETS, fixedLength = false } = options;
  const { idleFrames = false, insertZoneOctets = 0, ocf = false, coding } = options;
  assert(frameOctetsMax >= FRAME_OCTETS_MIN, 'a frame has room for more than its overhead');
  assert(fixedLength || (!idleFrames && insertZoneOctets === 0), 'these need a fixed length');
  assert(fixedLength || coding?.reedSolomon === undefined, 'and so does Reed–Solomon');
  const managed = { scid, frameOctetsMax, vcfCountOctets, fecf: true, fixedLength };
  const coded = codingParameters(options);
  assert(coded === undefined || fitsBlock(frameOctetsMax, coded), 'the frame suits the code');
  return { ...managed, insertZoneOctets, ocf };
}

/** Which frame sizes a channel may have, octets: multiples of `multipleOf` between two bounds. */
export interface FrameSizes {
  readonly min: number;
  readonly max: number;
  readonly multipleOf: number;
}

/**
 * The frame sizes with which a link on such a channel can say HELLO, that of the classical suite
 * unless another length is given, in one frame (LS-402), suit its code, and fit a datagram of so
 * many octets at the most.
 */
export function frameSizes(
  options: Omit<ChannelOptions, 'frameOctetsMax'>,
  datagramOctetsMax: number,
  helloOctets = HELLO_OCTETS,
): FrameSizes {
  const { fixedLength = false, vcfCountOctets = VCF_COUNT_OCTETS } = options;
  const { insertZoneOctets = 0, ocf = false } = options;
  const before = headerOctets(vcfCountOctets) + insertZoneOctets;
  const tfdfHeader = fixedLength ? POINTED_HEADER_OCTETS : TFDF_HEADER_OCTETS;
  const least = before + tfdfHeader + helloOctets + trailerOctets(ocf, true);
  const most = datagramOctetsMax - codingOctets(options);
  const { reedSolomon } = options.coding ?? {};
  if (reedSolomon === undefined) return { min: least, max: most, multipleOf: 1 };
  const { interleave, correctableMax } = reedSolomon;
  const min = Math.ceil(least / interleave) * interleave;
  return { min, max: (255 - 2 * correctableMax) * interleave, multipleOf: interleave };
}

/** What the coding adds to a frame in its datagram. */
export function codingOctets(options: Pick<ChannelOptions, 'coding'>): number {
  const coding = codingParameters(options);
  return coding === undefined ? 0 : overheadOctets(coding);
}

/** The coding of a channel that has one. */
export function codingParameters({
  coding,
}: Pick<ChannelOptions, 'coding'>): CodingParameters | undefined {
  if (coding === undefined) return undefined;
  const { reedSolomon, randomizer } = coding;
  return { reedSolomon, randomizer, markerBitErrorsMax: MARKER_BIT_ERRORS_MAX };
}

/** Of these, a protected frame leaves at least 17 to its bundle. */
const FRAME_OCTETS_MIN = 64;
/** Agreed where nothing else is (link-layer §1). */
const VCF_COUNT_OCTETS = 3;
/** Of the classical suite. Source: link-security §6.2. */
const HELLO_OCTETS = 256;
/** Two octets of the marker may be all wrong: the code behind it bears as much. */
const MARKER_BIT_ERRORS_MAX = 16;
