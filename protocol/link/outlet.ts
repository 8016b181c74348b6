/**
 * Everything that leaves a link: frames onto the wire, and news for the owner. Frames of bundles
 * wait for the pacer and are made only when the owner polls, so that the choice between classes
 * falls as late as can be. Handshake and link control leave at once; the pacer counts them, and the
 * bundles after them wait the longer.
 *
 * Source: link-layer §1; link-security §4.
 */
import { assert } from '../assert.ts';
import { equal } from '../bytes/octets.ts';
import { type CodingParameters, encodeBlock } from '../coding/coded-block.ts';
import { Fault, FaultCounter } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import { FixedSegmenter } from '../frame/fixed-segmenter.ts';
import { OCF_OCTETS } from '../frame/frame-draft.ts';
import { type FrameSealer, protectedTfdfOctetsMax } from '../frame/sdls.ts';
import { type Segments, segmentSdu } from '../frame/sdu-segmenter.ts';
import { UPID_MISSION } from '../frame/tfdf.ts';
import { clearTfdfOctetsMax } from '../frame/uslp.ts';
import { type Deadline, type Instant, MICROSECONDS_PER_S } from '../machine.ts';
import type { TrafficClass } from '../traffic-class.ts';
import { BlockTransfer } from './block-transfer.ts';
import { codingParameters, managedParameters } from './channel.ts';
import type { LinkOptions, LinkOutput, LinkSnapshot } from './contract.ts';
import { CONTROL_VCID, FrameWriter } from './frame-writer.ts';
import type { Connection } from './keying.ts';
import { Outbound } from './outbound.ts';
import { Pacer } from './pacer.ts';
import type { OutboundBundle } from './unit-queue.ts';

/** The outputs of one link. */
export class Outlet {
  readonly #faults = new FaultCounter();
  #framesSent = 0;
  #closesAt: Instant = 0;
  #idleFramesSent = 0;
  /** Octets of a data field: of every one where of fixed length, else of the longest. */
  readonly #tfdfOctets: number;
  readonly #messageTfdfOctets: number;
  readonly #fixedLength: boolean;
  readonly #coding: CodingParameters | undefined;
  readonly #writer: FrameWriter;
  readonly #outbound: Outbound;
  /** Where bundles go by LTP. */
  readonly #blocks: BlockTransfer | undefined;
  readonly #frameOctetsMax: number;
  /** Light and frames, there and back. */
  #roundTripUs = 0;
  readonly #pacer = new Pacer();
  /** What the peer's operational control field said last. */
  #ocf: Uint8Array | undefined = undefined;
  /** Bounded by the outputs of one verb. */
  readonly #outputs = new Fifo<LinkOutput>();

  constructor(options: LinkOptions) {
    const { localScid, frameOctetsMax, fixedLength = false, bulkShare = 0, ocfSource } = options;
    const managed = managedParameters(options, localScid);
    const ocfOctets = ocfSource === undefined ? 0 : OCF_OCTETS;
    const tfdfOctets = protectedTfdfOctetsMax(managed) - ocfOctets;
    this.#tfdfOctets = tfdfOctets;
    this.#messageTfdfOctets = clearTfdfOctetsMax(managed) - ocfOctets;
    this.#fixedLength = fixedLength;
    this.#coding = codingParameters(options);
    this.#writer = new FrameWriter(managed, ocfSource);
    this.#frameOctetsMax = frameOctetsMax;
    this.#blocks = makeBlocks(options);
    const segmentsOf = this.#blocks && ((of: TrafficClass) => this.#blocks!.segmentsOf(of));
    const room = { tfdfOctets, frameOctetsMax, fixedLength, bulkShare, segmentsOf };
    this.#outbound = new Outbound(this.#writer, room);
  }

