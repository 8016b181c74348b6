/**
 * Bundles under LTP, on one link: each is a block, and each traffic class a lane of the engine.
 * Small ones that wait together are one block. Blocks are red, all of them, or green where a class
 * is not worth repeating.
 *
 *   send ──► waiting ──► block ─► segments ─► lanes of the link ─► frames
 *   sent ◄─── the far side has stored all of the block; of a green one, it has left
 *   settle ─► the report that says so, or a cancellation
 *
 * An engine serves from the first bundle or segment until the link goes down: then every bundle
 * under way comes back, since its owner may know a better way than to wait for the next contact. A
 * far side that has begun anew meanwhile, while the link was up here, is sent all that it lacks.
 *
 * Source: RFC 5326; CCSDS 734.1-B.
 */
import { assert } from '../assert.ts';
import type { Random } from '../crypto/ports.ts';
import { Fault } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import { AnswerTime } from '../ltp/answer-time.ts';
import {
  CLIENT_SERVICE,
  CLIENT_SERVICE_AGGREGATION,
  CLIENT_SERVICE_BUNDLE,
  type LtpLimits,
  type LtpOutput,
} from '../ltp/contract.ts';
import { LtpCounters } from '../ltp/counters.ts';
import { LtpEngine } from '../ltp/ltp-engine.ts';
import { decodeServiceData } from '../ltp/service-data.ts';
import type { Deadline, Instant } from '../machine.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';
import { BlockQueue } from './block-queue.ts';
import type { BlockCounts, LinkOutput } from './contract.ts';
import { GreenBlocks } from './green-blocks.ts';
import type { SegmentSource } from './segment-lane.ts';
import type { OutboundBundle } from './unit-queue.ts';

/** Who is at both ends. */
export interface BlockTransferOptions {
  readonly localEngine: number;
  readonly remoteEngine: number;
  readonly random: Random;
  /** The far side is of this kind: it claims a block in one report, and takes several bundles. */
  readonly isOwnKind: boolean;
  /** Classes whose blocks are green. */
  readonly greenClasses?: readonly TrafficClass[] | undefined;
}

/** Bounded as its engine and its queues are. */
export class BlockTransfer {
  readonly #options: BlockTransferOptions;
  readonly #answers = new AnswerTime(ANSWER_MARGIN_US);
  readonly #counters = new LtpCounters();
  #bundlesSent = 0;
  /** By traffic class: false where nothing can wait, as nothing has happened since that was so. */
  readonly #mayWait = TRAFFIC_CLASSES.map(() => true);
  /** By traffic class. */
  readonly #queues = TRAFFIC_CLASSES.map(() => new BlockQueue());
  #engine: LtpEngine | undefined = undefined;
  /** Bundles under way, by session number. Bounded by the sessions of the engine. */
  readonly #underWay = new Map<number, readonly string[]>();
  /** Bundles not answered for yet, by receipt. Bounded by the sessions of the engine. */
  readonly #unsettled = new Map<number, number>();
  readonly #greenBlocks = new GreenBlocks();
  /** Bounded by the bundles of one block. */
  readonly #outputs = new Fifo<LinkOutput>();
  /** The time of the turn: segments are pulled at it. */
  now: Instant = 0;

  constructor(options: BlockTransferOptions) {
    this.#options = options;
  }

  /** The link carries bundles; light and frames take so long there and back. */
  linkUp(now: Instant, roundTripUs: number): void {
    this.#answers.roundTripUs = roundTripUs;
    this.#live().linkUp(now, roundTripUs);
  }

  /** How long an answer may take, a write of the far store included. */
  get answerUs(): number {
    return this.#answers.us;
  }

  /** Takes a bundle in; false when its class has no room. */
  send(bundle: OutboundBundle): boolean {
    this.#mayWait.fill(true);
    return this.#queues[bundle.trafficClass]!.push(bundle);
  }

