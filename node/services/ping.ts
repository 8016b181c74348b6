/**
 * Ping: asks the echo service of another node on a beat and measures how long answers take. The
 * application data unit is the instant at which it left, as a binary64 in network order.
 */
import type { SendRequest } from '#protocol/agent/agent.ts';
import { equalEid, type IpnEid, ipnEid } from '#protocol/bundle/eid.ts';
import type { Deadline, Instant } from '#protocol/machine.ts';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import type { Delivery, Service } from '../service.ts';
import { ECHO_SERVICE } from './echo.ts';
import { Periodic, type Timetable } from './periodic.ts';

/** Whom to ask, and when. */
export interface PingOptions extends Timetable {
  readonly service: number;
  readonly node: NodeNumber;
  readonly lifetimeMs: number;
  readonly trafficClass: TrafficClass;
}

/** Asks and listens. Keeps nothing for a question under way: its answer brings the instant back. */
export class Ping implements Service {
  readonly service: number;
  readonly #options: PingOptions;
  readonly #destination: IpnEid;
  readonly #beat: Periodic;
  #now: Instant = 0;
  #sent = 0;
  #answered = 0;
  #lastUs = 0;
  #minUs = 0;
  #maxUs = 0;

  constructor(options: PingOptions) {
    this.service = options.service;
    this.#options = options;
    this.#destination = ipnEid(options.node, ECHO_SERVICE);
    this.#beat = new Periodic(options);
  }

  receive(now: Instant, { source, adu }: Delivery): void {
    if (!equalEid(source, this.#destination) || adu.length !== ADU_OCTETS) return;
    const roundTripUs = now - new DataView(adu.buffer, adu.byteOffset).getFloat64(0);
    // Also refuses what is not a number.
    if (!(roundTripUs >= 0 && roundTripUs <= now)) return;
    this.#lastUs = roundTripUs;
    this.#minUs = this.#answered === 0 ? roundTripUs : Math.min(this.#minUs, roundTripUs);
    this.#maxUs = Math.max(this.#maxUs, roundTripUs);
    this.#answered++;
  }

  tick(now: Instant): void {
    this.#now = now;
    this.#beat.tick(now);
  }

  poll(): SendRequest | undefined {
    if (!this.#beat.take()) return undefined;
    this.#sent++;
    const adu = new Uint8Array(ADU_OCTETS);
    new DataView(adu.buffer).setFloat64(0, this.#now);
    return {
      adu,
      destination: this.#destination,
      sourceService: this.service,
      lifetimeMs: this.#options.lifetimeMs,
      trafficClass: this.#options.trafficClass,
    };
  }

  deadline(): Deadline | undefined {
    return this.#beat.deadline('ping');
  }

  snapshot(): Record<string, number> {
    return {
      sent: this.#sent,
      answered: this.#answered,
      roundTripUsLast: this.#lastUs,
      roundTripUsMin: this.#minUs,
      roundTripUsMax: this.#maxUs,
    };
  }
}

const ADU_OCTETS = 8;
