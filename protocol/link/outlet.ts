/**
 * Everything that leaves a link: frames onto the wire, and news for the owner. Frames of bundles
 * wait for the pacer and are made only when the owner polls, so that the choice between classes
 * falls as late as can be. Handshake and link control leave at once; the pacer counts them, and the
 * bundles after them wait the longer.
 *
 * Source: link-layer §1; link-security §4.
 */
import { Fault, FaultCounter } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import type { ManagedParameters } from '../frame/managed-parameters.ts';
import { type FrameSealer, protectedTfdfOctetsMax } from '../frame/sdls.ts';
import { segmentSdu } from '../frame/sdu-segmenter.ts';
import { clearTfdfOctetsMax } from '../frame/uslp.ts';
import type { Instant } from '../machine.ts';
import type { OutboundBundle } from './class-queue.ts';
import type { LinkOutput, LinkSnapshot } from './contract.ts';
import { CONTROL_VCID, FrameWriter } from './frame-writer.ts';
import type { Connection } from './keying.ts';
import { Outbound } from './outbound.ts';
import { Pacer } from './pacer.ts';

/** The outputs of one link. */
export class Outlet {
  readonly #faults = new FaultCounter();
  #framesSent = 0;
  #closesAt: Instant = 0;
  readonly #tfdfOctetsMax: number;
  readonly #messageTfdfOctetsMax: number;
  readonly #writer: FrameWriter;
  readonly #outbound: Outbound;
  readonly #pacer = new Pacer();
  /** Bounded by the outputs of one verb. */
  readonly #outputs = new Fifo<LinkOutput>();

  /** `managed`: those of this node's own frames. */
  constructor(managed: ManagedParameters) {
    this.#tfdfOctetsMax = protectedTfdfOctetsMax(managed);
    this.#messageTfdfOctetsMax = clearTfdfOctetsMax(managed);
    this.#writer = new FrameWriter(managed);
    this.#outbound = new Outbound(this.#writer, this.#tfdfOctetsMax);
  }

  /** A contact begins. */
  start(now: Instant, { rateBps, endsAt, roundTripUs }: Connection): void {
    this.#pacer.start(now, rateBps);
    const lastArrivalAt = (endsAt ?? Number.POSITIVE_INFINITY) - CLOSING_MARGIN_US;
    this.#closesAt = lastArrivalAt - roundTripUs / 2;
  }

  /** When the contact is too near its end to send anything; infinite when nobody knows. */
  get closesAt(): Instant {
    return this.#closesAt;
  }

  /** The oldest output that needs no pacing. */
  shift(): LinkOutput | undefined {
    return this.#outputs.shift();
  }

  /** Tells the owner something. */
  tell(output: LinkOutput): void {
    this.#outputs.push(output);
  }

  /** Counts a fault and tells it. */
  refuse(fault: Fault): void {
    this.#faults.add(fault);
    this.#outputs.push({ kind: 'fault', fault });
  }

  /** Sends a handshake message: clear, in as many frames as it takes. */
  sendMessage(now: Instant, message: Uint8Array): void {
    const segments = segmentSdu(message, this.#messageTfdfOctetsMax);
    // Bounded by the octets of the message.
    for (let tfdf = segments.next(); tfdf !== undefined; tfdf = segments.next()) {
      this.#outputs.push(this.#transmit(now, this.#writer.clear(tfdf)));
    }
  }

  /** Sends a message of link control in as many frames as it takes; the fault of a spent key. */
  sendControl(now: Instant, message: Uint8Array, sealer: FrameSealer): Fault | undefined {
    const segments = segmentSdu(message, this.#tfdfOctetsMax);
    // Bounded by the octets of the message.
    for (let tfdf = segments.next(); tfdf !== undefined; tfdf = segments.next()) {
      const frame = this.#writer.seal(CONTROL_VCID, tfdf, sealer);
      if (frame instanceof Fault) return frame;
      this.#outputs.push(this.#transmit(now, frame));
    }
    return undefined;
  }

  /** Takes a bundle in; one for which its class has no room is `unsent`. */
  accept(bundle: OutboundBundle): void {
    if (!this.#outbound.push(bundle)) this.#outputs.push({ kind: 'unsent', id: bundle.id });
  }

  /** When the next frame of a bundle may leave; infinite when no bundle waits. */
  get bundleAt(): Instant {
    return this.#outbound.waiting ? this.#pacer.readyAt : Number.POSITIVE_INFINITY;
  }

  /** Sends the next frame of a bundle, if one may leave; or the fault of a spent key. */
  sendBundleFrame(now: Instant, sealer: FrameSealer): LinkOutput | Fault | undefined {
    if (now < this.#pacer.readyAt) return undefined;
    const frame = this.#outbound.next(sealer);
    if (frame === undefined || frame instanceof Fault) return frame;
    const id = this.#outbound.takeFinished();
    if (id !== undefined) this.#outputs.push({ kind: 'sent', id });
    return this.#transmit(now, frame);
  }

  /** Bundles partly sent start over. */
  rewind(): void {
    this.#outbound.rewind();
  }

  /** Every bundle not wholly sent is `unsent`. */
  discard(): void {
    // Bounded by the bundles that wait.
    for (let id = this.#outbound.discard(); id !== undefined; id = this.#outbound.discard()) {
      this.#outputs.push({ kind: 'unsent', id });
    }
  }

  /** Its share of the link's counters. */
  snapshot(): Pick<LinkSnapshot, 'framesSent' | 'faults'> {
    return { framesSent: this.#framesSent, faults: this.#faults.snapshot() };
  }

  #transmit(now: Instant, frame: Uint8Array): LinkOutput {
    this.#pacer.charge(now, frame.length);
    this.#framesSent++;
    return { kind: 'transmit', frame };
  }
}

/** For timers and processing at both ends. */
const CLOSING_MARGIN_US = 50_000;
