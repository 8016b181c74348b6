/** What both ends of a physical channel agree on beforehand and never send. */

/**
 * The managed parameters of one direction of a link. What a crosslink seldom uses may be left out,
 * and then is not there: frames that use it are refused. Source: CCSDS 732.1-B-3 §5.
 */
export interface ManagedParameters {
  /** Spacecraft ID in the frames of this direction: the sender's (source-or-destination flag 0). */
  readonly scid: number;
  /** The longest frame, header and FECF included; at most 65536. */
  readonly frameOctetsMax: number;
  /** Octets of the virtual channel frame count, 0 to 7, the same on every virtual channel. */
  readonly vcfCountOctets: number;
  /** Whether frames end with the frame error control field. */
  readonly fecf: boolean;
  /** Whether every frame has `frameOctetsMax` octets; only then there may be idle frames. */
  readonly fixedLength?: boolean;
  /** Octets between primary header and data field; only where frames are of fixed length. */
  readonly insertZoneOctets?: number;
  /** Whether frames may carry an operational control field, which their header announces. */
  readonly ocf?: boolean;
  /** Whether frames may carry commands to the protocol instead of user data. */
  readonly controlCommands?: boolean;
}
