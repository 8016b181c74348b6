/**
 * Bundles under LTP, on one link: each is a block of its own, all of it red, and each traffic class
 * a lane of the engine.
 *
 *   send ───► block ─► segments ─► lanes of the link ─► frames
 *   sent ◄─── the far side has stored it
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
import type { Fault } from '../fault.ts';
import { CLIENT_SERVICE_BUNDLE, type LtpOutput } from '../ltp/contract.ts';
import { LtpEngine } from '../ltp/ltp-engine.ts';
import type { Deadline, Instant } from '../machine.ts';
import { TRAFFIC_CLASSES, type TrafficClass } from '../traffic-class.ts';
import type { LinkOutput } from './contract.ts';
import type { SegmentSource } from './segment-lane.ts';
import type { OutboundBundle } from './unit-queue.ts';

/** Who is at both ends. */
export interface BlockTransferOptions {
  readonly localScid: number;
  readonly remoteScid: number;
  readonly random: Random;
}

/** Bounded as its engine is. */
export class BlockTransfer {
  readonly #options: BlockTransferOptions;
  #engine: LtpEngine | undefined = undefined;
  /** Bundles under way, by session number. Bounded by the sessions of the engine. */
  readonly #ids = new Map<number, string>();
  /** When the segments are pulled of which the next frames are made. */
  now: Instant = 0;

  constructor(options: BlockTransferOptions) {
    this.#options = options;
  }

  /** The link carries bundles; an answer takes so long, a write of the far store included. */
  linkUp(now: Instant, answerUs: number): void {
    this.#live().linkUp(now, answerUs);
  }

  /** Takes a bundle in; false when its class has no room. */
  send(now: Instant, { id, octets, trafficClass }: OutboundBundle): boolean {
    const session = this.#live().send(now, {
      octets,
      redOctets: octets.length,
      clientService: CLIENT_SERVICE_BUNDLE,
      lane: trafficClass,
    });
    if (session !== undefined) this.#ids.set(session.number, id);
    return session !== undefined;
  }

  /** Takes a segment that came in on the channel of a class; the fault for which it is dropped. */
  receive(now: Instant, segment: Uint8Array, trafficClass: TrafficClass): Fault | undefined {
    return this.#live().receive(now, segment, trafficClass);
  }

  /** Answers for a bundle received: it is kept here or disposed of, or the far side keeps it. */
  settle(now: Instant, receipt: number, kept: boolean): void {
    const session = { originator: this.#options.remoteScid, number: receipt };
    if (kept) this.#engine?.stored(now, session);
    else this.#engine?.refuse(now, session);
  }

  /** The segments of a class, each pulled as it leaves. */
  segmentsOf(trafficClass: TrafficClass): SegmentSource {
    const waiting = () => this.#engine?.waiting(trafficClass) === true;
    return {
      get waiting() {
        return waiting();
      },
      pull: (octetsMax) => this.#engine?.pull(this.now, octetsMax, trafficClass),
    };
  }

  /** The link is down: the bundles under way, which are given up. */
  discard(): readonly string[] {
    const ids = [...this.#ids.values()];
    this.#ids.clear();
    this.#engine = undefined;
    return ids;
  }

  tick(now: Instant): void {
    this.#engine?.tick(now);
  }

  deadline(): Deadline | undefined {
    return this.#engine?.deadline();
  }

  poll(): LinkOutput | undefined {
    // Bounded by what the engine has to tell.
    for (let told = this.#engine?.poll(); told !== undefined; told = this.#engine?.poll()) {
      const output = this.#translate(told);
      if (output !== undefined) return output;
    }
    return undefined;
  }

  #translate(told: LtpOutput): LinkOutput | undefined {
    const { number } = told.session;
    if (told.kind === 'received') {
      const trafficClass = told.lane as TrafficClass;
      return { kind: 'received', bundle: told.octets, trafficClass, receipt: number };
    }
    // Of what is green, or comes in and ends early, nothing has been promised to anybody.
    if (told.kind === 'green' || told.session.originator !== this.#options.localScid) {
      return undefined;
    }
    const id = this.#ids.get(number);
    assert(id !== undefined, 'a session that ends had a bundle');
    this.#ids.delete(number);
    return { kind: told.kind === 'completed' ? 'sent' : 'unsent', id };
  }

  #live(): LtpEngine {
    const { localScid, remoteScid, random } = this.#options;
    this.#engine ??= new LtpEngine({
      localEngine: localScid,
      remoteEngine: remoteScid,
      clientServices: [CLIENT_SERVICE_BUNDLE],
      random,
      lanes: TRAFFIC_CLASSES.length,
      wholeReports: true,
      limits: { transmissionsMax: TRANSMISSIONS_MAX },
    });
    return this.#engine;
  }
}

/**
 * As often as no wire makes it needed: whether the far side is there at all, the link knows better
 * than a session does. Of a wire that loses half of everything both ways, one checkpoint in 10^8 is
 * not answered by then.
 */
const TRANSMISSIONS_MAX = 64;
