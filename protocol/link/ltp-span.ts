/**
 * A neighbour that is reached by LTP alone, one segment to a datagram, as over UDP: for stacks of
 * another make. No frame, no key, no handshake: nothing says who the neighbour is but where its
 * datagrams come from, and what must not be read or forged on the way is secured in the bundles
 * themselves. As long as a contact lasts the neighbour counts as there; a block that nobody answers
 * comes back.
 *
 * Source: RFC 5326; RFC 7122 §2 (segments in UDP); CCSDS 734.1-B.
 */
import { assert } from '../assert.ts';
import type { Random } from '../crypto/ports.ts';
import { type Fault, FaultCounter } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import type { Deadline, Instant } from '../machine.ts';
import { TRAFFIC_CLASSES, type TrafficClass, trafficClassOf } from '../traffic-class.ts';
import { BlockTransfer } from './block-transfer.ts';
import type { BundleLink, LinkOutput, LinkSnapshot } from './contract.ts';
import type { Connection } from './keying.ts';
import { Pacer } from './pacer.ts';
import { Soonest } from './soonest.ts';
import type { OutboundBundle } from './unit-queue.ts';

/** Who is at both ends. */
export interface LtpSpanOptions {
  readonly localEngine: number;
  readonly remoteEngine: number;
  /** The longest datagram, from `SEGMENT_OCTETS_MIN`. */
  readonly segmentOctetsMax: number;
  readonly random: Random;
}

/** The machine. Bounded as its blocks are. */
export class LtpSpan implements BundleLink {
  readonly answers = true;
  readonly #segmentOctetsMax: number;
  readonly #blocks: BlockTransfer;
  /** Highest class first. */
  readonly #sources;
  readonly #pacer = new Pacer();
  readonly #faults = new FaultCounter();
  /** Bounded by the outputs of one verb. */
  readonly #outputs = new Fifo<LinkOutput>();
  #connected = false;
  #endsAt: Instant = 0;
  #datagramsSent = 0;
  #datagramsReceived = 0;
  #sentThisTurn = 0;

  constructor(options: LtpSpanOptions) {
    this.#segmentOctetsMax = options.segmentOctetsMax;
    this.#blocks = new BlockTransfer({ ...options, isOwnKind: false });
    this.#sources = TRAFFIC_CLASSES.map((_, trafficClass) =>
      this.#blocks.segmentsOf(trafficClass as TrafficClass),
    ).reverse();
  }

  connect(now: Instant, { rateBps, roundTripUs, endsAt }: Connection): void {
    assert(!this.#connected, 'the contact before is over');
    this.#turn(now);
    this.#connected = true;
    this.#endsAt = endsAt ?? Number.POSITIVE_INFINITY;
    this.#pacer.start(now, rateBps);
    this.#blocks.linkUp(now, Math.max(1, roundTripUs));
    this.#outputs.push({ kind: 'open' });
  }

  disconnect(now: Instant): void {
    this.#turn(now);
    if (!this.#connected) return;
    this.#connected = false;
    this.#outputs.push({ kind: 'down', reason: 'contact over' });
    for (const id of this.#blocks.discard()) this.#outputs.push({ kind: 'unsent', id });
  }

  send(now: Instant, bundle: OutboundBundle): void {
    this.#turn(now);
    const inTime = this.#connected && now + this.#blocks.answerUs < this.#endsAt;
    if (!inTime || !this.#blocks.send(bundle)) {
      this.#outputs.push({ kind: 'unsent', id: bundle.id });
    }
  }

  settle(now: Instant, receipt: number, kept: boolean): void {
    this.#turn(now);
    this.#blocks.settle(now, receipt, kept);
  }

  receive(now: Instant, datagram: Uint8Array): void {
    this.#turn(now);
    if (!this.#connected) return;
    this.#datagramsReceived++;
    const fault = this.#blocks.receive(now, datagram, ARRIVAL_CLASS);
    if (fault !== undefined) this.#refuse(fault);
  }

  /** There are no management packets on a span: a store that is full refuses the blocks. */
  sendManagement(): void {}

  /** There are no sessions of keys. */
  endSession(): void {}

  tick(now: Instant): void {
    this.#turn(now);
    if (this.#connected) this.#blocks.tick(now);
  }

  poll(): LinkOutput | undefined {
    return this.#outputs.shift() ?? this.#blocks.poll() ?? this.#transmit();
  }

  deadline(): Deadline | undefined {
    if (!this.#connected) return undefined;
    const soonest = new Soonest();
    soonest.join(this.#blocks.deadline());
    if (this.#waiting !== undefined) soonest.offer(this.#pacer.readyAt, 'next segment');
    return Number.isFinite(soonest.at) ? soonest : undefined;
  }

  snapshot(): LinkSnapshot {
    return {
      secured: false,
      keying: 'none',
      handshakes: 0,
      rekeys: 0,
      failed: {},
      associations: [],
      framesSent: this.#datagramsSent,
      framesReceived: this.#datagramsReceived,
      idleFramesSent: 0,
      idleFramesReceived: 0,
      correctedSymbols: 0,
      ltp: this.#blocks.snapshot(),
      faults: this.#faults.snapshot(),
    };
  }

  /** The first that has a segment to send. */
  get #waiting() {
    return this.#sources.find(({ waiting }) => waiting);
  }

  #turn(now: Instant): void {
    this.#blocks.now = now;
    this.#sentThisTurn = 0;
  }

  #transmit(): LinkOutput | undefined {
    const { now } = this.#blocks;
    if (!this.#connected || now < this.#pacer.readyAt) return undefined;
    if (this.#sentThisTurn === SEGMENTS_PER_TURN_MAX) return undefined;
    const frame = this.#waiting?.pull(this.#segmentOctetsMax);
    if (frame === undefined) return undefined;
    this.#sentThisTurn++;
    this.#datagramsSent++;
    this.#pacer.charge(now, frame.length);
    return { kind: 'transmit', frame };
  }

  #refuse(fault: Fault): void {
    this.#faults.add(fault);
    this.#outputs.push({ kind: 'fault', fault });
  }
}

/** A segment does not say of which class its bundle is. */
const ARRIVAL_CLASS = trafficClassOf('normal');
/** Segments sent between two verbs: then the owner looks at its other inputs. */
const SEGMENTS_PER_TURN_MAX = 256;