  /** Takes a segment that came in on the channel of a class; the fault for which it is dropped. */
  receive(now: Instant, segment: Uint8Array, trafficClass: TrafficClass): Fault | undefined {
    this.#mayWait.fill(true);
    return this.#live().receive(now, segment, trafficClass);
  }

  /**
   * Answers for a bundle received: it is kept here or disposed of, or the far side keeps it, and
   * with it the others of its block.
   */
  settle(now: Instant, receipt: number, kept: boolean): void {
    const unsettled = this.#unsettled.get(receipt);
    if (unsettled === undefined) return;
    if (kept && unsettled > 1) {
      this.#unsettled.set(receipt, unsettled - 1);
      return;
    }
    this.#unsettled.delete(receipt);
    this.#mayWait.fill(true);
    const session = this.#incoming(receipt);
    if (kept) this.#engine?.stored(now, session);
    else this.#engine?.refuse(now, session);
  }

  /** The segments of a class, each pulled as it leaves. */
  segmentsOf(trafficClass: TrafficClass): SegmentSource {
    const waiting = () => this.#waits(trafficClass);
    return {
      get waiting() {
        return waiting();
      },
      pull: (octetsMax) => this.#pull(octetsMax, trafficClass),
    };
  }

  /** The link is down: the bundles under way, which are given up. */
  discard(): readonly string[] {
    const ids = [...this.#underWay.values()].flat();
    for (const queue of this.#queues) ids.push(...queue.discard());
    this.#underWay.clear();
    this.#unsettled.clear();
    this.#greenBlocks.clear();
    this.#engine = undefined;
    return ids;
  }

  tick(now: Instant): void {
    if ((this.deadline()?.at ?? Number.POSITIVE_INFINITY) > now) return;
    this.#mayWait.fill(true);
    this.#engine?.tick(now);
  }

  deadline(): Deadline | undefined {
    return this.#engine?.deadline();
  }

  poll(): LinkOutput | undefined {
    // Bounded by what the engine has to tell.
    while (this.#outputs.length === 0) {
      const told = this.#engine?.poll();
      if (told === undefined) return undefined;
      this.#take(told);
    }
    return this.#outputs.shift();
  }

  /** Its share of the link's counters. */
  snapshot(): BlockCounts {
    return { ...this.#counters.snapshot(), bundlesSent: this.#bundlesSent };
  }

  #waits(trafficClass: TrafficClass): boolean {
    if (!this.#mayWait[trafficClass]) return false;
    const { nextOctets } = this.#queues[trafficClass]!;
    const waits =
      this.#engine?.waiting(trafficClass) === true ||
      (nextOctets !== undefined && nextOctets <= this.#live().roomToSend(trafficClass));
    this.#mayWait[trafficClass] = waits;
    return waits;
  }

  /** What the engine has to say, and only when that is nothing a new block. */
  #pull(octetsMax: number, trafficClass: TrafficClass): Uint8Array | undefined {
    const engine = this.#live();
    if (!engine.waiting(trafficClass) && this.#waits(trafficClass)) {
      this.#begin(engine, octetsMax, trafficClass);
    }
    return engine.pull(this.now, octetsMax, trafficClass);
  }

  #begin(engine: LtpEngine, octetsMax: number, lane: TrafficClass): void {
    const room = Math.min(octetsMax - SEGMENT_HEAD_OCTETS, engine.roomToSend(lane));
    const { ids, clientService, octets } = this.#queues[lane]!.take(
      this.#options.isOwnKind ? room : 0,
      this.now,
    )!;
    const isGreen = this.#options.greenClasses?.includes(lane) === true;
    const block = { octets, redOctets: isGreen ? 0 : octets.length, clientService, lane };
    const session = engine.send(this.now, block);
    assert(session !== undefined, 'a block is begun where there is room');
    this.#underWay.set(session.number, ids);
    this.#bundlesSent += ids.length;
  }

  #take(told: LtpOutput): void {
    const { originator, number } = told.session;
    if (told.kind === 'received') this.#receiveRed(told);
    else if (told.kind === 'green') this.#receiveGreen(told);
    else if (originator === this.#options.localEngine) this.#conclude(number, told.kind);
    // Of what comes in and ends early nothing has been promised to anybody.
    else this.#unsettled.delete(number);
  }

  /** A session of this end is over. */
  #conclude(number: number, how: 'completed' | 'cancelled'): void {
    const ids = this.#underWay.get(number);
    assert(ids !== undefined, 'a session that ends had bundles');
    this.#underWay.delete(number);
    const kind = how === 'completed' ? 'sent' : 'unsent';
    for (const id of ids) this.#outputs.push({ kind, id });
    if (kind === 'unsent' && ids.length > 1) {
      for (const queue of this.#queues) queue.setApart(ids);
    }
  }

  #receiveRed({ session, lane, octets, clientService }: Told<'received'>): void {
    const bundles = bundlesIn(octets, clientService);
    if (bundles instanceof Fault) {
      this.#outputs.push({ kind: 'fault', fault: bundles });
      this.#mayWait.fill(true);
      this.#engine?.refuse(this.now, session);
      return;
    }
    this.#unsettled.set(session.number, bundles.length);
    const about = { trafficClass: lane as TrafficClass, receipt: session.number };
    for (const bundle of bundles) this.#outputs.push({ kind: 'received', bundle, ...about });
  }

