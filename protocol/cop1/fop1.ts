/**
 * FOP-1, the sender of COP-1: numbers type-A frames, keeps them until a CLCW acknowledges them, and
 * sends them again when FARM-1 asks or timer T1 runs out.
 *
 *   S1 active                      S4 initialising, waits for a clean CLCW
 *   S2 retransmit                  S5 initialising-bc, waits for a command to take effect
 *   S3 retransmit-wait             S6 initial
 *
 * Not claimed: row by row agreement with the state table (CCSDS 232.1-B-2 table 5-1), which was not
 * at hand. What S4 and S5 do with a CLCW other than the awaited one, and what S3 does when T1 runs
 * out, is as in another implementation (dariol83/ccsds). Left out: the directives that set V(S) and
 * the managed parameters (both are given at the start), and the "ready" flags with the alert
 * `llif`, for whoever polls a frame has accepted it. Source: CCSDS 232.1-B-2 §5.
 */
import { assert } from '../assert.ts';
import { Fifo } from '../fifo.ts';
import type { Deadline, Instant, Machine } from '../machine.ts';
import type { Clcw } from './clcw.ts';
import { type AdFrame, type BcFrame, type CopFrame, stepsAhead } from './cop-frame.ts';

/** S1 to S6. */
export type Fop1State =
  | 'active'
  | 'retransmit'
  | 'retransmit-wait'
  | 'initialising'
  | 'initialising-bc'
  | 'initial';

/** Why the service ended. Source: CCSDS 232.1-B-2 §5.2. */
export type Fop1Alert = 'synch' | 'clcw' | 'limit' | 't1' | 'nnr' | 'lockout' | 'term';

/** How the service starts: at once, after a clean CLCW, or with a command to FARM-1. */
export type Fop1Start =
  | { readonly type: 'without-clcw-check' }
  | { readonly type: 'with-clcw-check' }
  | BcFrame;

/** What the owner must do. */
export type Fop1Output =
  | { readonly type: 'transmit'; readonly frame: CopFrame }
  /** FARM-1 accepted the frame. */
  | { readonly type: 'acknowledged'; readonly frame: AdFrame }
  /** Type-A frames may be sent. */
  | { readonly type: 'initiated' }
  /** The service ended; SDUs not acknowledged are given up, though they may have arrived. */
  | { readonly type: 'alert'; readonly reason: Fop1Alert }
  /** The service waits for `resume`, and keeps its SDUs. */
  | { readonly type: 'suspended' };

/** The managed parameters of a channel. */
export interface Fop1Options {
  /** K: frames sent and not acknowledged, 1 to 127, at most half the window of FARM-1. */
  readonly windowFrames: number;
  /** T1: how long an acknowledgement may take. */
  readonly timerUs: number;
  /** Transmissions of a frame before T1 ends the service; 1 means that none is repeated. */
  readonly transmissionsMax: number;
  readonly onLastTimeout: 'alert' | 'suspend';
  /** V(S) at the start, modulo 256. */
  readonly sequence: number;
}

/** What there is to see of the sender. */
export interface Fop1Snapshot {
  readonly state: Fop1State;
  /** The state that `resume` leads back to. */
  readonly suspended: Fop1State | undefined;
  readonly transmissionCount: number;
  /** V(S): the number of the next new frame. */
  readonly sequence: number;
  readonly sentFrames: number;
}

/** The sender of one virtual channel. */
export class Fop1 implements Machine<Fop1Output> {
  readonly #options: Fop1Options;
  /** Bounded by the window and a few: what one verb gives rise to, which the owner drains. */
  readonly #outputs = new Fifo<Fop1Output>();
  #state: Fop1State = 'initial';
  #suspended: Fop1State | undefined = undefined;
  /** Sent and not acknowledged, from NN(R) to V(S). Bounded by the window. */
  #sent: AdFrame[] = [];
  /** The wait queue, of one. */
  #waiting: Uint8Array | undefined = undefined;
  #command: BcFrame | undefined = undefined;
  #sequence: number;
  #transmissionCount = 1;
  #timerAt: Instant | undefined = undefined;

  constructor(options: Fop1Options) {
    assert(options.windowFrames >= 1 && options.windowFrames <= WINDOW_MAX, 'K is 1 to 127');
    assert(options.transmissionsMax >= 1, 'a frame is sent once at the least');
    this.#options = options;
    this.#sequence = options.sequence;
  }

