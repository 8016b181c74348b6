/**
 * LTP over UDP (RFC 5326, RFC 7122): one segment to a datagram, to one far engine. The engine is
 * the one of the crosslink; here are its socket, its clock and the rate at which it may fill the
 * line.
 */
import { merge, Subject, type Subscription } from 'rxjs';
import { FaultCounter } from '#protocol/fault.ts';
import { Pacer } from '#protocol/link/pacer.ts';
import type { LtpOutput, OutboundBlock } from '#protocol/ltp/contract.ts';
import type { LtpEngine } from '#protocol/ltp/ltp-engine.ts';
import type { SessionId } from '#protocol/ltp/segment.ts';
import type { Clock, Datagrams } from '../ports.ts';

/** The port that IANA has assigned to LTP, for UDP. */
export const LTP_PORT = 1113;

/** What a span over UDP is made of. */
export interface LtpUdpOptions {
  readonly engine: LtpEngine;
  /** Its terminal points at the far engine; other senders are turned away there. */
  readonly datagrams: Datagrams;
  readonly terminal: number;
  /** Nobody else sets its alarm. */
  readonly clock: Clock;
  readonly segmentOctetsMax: number;
  readonly rateBps: number;
  /** How long an answer may take, a write of the far store included. */
  readonly roundTripUs: number;
}

/** One span; it has one lane. */
export class LtpUdp {
  /** Segments that were dropped, by fault. */
  readonly faults = new FaultCounter();
  readonly #options: LtpUdpOptions;
  readonly #pacer = new Pacer();
  readonly #told = new Subject<LtpOutput>();
  #running = false;

  /** What the engine tells. A subscriber may call the verbs below. */
  readonly told$ = this.#told.asObservable();

  constructor(options: LtpUdpOptions) {
    this.#options = options;
  }

  /** Brings the span up, until the subscription ends. */
  start(): Subscription {
    const { engine, datagrams, terminal, clock, rateBps, roundTripUs } = this.#options;
    this.#pacer.start(clock.now(), rateBps);
    engine.linkUp(clock.now(), roundTripUs);
    const subscription = merge(datagrams.received$, clock.alarm$).subscribe((input) => {
      if (typeof input === 'number') engine.tick(input);
      else if (input.terminal === terminal) this.#receive(input.octets);
      this.#run();
    });
    subscription.add(() => {
      engine.linkDown(clock.now());
      clock.setAlarm(undefined);
    });
    this.#run();
    return subscription;
  }

  /** Takes a block in: its session, or undefined when the engine has no room. */
  send(block: OutboundBlock): SessionId | undefined {
    const session = this.#options.engine.send(this.#options.clock.now(), block);
    this.#run();
    return session;
  }

  /** A block that was told as `received` is safe here. */
  stored(session: SessionId): void {
    this.#options.engine.stored(this.#options.clock.now(), session);
    this.#run();
  }

  /** A block that was told as `received` cannot be kept. */
  refuse(session: SessionId): void {
    this.#options.engine.refuse(this.#options.clock.now(), session);
    this.#run();
  }

  #receive(octets: Uint8Array): void {
    const { engine, clock } = this.#options;
    const fault = engine.receive(clock.now(), octets);
    if (fault !== undefined) this.faults.add(fault);
  }

  /** Verbs called by a subscriber land in this loop, not in another one within it. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    const { engine } = this.#options;
    // Bounded by what the engine tells, and by the rate.
    do {
      for (let told = engine.poll(); told !== undefined; told = engine.poll())
        this.#told.next(told);
    } while (this.#transmit());
    this.#running = false;
    this.#armAlarm();
  }

  /** Sends the next segment, if the line is free for it. */
  #transmit(): boolean {
    const { engine, clock, datagrams, terminal, segmentOctetsMax } = this.#options;
    const now = clock.now();
    if (now < this.#pacer.readyAt) return false;
    const octets = engine.pull(now, segmentOctetsMax);
    if (octets === undefined) return false;
    this.#pacer.charge(now, octets.length);
    datagrams.send({ terminal, octets });
    return true;
  }

  #armAlarm(): void {
    const { engine, clock } = this.#options;
    const dueAt = engine.deadline()?.at;
    const readyAt = engine.waiting() ? this.#pacer.readyAt : undefined;
    const soonest = Math.min(
      dueAt ?? Number.POSITIVE_INFINITY,
      readyAt ?? Number.POSITIVE_INFINITY,
    );
    clock.setAlarm(soonest === Number.POSITIVE_INFINITY ? undefined : soonest);
  }
}
