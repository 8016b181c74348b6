/** What frames of the three older links have in common while they are made. */
import { assert } from '../assert.ts';
import { FECF_OCTETS, writeFecf } from './fecf.ts';

/** Octets of the operational control field, on every link. Source: CCSDS 732.1-B-3 §4.1.5. */
export const OCF_OCTETS = 4;

/** The virtual channel of frames of only idle data, on USLP and AOS. Source: §4.1.4.1.5 there. */
export const OID_VCID = 63;

/** A fresh frame whose fields are set, but for its data field and its FECF. */
export interface FrameDraft {
  readonly octets: Uint8Array;
  /** Where the data field starts, security header included where there is one. */
  readonly dataAt: number;
  /** Where the data field ends, security trailer included where there is one. */
  readonly dataEnd: number;
  readonly fecf: boolean;
}

/** A draft of `frameOctets` octets, with the OCF (of 4 octets, copied) in its place. */
export function draftFrame(
  frameOctets: number,
  dataAt: number,
  ocf: Uint8Array | undefined,
  fecf: boolean,
): FrameDraft {
  const octets = new Uint8Array(frameOctets);
  const dataEnd = frameOctets - trailerOctets(ocf !== undefined, fecf);
  assert(dataEnd > dataAt, 'a frame has room for data');
  if (ocf !== undefined) {
    assert(ocf.length === OCF_OCTETS, 'an operational control field has four octets');
    octets.set(ocf, dataEnd);
  }
  return { octets, dataAt, dataEnd, fecf };
}

/** The frame around clear `data`, which fill the data field and are copied. */
export function fillFrame(draft: FrameDraft, data: Uint8Array): Uint8Array {
  assert(data.length === draft.dataEnd - draft.dataAt, 'the data fill the data field');
  draft.octets.set(data, draft.dataAt);
  return finishFrame(draft);
}

/** The frame, once its data field is in place: sets the FECF where the link has one. */
export function finishFrame(draft: FrameDraft): Uint8Array {
  if (draft.fecf) writeFecf(draft.octets);
  return draft.octets;
}

/** Octets after the data field. */
export function trailerOctets(ocf: boolean, fecf: boolean): number {
  return (ocf ? OCF_OCTETS : 0) + (fecf ? FECF_OCTETS : 0);
}