  /** Starts the service for type-A frames; false unless in the initial state. */
  initiate(now: Instant, start: Fop1Start): boolean {
    if (this.#state !== 'initial') return false;
    this.#purge();
    this.#transmissionCount = 1;
    switch (start.type) {
      case 'without-clcw-check':
        this.#becomeActive();
        break;
      case 'with-clcw-check':
        this.#state = 'initialising';
        this.#startTimer(now);
        break;
      default:
        if (start.type === 'set-vr') this.#sequence = start.report;
        this.#command = start;
        this.#state = 'initialising-bc';
        this.#transmit(now, start);
    }
    return true;
  }

  /** Ends the service. */
  terminate(_now: Instant): void {
    if (this.#state !== 'initial') this.#alert('term');
    this.#purge();
  }

  /** Goes on after `suspended`; false when there is nothing to go on with. */
  resume(now: Instant): boolean {
    if (this.#suspended === undefined) return false;
    this.#state = this.#suspended;
    this.#suspended = undefined;
    this.#startTimer(now);
    return true;
  }

  /** Takes an SDU for a type-A frame, and keeps it; false when there is no room or no service. */
  send(now: Instant, sdu: Uint8Array): boolean {
    if (!SERVING.has(this.#state) || this.#waiting !== undefined) return false;
    this.#waiting = sdu;
    this.#sendWaiting(now);
    return true;
  }

  /** Sends an SDU in a type-B frame, in any state. */
  sendExpedited(_now: Instant, sdu: Uint8Array): void {
    this.#outputs.push({ type: 'transmit', frame: { type: 'bd', sdu } });
  }

  /** A CLCW of the channel arrived; one that does not decode is the owner's to drop. */
  receive(now: Instant, clcw: Clcw): void {
    if (this.#state === 'initial') return;
    const acknowledged = stepsAhead(clcw.report, this.#sequence - this.#sent.length);
    const allAcknowledged = acknowledged === this.#sent.length;
    if (this.#state === 'initialising-bc') {
      // Until the command has taken effect, reports are of the time before it.
      if (clcw.lockout || clcw.retransmit || !allAcknowledged) return;
      if (clcw.wait) this.#alert('clcw');
      else this.#becomeActive();
      return;
    }
    if (clcw.lockout) this.#alert('lockout');
    else if (acknowledged > this.#sent.length) this.#alert('nnr');
    else if (clcw.retransmit && allAcknowledged) this.#alert('synch');
    else if (clcw.retransmit) this.#receiveRetransmit(now, acknowledged, clcw.wait);
    else if (clcw.wait) this.#alert('clcw');
    else if (this.#state === 'initialising') this.#becomeActive();
    else this.#receiveClean(now, acknowledged);
  }

  tick(now: Instant): void {
    if (this.#timerAt === undefined || now < this.#timerAt) return;
    this.#timerAt = undefined;
    const last = this.#transmissionCount >= this.#options.transmissionsMax;
    if (last || this.#state === 'initialising') this.#giveUp();
    else if (this.#state !== 'retransmit-wait') this.#repeat(now);
  }

  poll(): Fop1Output | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    return this.#timerAt === undefined ? undefined : { at: this.#timerAt, why: 'COP-1 timer T1' };
  }

  /** A fresh view of the state, for reports. */
  snapshot(): Fop1Snapshot {
    return {
      state: this.#state,
      suspended: this.#suspended,
      transmissionCount: this.#transmissionCount,
      sequence: this.#sequence,
      sentFrames: this.#sent.length,
    };
  }

  /** Nothing to repeat: the frames up to the report are done with. */
  #receiveClean(now: Instant, acknowledged: number): void {
    if (this.#state !== 'active' && acknowledged === 0) {
      this.#alert('synch');
      return;
    }
    this.#state = 'active';
    this.#removeAcknowledged(acknowledged);
    if (this.#sent.length === 0) this.#timerAt = undefined;
    this.#sendWaiting(now);
  }

  /** FARM-1 misses the frame after those that it acknowledges; while it waits, it has no room. */
  #receiveRetransmit(now: Instant, acknowledged: number, wait: boolean): void {
    this.#removeAcknowledged(acknowledged);
    const { transmissionsMax } = this.#options;
    if (transmissionsMax === 1) {
      this.#alert('limit');
      return;
    }
    // Without progress, the report asks for what has just been repeated.
    const asked = this.#state === 'retransmit' && acknowledged === 0;
    this.#state = wait ? 'retransmit-wait' : 'retransmit';
    if (!wait && !asked && this.#transmissionCount < transmissionsMax) this.#repeat(now);
  }

  #removeAcknowledged(count: number): void {
    if (count === 0) return;
    // Bounded by the window.
    for (const frame of this.#sent.splice(0, count)) {
      this.#outputs.push({ type: 'acknowledged', frame });
    }
    this.#transmissionCount = 1;
  }

  /** Sends the pending command, or all that is not acknowledged, once more. */
  #repeat(now: Instant): void {
    this.#transmissionCount += 1;
    if (this.#command !== undefined) this.#transmit(now, this.#command);
    // Bounded by the window.
    for (const frame of this.#sent) this.#transmit(now, frame);
    this.#sendWaiting(now);
  }

  #sendWaiting(now: Instant): void {
    if (this.#waiting === undefined || this.#state === 'retransmit-wait') return;
    if (this.#sent.length >= this.#options.windowFrames) return;
    const frame: AdFrame = { type: 'ad', sequence: this.#sequence, sdu: this.#waiting };
    this.#waiting = undefined;
    this.#sequence = (this.#sequence + 1) & 0xff;
    this.#sent.push(frame);
    this.#transmit(now, frame);
  }

  #transmit(now: Instant, frame: CopFrame): void {
    this.#outputs.push({ type: 'transmit', frame });
    this.#startTimer(now);
  }

  #startTimer(now: Instant): void {
    this.#timerAt = now + this.#options.timerUs;
  }

  #becomeActive(): void {
    this.#state = 'active';
    this.#command = undefined;
    this.#timerAt = undefined;
    this.#outputs.push({ type: 'initiated' });
  }

  /** T1 ran out for the last time. A command is not worth keeping. */
  #giveUp(): void {
    if (this.#options.onLastTimeout === 'alert' || this.#command !== undefined) {
      this.#alert('t1');
      return;
    }
    this.#suspended = this.#state;
    this.#state = 'initial';
    this.#outputs.push({ type: 'suspended' });
  }

  #alert(reason: Fop1Alert): void {
    this.#purge();
    this.#state = 'initial';
    this.#outputs.push({ type: 'alert', reason });
  }

  #purge(): void {
    this.#sent = [];
    this.#waiting = undefined;
    this.#command = undefined;
    this.#suspended = undefined;
    this.#timerAt = undefined;
  }
}

const WINDOW_MAX = 127;
const SERVING: ReadonlySet<Fop1State> = new Set(['active', 'retransmit', 'retransmit-wait']);
