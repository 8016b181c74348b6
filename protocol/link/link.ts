/**
 * The link machine: one neighbour reached through one terminal. It carries bundles to the neighbour
 * in protected frames at the rate of the contact, with the keys that its keying gives it.
 *
 *   connect ──▶ keying: VC 62 ──▶ secured ──▶ bundles on VC 0–3, link control on VC 61
 *                     ▲              │
 *                     └──────────────┘ peer silent, closed by peer, key spent
 *
 * Bundles leave only while the link is secured.
 *
 * Source: link-layer §1, §4, §17; link-security §4.
 */
import { assert } from '../assert.ts';
import { SA_UNKNOWN } from '../association/faults.ts';
import { Fault } from '../fault.ts';
import type { Packet } from '../frame/packet.ts';
import type { FrameSealer } from '../frame/sdls.ts';
import type { Deadline, Instant } from '../machine.ts';
import { keepsUntilStored } from './channel.ts';
import type { BundleLink, LinkOptions, LinkOutput, LinkSnapshot } from './contract.ts';
import { FrameReader } from './frame-reader.ts';
import type { Connection, DownReason, Keying } from './keying.ts';
import { MANAGEMENT_REFUSED, Outlet } from './outlet.ts';
import { Soonest } from './soonest.ts';
import type { OutboundBundle } from './unit-queue.ts';

/** The machine. Its owner drains `poll` after every verb; bundles become frames as it does. */
export class Link implements BundleLink {
  readonly answers: boolean;
  readonly #keying: Keying;
  readonly #reader: FrameReader;
  readonly #outlet: Outlet;
  readonly #idles: boolean;
  #now: Instant = 0;
  #connected = false;
  /** The contact is too near its end to send anything. */
  #closing = false;
  #secured = false;
  #framesReceived = 0;
  #idleFramesReceived = 0;
  #pacedFramesThisTurn = 0;
  /** There is nothing to say until the next verb, and then the deadline stays as it is, too. */
  #quiet = false;
  #soonest: Soonest | undefined;

  /** `keying` passes to the link. */
  constructor(options: LinkOptions, keying: Keying) {
    this.answers = keepsUntilStored(options);
    this.#keying = keying;
    this.#idles = options.idleFrames === true;
    this.#reader = new FrameReader(options, keying);
    this.#outlet = new Outlet(options);
  }

  /** Whether the link carries bundles. */
  get secured(): boolean {
    return this.#secured;
  }

