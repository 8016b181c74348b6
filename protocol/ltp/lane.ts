/**
 * One way out of an engine: what waits to be sent, in the order in which it goes. Answers come
 * first, for the far side's timers run; then what was lost; then new data, block by block.
 */
import { Fifo } from '../fifo.ts';
import type { Instant } from '../machine.ts';
import type { LtpLimits } from './contract.ts';

/** A session that has segments to send, or had. */
export interface Speaker {
  /** How much it hurries; `silent` when it has nothing to send. */
  readonly hurry: 'urgent' | 'patient' | 'silent';
  /** The next segment, fresh, of at most `octetsMax` octets. Asked only when not silent. */
  next(now: Instant, octetsMax: number): Uint8Array;
}

/** Bounded by `REPLIES_MAX`, the limits, and each session being in each queue at most once. */
export class Lane {
  /** Blocks on their way out, and their octets. */
  sendSessions = 0;
  sendOctets = 0;
  /** Sessions that come in, and octets held for them. */
  receiveSessions = 0;
  receiveOctets = 0;
  readonly index: number;
  readonly #limits: LtpLimits;
  readonly #replies = new Fifo<Uint8Array>();
  /** In the order in which they asked. */
  readonly #urgent = new Set<Speaker>();
  readonly #patient = new Set<Speaker>();

  constructor(index: number, limits: LtpLimits) {
    this.index = index;
    this.#limits = limits;
  }

  /** Queues an acknowledgment; beyond the bound it is lost, as it might be on the way. */
  reply(segment: Uint8Array): void {
    if (this.#replies.length < REPLIES_MAX) this.#replies.push(segment);
  }

  /** Queues a session that is not silent any more. */
  enqueue(speaker: Speaker): void {
    if (speaker.hurry === 'urgent') this.#urgent.add(speaker);
    else if (speaker.hurry === 'patient') this.#patient.add(speaker);
  }

  /** Whether `next` would give a segment. */
  get waiting(): boolean {
    return this.#replies.length > 0 || this.#speaker() !== undefined;
  }

  /** The next segment, fresh, or undefined. */
  next(now: Instant, octetsMax: number): Uint8Array | undefined {
    return this.#replies.shift() ?? this.#speaker()?.next(now, octetsMax);
  }

  /** How many octets one more block may have that goes out; 0 where it may not. */
  get roomToSend(): number {
    const { sendSessionsMax, sendOctetsMax } = this.#limits;
    return this.sendSessions < sendSessionsMax ? sendOctetsMax - this.sendOctets : 0;
  }

  /** Whether one more session may come in. */
  get hasRoomToReceive(): boolean {
    return this.receiveSessions < this.#limits.receiveSessionsMax;
  }

  /** Takes room for so many octets of what comes in; false when there is not so much. */
  reserve(octets: number): boolean {
    if (this.receiveOctets + octets > this.#limits.receiveOctetsMax) return false;
    this.receiveOctets += octets;
    return true;
  }

  #speaker(): Speaker | undefined {
    return (
      firstThat(this.#urgent, (speaker) => speaker.hurry === 'urgent') ??
      firstThat(this.#patient, (speaker) => speaker.hurry !== 'silent')
    );
  }
}

/** The first that holds; those before it leave. Bounded by the set. */
function firstThat(speakers: Set<Speaker>, holds: (speaker: Speaker) => boolean) {
  // Most lanes are asked often and have nothing.
  if (speakers.size === 0) return undefined;
  for (const speaker of speakers) {
    if (holds(speaker)) return speaker;
    speakers.delete(speaker);
  }
  return undefined;
}

/** Some seconds of acknowledgments on a slow link. */
const REPLIES_MAX = 1_024;
