/**
 * FARM-1, the receiver of COP-1: accepts type-A frames in sequence and once, type-B frames as they
 * come, and reports in a CLCW. With d = N(S) − V(R) modulo 256 and a window of W:
 *
 *   | AD frame            | Open                  | Wait    | Lockout |
 *   |---------------------|-----------------------|---------|---------|
 *   | d = 0, buffer free  | accept                | –       | discard |
 *   | d = 0, no buffer    | retransmit, to Wait   | discard | discard |
 *   | 0 < d < W/2         | retransmit            | discard | discard |
 *   | −W/2 ≤ d < 0        | discard               | discard | discard |
 *   | any other d         | to Lockout            | as Open | discard |
 *
 * The state is in the flags: Lockout when `lockout`, else Wait when `wait`, else Open. Source:
 * CCSDS 232.1-B-2 §6.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { Fifo } from '../fifo.ts';
import type { Deadline, Instant, Machine } from '../machine.ts';
import type { Clcw } from './clcw.ts';
import { type AdFrame, type BdFrame, type CopFrame, stepsAhead } from './cop-frame.ts';

/** What both ends of a channel agree on, and the receiver's own room. */
export interface Farm1Options {
  readonly vcid: number;
  /** W: even, 2 to 254. */
  readonly windowFrames: number;
  /** Accepted type-A frames that wait for `release`, at least 1. */
  readonly bufferFramesMax: number;
  /** V(R) at the start, modulo 256. */
  readonly report: number;
}

/** What the owner must do. */
export type Farm1Output =
  /** Hand the SDU on; an `ad` frame keeps a place in the buffer until `release`. */
  | { readonly type: 'accepted'; readonly frame: AdFrame | BdFrame }
  /** Count it. */
  | { readonly type: 'discarded'; readonly fault: Fault };

/** The receiver of one virtual channel. It has no clock of its own. */
export class Farm1 implements Machine<Farm1Output> {
  readonly #options: Farm1Options;
  /** Bounded by one output for each frame, which the owner drains. */
  readonly #outputs = new Fifo<Farm1Output>();
  #report: number;
  #farmBCount = 0;
  #buffered = 0;
  #lockout = false;
  #wait = false;
  #retransmit = false;

  constructor(options: Farm1Options) {
    const { windowFrames, bufferFramesMax } = options;
    assert(windowFrames >= 2 && windowFrames <= 254 && windowFrames % 2 === 0, 'W is even');
    assert(bufferFramesMax >= 1, 'there is room for a frame');
    this.#options = options;
    this.#report = options.report;
  }

  /** A valid frame of the channel arrived; its octets are handed on, not copied. */
  receive(_now: Instant, frame: CopFrame): void {
    switch (frame.type) {
      case 'ad':
        this.#receiveAd(frame);
        return;
      case 'bd':
        this.#countB();
        this.#outputs.push({ type: 'accepted', frame });
        return;
      case 'unlock':
        this.#countB();
        this.#lockout = false;
        this.#open();
        return;
      case 'set-vr':
        this.#countB();
        if (this.#lockout) return;
        this.#report = frame.report;
        this.#open();
    }
  }

  /** The owner is done with one accepted type-A frame. */
  release(_now: Instant): void {
    assert(this.#buffered > 0, 'only a frame that was accepted is released');
    this.#buffered -= 1;
    this.#wait = false;
  }

  /** The report to send; what the physical layer knows, the owner adds. */
  clcw(): Clcw {
    return {
      status: 0,
      vcid: this.#options.vcid,
      noRfAvailable: false,
      noBitLock: false,
      lockout: this.#lockout,
      wait: this.#wait,
      retransmit: this.#retransmit,
      farmBCount: this.#farmBCount,
      report: this.#report,
    };
  }

  tick(_now: Instant): void {}

  poll(): Farm1Output | undefined {
    return this.#outputs.shift();
  }

  deadline(): Deadline | undefined {
    return undefined;
  }

  #receiveAd(frame: AdFrame): void {
    const fault = this.#examine(frame.sequence);
    if (fault !== undefined) {
      this.#outputs.push({ type: 'discarded', fault });
      return;
    }
    this.#buffered += 1;
    this.#report = (this.#report + 1) & 0xff;
    this.#retransmit = false;
    this.#outputs.push({ type: 'accepted', frame });
  }

  /** Why a type-A frame is not accepted; the flags then say what the sender needs to know. */
  #examine(sequence: number): Fault | undefined {
    if (this.#lockout) return IN_LOCKOUT;
    const halfWindow = this.#options.windowFrames / 2;
    const ahead = stepsAhead(sequence, this.#report);
    if (ahead >= halfWindow && ahead < 256 - halfWindow) {
      this.#lockout = true;
      return OUTSIDE_WINDOW;
    }
    if (ahead >= 256 - halfWindow) return REPEATED;
    if (this.#wait) return NO_BUFFER;
    if (ahead > 0) {
      this.#retransmit = true;
      return GAP;
    }
    if (this.#buffered < this.#options.bufferFramesMax) return undefined;
    this.#retransmit = true;
    this.#wait = true;
    return NO_BUFFER;
  }

  #open(): void {
    this.#wait = false;
    this.#retransmit = false;
  }

  #countB(): void {
    this.#farmBCount = (this.#farmBCount + 1) & 3;
  }
}

const IN_LOCKOUT = new Fault('cop1', 'in-lockout', 'CCSDS 232.1-B-2 6.3');
const OUTSIDE_WINDOW = new Fault('cop1', 'outside-window', 'CCSDS 232.1-B-2 6.3');
const REPEATED = new Fault('cop1', 'repeated', 'CCSDS 232.1-B-2 6.3');
const GAP = new Fault('cop1', 'gap', 'CCSDS 232.1-B-2 6.3');
const NO_BUFFER = new Fault('cop1', 'no-buffer', 'CCSDS 232.1-B-2 6.3');
