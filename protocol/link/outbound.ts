/**
 * Bundles on their way out: those that wait, and in each class the one whose frames are leaving.
 * Strict priority at the frame boundary: the next frame is always of the highest class that has
 * one, so a flash bundle goes between two frames of a bulk bundle. Each class has a virtual
 * channel of its own, so the bulk bundle is not disturbed.
 *
 *   bundle → Encapsulation packet, protocol id 4 → segments (rules 111, 100, 101, 110) → frames
 *
 * Source: link-layer §1, §3, §4.4.
 */
import { Fault } from '../fault.ts';
import { PROTOCOL_ID_BUNDLE } from '../frame/encapsulation.ts';
import type { FrameSealer } from '../frame/sdls.ts';
import { type SduSegmenter, segmentPacket } from '../frame/sdu-segmenter.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';
import { ClassQueue, type OutboundBundle } from './class-queue.ts';
import { PACKET_OCTETS_MAX } from './contract.ts';
import type { FrameWriter } from './frame-writer.ts';

/** The bundle of one class whose frames are leaving. */
interface Lane {
  readonly trafficClass: TrafficClass;
  bundle: OutboundBundle | undefined;
  segments: SduSegmenter | undefined;
}

/** Makes the frames of bundles. Bounded by its class queue and one bundle for each class. */
export class Outbound {
  readonly #writer: FrameWriter;
  readonly #tfdfOctetsMax: number;
  readonly #queue: ClassQueue;
  /** Highest class first. */
  readonly #lanes: readonly Lane[];
  #finished: OutboundBundle | undefined = undefined;

  constructor(writer: FrameWriter, tfdfOctetsMax: number) {
    this.#writer = writer;
    this.#tfdfOctetsMax = tfdfOctetsMax;
    this.#queue = new ClassQueue(PACKET_OCTETS_MAX);
    this.#lanes = TRAFFIC_CLASSES.map((_, rank) => ({
      trafficClass: rank as TrafficClass,
      bundle: undefined,
      segments: undefined,
    })).reverse();
  }

  /** Takes a bundle in; false when its class has no room. */
  push(bundle: OutboundBundle): boolean {
    return this.#queue.push(bundle);
  }

  /** Whether `next` would give a frame. */
  get waiting(): boolean {
    return this.#nextLane() !== undefined;
  }

  /** The next frame, fresh; the fault of a spent key; or undefined when nothing waits. */
  next(sealer: FrameSealer): Uint8Array | Fault | undefined {
    const lane = this.#nextLane();
    if (lane === undefined) return undefined;
    lane.bundle ??= this.#queue.shift(lane.trafficClass)!;
    lane.segments ??= segmentPacket(PROTOCOL_ID_BUNDLE, lane.bundle.octets, this.#tfdfOctetsMax);
    const frame = this.#writer.seal(lane.trafficClass, lane.segments.next()!, sealer);
    if (!(frame instanceof Fault) && lane.segments.done) {
      this.#finished = lane.bundle;
      lane.bundle = undefined;
      lane.segments = undefined;
    }
    return frame;
  }

  /** The id of the bundle that the last `next` completed, once; else undefined. */
  takeFinished(): string | undefined {
    const id = this.#finished?.id;
    this.#finished = undefined;
    return id;
  }

  /** Bundles partly sent start over: the peer that had the first part may have lost it. */
  rewind(): void {
    for (const lane of this.#lanes) lane.segments = undefined;
  }

  /** The id of a bundle not wholly sent, which leaves; highest class first, oldest first. */
  discard(): string | undefined {
    const lane = this.#nextLane();
    if (lane === undefined) return undefined;
    const bundle = lane.bundle ?? this.#queue.shift(lane.trafficClass)!;
    lane.bundle = undefined;
    lane.segments = undefined;
    return bundle.id;
  }

  #nextLane(): Lane | undefined {
    for (const lane of this.#lanes) {
      if (lane.bundle !== undefined || this.#queue.waiting(lane.trafficClass) > 0) return lane;
    }
    return undefined;
  }
}
