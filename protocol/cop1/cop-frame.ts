/** The frames of COP-1, apart from the transfer frames that carry them. */

/** A frame with a sequence number: it is accepted in order, or asked for again. */
export interface AdFrame {
  readonly type: 'ad';
  /** N(S), modulo 256. */
  readonly sequence: number;
  readonly sdu: Uint8Array;
}

/** A frame that passes the sequence by: it is accepted as it comes. */
export interface BdFrame {
  readonly type: 'bd';
  readonly sdu: Uint8Array;
}

/** A command of FOP-1 to FARM-1. */
export type BcFrame =
  | { readonly type: 'unlock' }
  /** `report`: the V(R) to take, modulo 256. */
  | { readonly type: 'set-vr'; readonly report: number };

/** What FOP-1 sends and FARM-1 receives. */
export type CopFrame = AdFrame | BdFrame | BcFrame;

/** How many steps `to` is ahead of `from`, 0 to 255. */
export function stepsAhead(to: number, from: number): number {
  return (to - from) & 0xff;
}