  /** A contact begins. */
  start(now: Instant, { rateBps, endsAt, roundTripUs }: Connection): void {
    this.#pacer.start(now, rateBps);
    this.#ocf = undefined;
    const lastArrivalAt = (endsAt ?? Number.POSITIVE_INFINITY) - CLOSING_MARGIN_US;
    this.#closesAt = lastArrivalAt - roundTripUs / 2;
    const frameUs = (this.#frameOctetsMax * 8 * MICROSECONDS_PER_S) / rateBps;
    this.#roundTripUs = Math.ceil(roundTripUs + 2 * frameUs + 1);
  }

  /** The link carries bundles. */
  open(now: Instant): void {
    this.#blocks?.linkUp(now, this.#roundTripUs);
  }

  /** When the contact is too near its end to send anything; infinite when nobody knows. */
  get closesAt(): Instant {
    return this.#closesAt;
  }

  /** The oldest output that needs no pacing. */
  shift(): LinkOutput | undefined {
    return this.#outputs.shift() ?? this.#blocks?.poll();
  }

  tick(now: Instant): void {
    this.#blocks?.tick(now);
  }

  /** When `tick` is due. */
  deadline(): Deadline | undefined {
    return this.#blocks?.deadline();
  }

  /** Tells the owner something. */
  tell(output: LinkOutput): void {
    this.#outputs.push(output);
  }

  /** Tells the operational control field of a frame that was let in, if it says something new. */
  tellOcf(ocf: Uint8Array): void {
    if (this.#ocf !== undefined && equal(ocf, this.#ocf)) return;
    this.#ocf = ocf.slice();
    this.tell({ kind: 'ocf', ocf: this.#ocf });
  }

  /** Counts a fault and tells it, with the type of the message of VC 62 that it refuses. */
  refuse(fault: Fault, messageType?: number): void {
    this.#faults.add(fault);
    this.#outputs.push({ kind: 'fault', fault, messageType });
  }

  /** Sends a handshake message: clear, in as many frames as it takes. */
  sendMessage(now: Instant, message: Uint8Array): void {
    const segments = this.#cut(message, this.#messageTfdfOctets);
    // Bounded by the octets of the message.
    for (let tfdf = segments.next(); tfdf !== undefined; tfdf = segments.next()) {
      this.#outputs.push(this.#transmit(now, this.#writer.clear(tfdf)));
    }
  }

  /** Sends a message of link control in as many frames as it takes; the fault of a spent key. */
  sendControl(now: Instant, message: Uint8Array, sealer: FrameSealer): Fault | undefined {
    const segments = this.#cut(message, this.#tfdfOctets);
    // Bounded by the octets of the message.
    for (let tfdf = segments.next(); tfdf !== undefined; tfdf = segments.next()) {
      const frame = this.#writer.seal(CONTROL_VCID, 0, tfdf, sealer);
      if (frame instanceof Fault) return frame;
      this.#outputs.push(this.#transmit(now, frame));
    }
    return undefined;
  }

  /** Takes a bundle in; one for which there is no room, or no time for an answer, is `unsent`. */
  accept(now: Instant, bundle: OutboundBundle): void {
    const isTaken =
      this.#blocks === undefined
        ? this.#outbound.push(bundle)
        : now + this.#blocks.answerUs < this.#closesAt && this.#blocks.send(bundle);
    if (!isTaken) this.#outputs.push({ kind: 'unsent', id: bundle.id });
  }

  /** Takes in a segment that came on the channel of a class. */
  receiveSegment(now: Instant, segment: Uint8Array, trafficClass: TrafficClass): void {
    const fault = this.#blocks?.receive(now, segment, trafficClass);
    if (fault !== undefined) this.refuse(fault);
  }

  /** Answers for a bundle received with a receipt. */
  settle(now: Instant, receipt: number, kept: boolean): void {
    this.#blocks?.settle(now, receipt, kept);
  }

  /** Takes a management packet in; without room, or a link that carries it, it is lost. */
  acceptManagement(packet: Uint8Array): void {
    if (!this.#outbound.pushManagement(packet)) this.refuse(MANAGEMENT_REFUSED);
  }

  /** When the next frame of a bundle may leave; infinite when no bundle waits. */
  get bundleAt(): Instant {
    return this.#outbound.waiting ? this.#pacer.readyAt : Number.POSITIVE_INFINITY;
  }

  /** Sends the next frame of a bundle, if one may leave; or the fault of a spent key. */
  sendBundleFrame(now: Instant, sealer: FrameSealer): LinkOutput | Fault | undefined {
    if (now < this.#pacer.readyAt) return undefined;
    if (this.#blocks !== undefined) this.#blocks.now = now;
    const frame = this.#outbound.next(sealer);
    if (frame === undefined || frame instanceof Fault) return frame;
    // Bounded by the bundles that end in one frame.
    let id = this.#outbound.takeFinished();
    for (; id !== undefined; id = this.#outbound.takeFinished()) {
      this.#outputs.push({ kind: 'sent', id });
    }
    return this.#transmit(now, frame);
  }

  /** When the line has room for an idle frame. */
  get idleAt(): Instant {
    return this.#pacer.readyAt;
  }

  /** Sends a frame of only idle data, if the line has room for one. */
  sendIdleFrame(now: Instant): LinkOutput | undefined {
    if (now < this.#pacer.readyAt) return undefined;
    this.#idleFramesSent++;
    return this.#transmit(now, this.#writer.idle());
  }

  /** Bundles partly sent start over. */
  rewind(): void {
    this.#outbound.rewind();
  }

  /** Every bundle not wholly sent is `unsent`, and by LTP every one not stored. */
  discard(): void {
    for (const id of this.#blocks?.discard() ?? []) this.#outputs.push({ kind: 'unsent', id });
    // Bounded by the bundles that wait.
    for (let id = this.#outbound.discard(); id !== undefined; id = this.#outbound.discard()) {
      this.#outputs.push({ kind: 'unsent', id });
    }
  }

  /** Its share of the link's counters. */
  snapshot(): Pick<LinkSnapshot, 'framesSent' | 'idleFramesSent' | 'faults' | 'ltp'> {
    return {
      framesSent: this.#framesSent,
      idleFramesSent: this.#idleFramesSent,
      faults: this.#faults.snapshot(),
      ...(this.#blocks === undefined ? {} : { ltp: this.#blocks.snapshot() }),
    };
  }

  #transmit(now: Instant, frame: Uint8Array): LinkOutput {
    const datagram = this.#coding === undefined ? frame : encodeBlock(frame, this.#coding);
    this.#pacer.charge(now, datagram.length);
    this.#framesSent++;
    return { kind: 'transmit', frame: datagram };
  }

  #cut(message: Uint8Array, tfdfOctets: number): Segments {
    return this.#fixedLength
      ? new FixedSegmenter(message, UPID_MISSION, tfdfOctets)
      : segmentSdu(message, tfdfOctets);
  }
}

/** Undefined where bundles go as they are. */
function makeBlocks(options: LinkOptions): BlockTransfer | undefined {
  const { ltp = false, localScid, remoteScid, random, greenClasses } = options;
  if (!ltp) return undefined;
  assert(random !== undefined, 'session numbers are drawn');
  const ends = { localEngine: localScid, remoteEngine: remoteScid };
  return new BlockTransfer({ ...ends, random, isOwnKind: true, greenClasses });
}

/** For timers and processing at both ends. */
const CLOSING_MARGIN_US = 50_000;

/** A management packet of this node's own that found no room, or no link. */
export const MANAGEMENT_REFUSED = new Fault('link', 'management-refused', 'link-layer 1');