  /** The sender has forgotten the bundles, so there is nothing to answer for. */
  #receiveGreen(told: Told<'green'>): void {
    const block = this.#greenBlocks.add(told);
    if (block === undefined) return;
    const bundles = bundlesIn(block, told.clientService);
    const trafficClass = told.lane as TrafficClass;
    if (bundles instanceof Fault) this.#outputs.push({ kind: 'fault', fault: bundles });
    else
      for (const bundle of bundles) this.#outputs.push({ kind: 'received', bundle, trafficClass });
  }

  #incoming(number: number) {
    return { originator: this.#options.remoteEngine, number };
  }

  #live(): LtpEngine {
    const { localEngine, remoteEngine, random, isOwnKind } = this.#options;
    this.#engine ??= new LtpEngine({
      localEngine,
      remoteEngine,
      clientServices: isOwnKind
        ? [CLIENT_SERVICE_BUNDLE, CLIENT_SERVICE_AGGREGATION]
        : [CLIENT_SERVICE_BUNDLE],
      random,
      lanes: TRAFFIC_CLASSES.length,
      wholeReports: isOwnKind,
      // Without frames nobody knows whether the far side is there.
      limits: isOwnKind ? LIMITS : {},
      answers: this.#answers,
      counters: this.#counters,
    });
    return this.#engine;
  }
}

type Told<K extends LtpOutput['kind']> = Extract<LtpOutput, { readonly kind: K }>;

/** The bundles of a block, as views; or the fault for which it is none. */
function bundlesIn(block: Uint8Array, clientService: number): readonly Uint8Array[] | Fault {
  if (clientService === CLIENT_SERVICE_BUNDLE) return [block];
  const units = decodeServiceData(block);
  if (units instanceof Fault) return units;
  const isForeign = units.some((unit) => unit.clientService !== CLIENT_SERVICE_BUNDLE);
  return isForeign ? CLIENT_SERVICE : units.map(({ octets }) => octets);
}

/** What a store takes is not known before the first report; a busy machine takes so long. */
const ANSWER_MARGIN_US = 300_000;
/** Of a segment that is all of its block, with numbers of the usual length. */
const SEGMENT_HEAD_OCTETS = 32;
/**
 * A checkpoint is repeated as often as no wire makes it needed: whether the far side is there at
 * all, the link knows better than a session does. Of a wire that loses half of everything both
 * ways, one checkpoint in 10^8 is not answered by then. Numbers of closed sessions are remembered
 * for longer than frames overtake each other.
 */
const LIMITS: Partial<LtpLimits> = {
  transmissionsMax: 64,
  sendSessionsMax: 1_024,
  receiveSessionsMax: 1_024,
  closedSessionsMax: 4_096,
};
