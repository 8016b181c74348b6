/**
 * The sending side of a link's virtual channels: each counts its own frames.
 *
 *   VC 0–3   bundles on MAP 0, one channel per traffic class, and management packets on MAP 1 of
 *            VC 2, protected
 *   VC 61    link control, protected
 *   VC 62    the handshake, clear
 *   VC 63    only idle data, clear, where frames are of fixed length
 *
 * All expedited (bypass 1, no COP). Source: link-layer §1, §4.5; LS-401, LS-405.
 */
import { Fault } from '../fault.ts';
import { encodeIdleFrame, IdleFill } from '../frame/idle-frame.ts';
import type { ManagedParameters } from '../frame/managed-parameters.ts';
import { type FrameSealer, sealFrame } from '../frame/sdls.ts';
import { encodeFrame, type FrameHeader, followingCount, type VcfCount } from '../frame/uslp.ts';
import { TRAFFIC_CLASSES } from '../traffic-class.ts';
import type { OcfSource } from './channel.ts';

/** The virtual channel of link control. */
export const CONTROL_VCID = 61;
/** The virtual channel of the handshake. */
export const HANDSHAKE_VCID = 62;

type Counting = { -readonly [Field in keyof FrameHeader]: FrameHeader[Field] };

/** Makes frames for one direction of a link. */
export class FrameWriter {
  readonly #managed: ManagedParameters;
  readonly #ocf: OcfSource | undefined;
  /** By virtual channel. Bounded by the channels above. */
  readonly #headers = new Map<number, Counting>();
  /** The insert zone stays all zero; the control field is that of the frame in hand. */
  readonly #extra: { insertZone?: Uint8Array; ocf?: Uint8Array } = {};
  readonly #idleFill = new IdleFill();
  #idleCount: VcfCount = 0;

  /** `ocf`: what every frame says in its operational control field; without it they have none. */
  constructor(managed: ManagedParameters, ocf?: OcfSource) {
    this.#managed = managed;
    this.#ocf = ocf;
    const { insertZoneOctets = 0 } = managed;
    if (insertZoneOctets > 0) this.#extra.insertZone = new Uint8Array(insertZoneOctets);
    const vcids = [...TRAFFIC_CLASSES.keys(), CONTROL_VCID, HANDSHAKE_VCID];
    for (const vcid of vcids) this.#headers.set(vcid, headerOf(vcid, managed, ocf !== undefined));
  }

  /** A fresh protected frame around the TFDF (a view), or the fault of a spent key. */
  seal(vcid: number, mapId: number, tfdf: Uint8Array, sealer: FrameSealer): Uint8Array | Fault {
    const header = this.#headers.get(vcid)!;
    header.mapId = mapId;
    const extra = this.#nextExtra();
    const frame = sealFrame(header, tfdf, sealer, this.#managed, sealer.association, extra);
    if (!(frame instanceof Fault)) this.#advance(header);
    return frame;
  }

  /** A fresh clear frame of the handshake around the TFDF (a view). */
  clear(tfdf: Uint8Array): Uint8Array {
    const header = this.#headers.get(HANDSHAKE_VCID)!;
    const frame = encodeFrame(header, tfdf, this.#managed, this.#nextExtra());
    this.#advance(header);
    return frame;
  }

  /** A fresh frame of only idle data. */
  idle(): Uint8Array {
    const frame = encodeIdleFrame(
      this.#idleCount,
      this.#idleFill,
      this.#managed,
      this.#nextExtra(),
    );
    this.#idleCount = followingCount(this.#idleCount, this.#managed.vcfCountOctets);
    return frame;
  }

  #nextExtra() {
    if (this.#ocf !== undefined) this.#extra.ocf = this.#ocf.ocf();
    return this.#extra;
  }

  #advance(header: Counting): void {
    header.vcfCount = followingCount(header.vcfCount, this.#managed.vcfCountOctets);
  }
}

function headerOf(vcid: number, managed: ManagedParameters, ocf: boolean): Counting {
  const { scid, vcfCountOctets } = managed;
  const flags = { bypass: true, controlCommand: false, ocf } as const;
  return { scid, sourceOrDestination: 0, vcid, mapId: 0, ...flags, vcfCountOctets, vcfCount: 0 };
}
