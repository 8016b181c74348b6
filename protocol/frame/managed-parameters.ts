/** What both ends of a physical channel agree on beforehand and never send. */

/** The managed parameters of one direction of a link. Source: CCSDS 732.1-B-3 §5. */
export interface ManagedParameters {
  /** Spacecraft ID in the frames of this direction: the sender's (source-or-destination flag 0). */
  readonly scid: number;
  /** The longest frame, header and FECF included; at most 65536. */
  readonly frameOctetsMax: number;
  /** Octets of the virtual channel frame count, 0 to 7, the same on every virtual channel. */
  readonly vcfCountOctets: number;
  /** Whether frames end with the frame error control field. */
  readonly fecf: boolean;
}