  connect(now: Instant, connection: Connection): void {
    assert(!this.#connected, 'the contact before is over');
    this.#turn(now);
    this.#connected = true;
    this.#closing = false;
    this.#outlet.start(now, connection);
    this.#keying.connect(now, connection);
    this.#obeyKeying();
  }

  disconnect(now: Instant): void {
    this.#turn(now);
    if (!this.#connected) return;
    this.#close();
    this.#keying.disconnect(now);
    this.#obeyKeying();
    this.#reader.reset();
    this.#connected = false;
  }

  send(now: Instant, bundle: OutboundBundle): void {
    this.#turn(now);
    if (this.#connected && !this.#closing) this.#outlet.accept(now, bundle);
    else this.#outlet.tell({ kind: 'unsent', id: bundle.id });
  }

  settle(now: Instant, receipt: number, kept: boolean): void {
    this.#turn(now);
    this.#outlet.settle(now, receipt, kept);
  }

  sendManagement(now: Instant, packet: Uint8Array): void {
    this.#turn(now);
    if (this.#secured && !this.#closing) this.#outlet.acceptManagement(packet);
    else this.#outlet.refuse(MANAGEMENT_REFUSED);
  }

  endSession(now: Instant, spi: number): void {
    this.#turn(now);
    if (!this.#connected) return;
    this.#keying.end(now, spi);
    this.#obeyKeying();
  }

  receive(now: Instant, datagram: Uint8Array): void {
    this.#turn(now);
    if (this.#connected) this.#receiveFrame(datagram);
    else this.#outlet.refuse(NOT_CONNECTED);
  }

  tick(now: Instant): void {
    this.#turn(now);
    if (!this.#connected || this.#closing) return;
    if (now >= this.#outlet.closesAt) {
      this.#close();
      return;
    }
    this.#outlet.tick(now);
    this.#keying.tick(now);
    this.#obeyKeying();
  }

  poll(): LinkOutput | undefined {
    if (this.#quiet) return undefined;
    const output = this.#outlet.shift() ?? this.#pollPaced();
    this.#quiet = output === undefined;
    return output;
  }

  deadline(): Deadline | undefined {
    if (!this.#connected || this.#closing) return undefined;
    const soonest = this.#soonest ?? this.#findSoonest();
    if (this.#quiet) this.#soonest = soonest;
    return Number.isFinite(soonest.at) ? soonest : undefined;
  }

  snapshot(): LinkSnapshot {
    return {
      secured: this.#secured,
      framesReceived: this.#framesReceived,
      idleFramesReceived: this.#idleFramesReceived,
      correctedSymbols: this.#reader.correctedSymbols,
      ...this.#keying.snapshot(),
      ...this.#outlet.snapshot(),
    };
  }

  /** Seals the frames of bundles; undefined while none may leave. */
  get #bundleSealer(): FrameSealer | undefined {
    return this.#secured ? this.#keying.sealer : undefined;
  }

  #turn(now: Instant): void {
    assert(now >= this.#now, 'time does not fall');
    this.#now = now;
    this.#pacedFramesThisTurn = 0;
    this.#quiet = false;
    this.#soonest = undefined;
    if (!this.#connected) return;
    this.#keying.review(now);
    this.#obeyKeying();
  }

  #pollPaced(): LinkOutput | undefined {
    if (this.#pacedFramesThisTurn++ >= PACED_FRAMES_PER_TURN_MAX) return undefined;
    const sealer = this.#bundleSealer;
    const next = sealer && this.#outlet.sendBundleFrame(this.#now, sealer);
    // Only idle data, where the line would else be empty.
    const fills = this.#idles && this.#connected && !this.#closing;
    if (next === undefined) return fills ? this.#outlet.sendIdleFrame(this.#now) : undefined;
    if (next instanceof Fault) this.#keying.spent(this.#now, next);
    else this.#keying.sent(this.#now);
    this.#obeyKeying();
    return next instanceof Fault ? this.#outlet.shift() : next;
  }

  #findSoonest(): Soonest {
    const soonest = new Soonest();
    soonest.offer(this.#outlet.closesAt, 'contact closes');
    soonest.join(this.#keying.deadline());
    soonest.join(this.#outlet.deadline());
    if (this.#bundleSealer !== undefined) soonest.offer(this.#outlet.bundleAt, 'next frame');
    if (this.#idles) soonest.offer(this.#outlet.idleAt, 'next frame');
    return soonest;
  }

  #receiveFrame(datagram: Uint8Array): void {
    const reading = this.#reader.read(this.#now, datagram);
    if (reading instanceof Fault) {
      this.#outlet.refuse(reading);
      if (reading === SA_UNKNOWN) this.#keying.unknown(this.#now);
    } else {
      if (reading === 'idle') this.#idleFramesReceived++;
      else this.#framesReceived++;
      if (reading === 'handshake') this.#receiveMessages();
      else if (reading !== 'idle') this.#receiveProtected(reading);
      if (this.#reader.ocf !== undefined) this.#outlet.tellOcf(this.#reader.ocf);
    }
    this.#obeyKeying();
  }

  #receiveMessages(): void {
    // Bounded by the outputs of one frame.
    let message = this.#reader.nextMessage();
    for (; message !== undefined; message = this.#reader.nextMessage()) {
      if (message instanceof Fault) this.#outlet.refuse(message);
      else this.#keying.receiveMessage(this.#now, message);
    }
  }

  #receiveProtected(reading: 'packets' | 'control'): void {
    this.#keying.heard(this.#now, this.#reader.spi);
    if (reading === 'control') this.#receiveControl();
    else this.#receivePackets();
  }

  #receiveControl(): void {
    // Bounded by the outputs of one frame.
    let message = this.#reader.nextControl();
    for (; message !== undefined; message = this.#reader.nextControl()) {
      if (message instanceof Fault) this.#outlet.refuse(message);
      else this.#keying.receiveControl(this.#now, this.#reader.spi, message);
    }
  }

  #receivePackets(): void {
    // What the frame proves is told before what it carries.
    this.#obeyKeying();
    // Bounded by the packets that fit one frame and those that it completes.
    let packet = this.#reader.nextPacket();
    for (; packet !== undefined; packet = this.#reader.nextPacket()) {
      if (packet instanceof Fault) this.#outlet.refuse(packet);
      else if (this.#reader.isManagement) {
        this.#outlet.tell({ kind: 'management', packet, spi: this.#reader.spi });
      } else this.#receiveBundle(packet);
    }
  }

  #receiveBundle(packet: Packet): void {
    const { trafficClass } = this.#reader;
    if (this.#reader.isSegment(packet)) {
      this.#outlet.receiveSegment(this.#now, packet.data, trafficClass);
      return;
    }
    const bundle = this.#reader.bundleIn(packet);
    if (bundle instanceof Fault) this.#outlet.refuse(bundle);
    else this.#outlet.tell({ kind: 'received', bundle, trafficClass });
  }

  #obeyKeying(): void {
    // Bounded by the outputs of one verb.
    let output = this.#keying.poll();
    for (; output !== undefined; output = this.#keying.poll()) {
      switch (output.kind) {
        case 'message':
          this.#outlet.sendMessage(this.#now, output.octets);
          break;
        case 'control': {
          const fault = this.#outlet.sendControl(this.#now, output.octets, output.sealer);
          if (fault !== undefined) this.#keying.spent(this.#now, fault);
          break;
        }
        case 'rewind':
          this.#outlet.rewind();
          break;
        case 'secured':
          this.#secured = true;
          this.#outlet.open(this.#now);
          this.#outlet.tell(output);
          break;
        case 'down':
          this.#down(output.reason);
          break;
        case 'fault':
          this.#outlet.refuse(output.fault, output.messageType);
      }
    }
  }

  /** Nothing is sent from here on; frames that are under way may still come in. */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#keying.close(this.#now);
    this.#obeyKeying();
    this.#down('contact over');
  }

  #down(reason: DownReason): void {
    if (this.#secured) this.#outlet.tell({ kind: 'down', reason });
    this.#secured = false;
    this.#outlet.discard();
  }
}

/** Frames made between two verbs: then the owner looks at its other inputs. */
const PACED_FRAMES_PER_TURN_MAX = 256;

const NOT_CONNECTED = new Fault('link', 'not-connected', 'link-layer 17');
