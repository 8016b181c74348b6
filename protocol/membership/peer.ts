/** The other end of a session. Source: link-security §5.3, §5.4. */

/** Who is at the other end, as its certificate says. */
export interface Peer {
  /** Endpoint id, such as `ipn:257.0`. */
  readonly eid: string;
  /** 16 octets. */
  readonly certificateId: Uint8Array;
  /** The spacecraft ids that it may use. */
  readonly scids: readonly number[];
  /** The certificate itself, COSE_Sign1 octets, to be judged again. */
  readonly certificate: Uint8Array;
  /** The boot in which it made its static key. */
  readonly boot: number;
}

/** What a peer in limbo has presented. */
export interface Limbo {
  readonly payload: Uint8Array;
  readonly remoteStatic: Uint8Array;
}
