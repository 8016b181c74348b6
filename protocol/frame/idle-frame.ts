/**
 * USLP frames of only idle data, which keep a channel of fixed-length frames running.
 *
 * Virtual channel 63, MAP 0, rule 001, UPID 31, and a zone filled from a shift register of 32 cells
 * (Fibonacci form of D^32 + D^22 + D^2 + D + 1, all ones at the start) that runs on from frame to
 * frame. Source: CCSDS 732.1-B-3 §4.1.4.1.5–12.
 */
import { FECF_OCTETS } from './fecf.ts';
import { OID_VCID } from './frame-draft.ts';
import type { ManagedParameters } from './managed-parameters.ts';
import { POINTED_HEADER_OCTETS, RULE_START, UPID_IDLE, writePointedHeader } from './tfdf.ts';
import {
  beginFrame,
  dataOffset,
  type ExtraFields,
  endFrame,
  type FrameHeader,
  type VcfCount,
} from './uslp.ts';

/** The register. One for each physical channel. */
export class IdleFill {
  /** The next 32 bits, the first in the highest place. */
  #cells = -1;

  /** Overwrites octets[from, to) with the octets that come next. */
  fill(octets: Uint8Array, from: number, to: number): void {
    let cells = this.#cells;
    // Bounded by the octets asked for, eight bits each.
    for (let at = from; at < to; at++) {
      octets[at] = cells >>> 24;
      for (let bit = 0; bit < 8; bit++) {
        const next = (cells >>> 31) ^ (cells >>> 21) ^ (cells >>> 1) ^ cells;
        cells = (cells << 1) | (next & 1);
      }
    }
    this.#cells = cells;
  }
}

/** A fresh idle frame of the channel, whose frames are of fixed length. */
export function encodeIdleFrame(
  vcfCount: VcfCount,
  fill: IdleFill,
  managed: ManagedParameters,
  extra: ExtraFields = {},
): Uint8Array {
  const header: FrameHeader = {
    scid: managed.scid,
    sourceOrDestination: 0,
    vcid: OID_VCID,
    mapId: 0,
    bypass: true,
    controlCommand: false,
    ocf: extra.ocf !== undefined,
    vcfCountOctets: managed.vcfCountOctets,
    vcfCount,
  };
  const dataAt = dataOffset(managed);
  const after = (extra.ocf?.length ?? 0) + (managed.fecf ? FECF_OCTETS : 0);
  const dataOctets = managed.frameOctetsMax - dataAt - after;
  const frame = beginFrame(header, dataOctets, managed, extra);
  const lastValid = dataOctets - POINTED_HEADER_OCTETS - 1;
  writePointedHeader(RULE_START, UPID_IDLE, lastValid, frame, dataAt);
  fill.fill(frame, dataAt + POINTED_HEADER_OCTETS, dataAt + dataOctets);
  endFrame(frame, managed);
  return frame;
}
