/**
 * Bundles and management packets on their way out. Each class has a virtual channel of its own, so
 * a bulk bundle is not disturbed by the flash bundle that goes between two of its frames.
 *
 *   VC 3 flash      MAP 0: bundles
 *   VC 2 expedited  MAP 1: management packets, MAP 0: bundles
 *   VC 1 normal     MAP 0: bundles
 *   VC 0 bulk       MAP 0: bundles
 *
 *   bundle → Encapsulation Packet, protocol id 4 → data field → frame
 *
 * Where bundles go by LTP, its segments take the place of bundles: see `segment-lane.ts`.
 *
 * Source: link-layer §1, §3, §4.4.
 */
import { Fault } from '../fault.ts';
import { PROTOCOL_ID_BUNDLE } from '../frame/encapsulation.ts';
import type { FrameSealer } from '../frame/sdls.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';
import { MANAGEMENT_CLASS, MANAGEMENT_MAP_ID, QUEUE_OCTETS_MAX } from './contract.ts';
import type { FrameWriter } from './frame-writer.ts';
import { type Lane, makeLane } from './lane.ts';
import { MapMultiplexer } from './map-multiplexer.ts';
import { SegmentLane, type SegmentSource } from './segment-lane.ts';
import type { OutboundBundle, OutboundUnit } from './unit-queue.ts';
import { VcMultiplexer } from './vc-multiplexer.ts';

/** What the frames have room for. */
export interface OutboundOptions {
  /** Octets of a data field: of every one where of fixed length, else of the longest. */
  readonly tfdfOctets: number;
  readonly fixedLength: boolean;
  readonly bulkShare: number;
  readonly frameOctetsMax: number;
  /** The LTP segments of a class, where bundles go by LTP: then none is pushed. */
  readonly segmentsOf?: ((trafficClass: TrafficClass) => SegmentSource) | undefined;
}

/** Makes frames of what waits. Bounded as its lanes are. */
export class Outbound {
  readonly #writer: FrameWriter;
  /** By traffic class. */
  readonly #bundles: readonly Lane[];
  readonly #management: Lane;
  /** Highest class first. */
  readonly #channels: readonly MapMultiplexer[];
  readonly #multiplexer: VcMultiplexer;
  /** The channel of the frame made last. */
  #channel: MapMultiplexer;

  constructor(writer: FrameWriter, options: OutboundOptions) {
    const shared = { ...options, octetsMax: QUEUE_OCTETS_MAX };
    this.#writer = writer;
    this.#bundles = TRAFFIC_CLASSES.map((_, index) => {
      const segments = options.segmentsOf?.(index as TrafficClass);
      if (segments !== undefined) return new SegmentLane({ ...shared, mapId: 0 }, segments);
      return makeLane({ ...shared, mapId: 0, protocolId: PROTOCOL_ID_BUNDLE });
    });
    this.#management = makeLane({
      ...shared,
      mapId: MANAGEMENT_MAP_ID,
      protocolId: undefined,
      octetsMax: MANAGEMENT_OCTETS_MAX,
    });
    this.#channels = this.#bundles
      .map((lane, vcid) =>
        vcid === MANAGEMENT_CLASS
          ? new MapMultiplexer(vcid, [this.#management, lane])
          : new MapMultiplexer(vcid, [lane]),
      )
      .reverse();
    this.#multiplexer = new VcMultiplexer(
      this.#channels,
      options.bulkShare,
      options.frameOctetsMax,
    );
    this.#channel = this.#channels[0]!;
  }

  /** Takes a bundle in; false when its class has no room. */
  push(bundle: OutboundBundle): boolean {
    return this.#bundles[bundle.trafficClass]!.push(bundle);
  }

  /** Takes a packet of either kind, a view that its owner does not change; false without room. */
  pushManagement(packet: Uint8Array): boolean {
    return this.#management.push({ id: undefined, octets: packet });
  }

  /** Whether `next` would give a frame. */
  get waiting(): boolean {
    return this.#multiplexer.next() !== undefined;
  }

  /** The next frame, fresh; the fault of a spent key; or undefined when nothing waits. */
  next(sealer: FrameSealer): Uint8Array | Fault | undefined {
    const channel = this.#multiplexer.next();
    if (channel === undefined) return undefined;
    const tfdf = channel.next();
    const frame = this.#writer.seal(channel.vcid, channel.mapId, tfdf, sealer);
    if (frame instanceof Fault) {
      channel.rewind();
      return frame;
    }
    channel.sent();
    this.#multiplexer.charge(channel, frame.length);
    this.#channel = channel;
    return frame;
  }

  /** The id of a bundle that the last frame completed, once each; else undefined. */
  takeFinished(): string | undefined {
    return firstId(this.#channel, nextFinished);
  }

  /** Units partly sent start over: the peer that had the first part may have lost it. */
  rewind(): void {
    for (const channel of this.#channels) channel.rewind();
  }

  /** The id of a bundle not wholly sent, which leaves; highest class first, oldest first. */
  discard(): string | undefined {
    for (const channel of this.#channels) {
      const id = firstId(channel, nextDiscarded);
      if (id !== undefined) return id;
    }
    return undefined;
  }
}

/** The next unit with a name; others are passed over. Bounded by the units of the channel. */
function firstId(
  channel: MapMultiplexer,
  take: (channel: MapMultiplexer) => OutboundUnit | undefined,
): string | undefined {
  for (let unit = take(channel); unit !== undefined; unit = take(channel)) {
    if (unit.id !== undefined) return unit.id;
  }
  return undefined;
}

const nextFinished = (channel: MapMultiplexer) => channel.finished();
const nextDiscarded = (channel: MapMultiplexer) => channel.discard();

/** Some ten of the longest Space Packets. */
const MANAGEMENT_OCTETS_MAX = 10 * 65_536;
