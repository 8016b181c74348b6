/**
 * The sending side of a link's virtual channels: each counts its own frames.
 *
 *   VC 0–3   bundles, one channel per traffic class, protected
 *   VC 61    link control, protected
 *   VC 62    the handshake, clear
 *
 * All on MAP 0 and expedited (bypass 1, no COP). Source: link-layer §1, LS-401, LS-405.
 */
import { Fault } from '../fault.ts';
import type { ManagedParameters } from '../frame/managed-parameters.ts';
import { type FrameSealer, sealFrame } from '../frame/sdls.ts';
import { encodeFrame, type FrameHeader, followingCount } from '../frame/uslp.ts';
import { TRAFFIC_CLASSES } from '../traffic-class.ts';

/** The virtual channel of link control. */
export const CONTROL_VCID = 61;
/** The virtual channel of the handshake. */
export const HANDSHAKE_VCID = 62;

type Counting = { -readonly [Field in keyof FrameHeader]: FrameHeader[Field] };

/** Makes frames for one direction of a link. */
export class FrameWriter {
  readonly #managed: ManagedParameters;
  /** By virtual channel. Bounded by the channels above. */
  readonly #headers = new Map<number, Counting>();

  constructor(managed: ManagedParameters) {
    this.#managed = managed;
    const vcids = [...TRAFFIC_CLASSES.keys(), CONTROL_VCID, HANDSHAKE_VCID];
    for (const vcid of vcids) this.#headers.set(vcid, headerOf(vcid, managed));
  }

  /** A fresh protected frame around the TFDF (a view), or the fault of a spent key. */
  seal(vcid: number, tfdf: Uint8Array, sealer: FrameSealer): Uint8Array | Fault {
    const header = this.#headers.get(vcid)!;
    const frame = sealFrame(header, tfdf, sealer, this.#managed);
    if (!(frame instanceof Fault)) this.#advance(header);
    return frame;
  }

  /** A fresh clear frame of the handshake around the TFDF (a view). */
  clear(tfdf: Uint8Array): Uint8Array {
    const header = this.#headers.get(HANDSHAKE_VCID)!;
    const frame = encodeFrame(header, tfdf, this.#managed);
    this.#advance(header);
    return frame;
  }

  #advance(header: Counting): void {
    header.vcfCount = followingCount(header.vcfCount, this.#managed.vcfCountOctets);
  }
}

function headerOf(vcid: number, { scid, vcfCountOctets }: ManagedParameters): Counting {
  const flags = { bypass: true, controlCommand: false, ocf: false } as const;
  return { scid, sourceOrDestination: 0, vcid, mapId: 0, ...flags, vcfCountOctets, vcfCount: 0 };
}
