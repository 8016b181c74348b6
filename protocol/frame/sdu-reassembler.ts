/**
 * Joins the data zones of one virtual channel and MAP into SDUs again. In zones of variable length
 * the rule tells which part of an SDU a zone holds; in zones of fixed length the rule tells whether
 * it starts there, and the pointer where it ends:
 *
 *   |          | first and more to come | neither  | last       | whole      |
 *   | variable | 100                    | 101      | 110        | 111        |
 *   | fixed    | 001, ffff              | 010, ffff| 010, place | 001, place |
 *
 * Missing frames, or an SDU that grows too long, drop the part already collected; what is left of
 * that SDU is then dropped without a further fault. Source: CCSDS 732.1-B-3 §4.1.4.2, §4.3.2.3.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import type { MapService } from './map-demultiplexer.ts';
import {
  type ConstructionRule,
  decodeTfdf,
  POINTER_NONE,
  RULE_CONTINUED,
  RULE_FIRST,
  RULE_LAST,
  RULE_MIDDLE,
  RULE_PACKETS,
  RULE_START,
  RULE_WHOLE,
  type Tfdf,
} from './tfdf.ts';

/** What one channel carries and how much of it may wait. */
export interface ReassemblerOptions {
  /** The only UPID accepted. */
  readonly upid: number;
  /** The longest SDU joined from segments, octets: the bound on memory. */
  readonly sduOctetsMax: number;
  /** Whether the zones are of fixed length. */
  readonly fixedLength: boolean;
}

/** After every `push` the owner calls `next` until undefined. */
export class SduReassembler implements MapService<Uint8Array> {
  readonly #upid: number;
  readonly #sduOctetsMax: number;
  readonly #fixedLength: boolean;
  /** `open` holds a first segment; `lost` waits for the next start. */
  #state: 'idle' | 'open' | 'lost' = 'idle';
  /** Bounded by sduOctetsMax; kept from SDU to SDU, so that it grows only to the longest seen. */
  #collected = new Uint8Array(0);
  #length = 0;
  /** Bounded by two: one push drops an unfinished SDU and completes another. */
  readonly #outputs: (Uint8Array | Fault)[] = [];

  constructor(options: ReassemblerOptions) {
    this.#upid = options.upid;
    this.#sduOctetsMax = options.sduOctetsMax;
    this.#fixedLength = options.fixedLength;
  }

  /** Frames are missing before the next one: what was collected is lost. */
  interrupt(): void {
    this.#state = 'lost';
  }

  /** Takes the TFDF of the next frame received; the octets pass to the reassembler. */
  push(tfdf: Uint8Array): void {
    assert(this.#outputs.length === 0, 'the outputs of the frame before have been taken');
    const decoded = decodeTfdf(tfdf);
    if (decoded instanceof Fault) {
      this.#lose(decoded);
      return;
    }
    const part = this.#fixedLength ? partOf(decoded) : decoded.rule;
    if (part < RULE_FIRST) this.#lose(RULE_UNSUPPORTED);
    else if (decoded.upid !== this.#upid) this.#lose(UPID_OTHER);
    else this.#take(part, this.#fixedLength ? validOf(decoded) : decoded.zone);
  }

  /**
   * The zone of a whole SDU (or of whole packets), whose octets belong to the taker; or the fault
   * by which something was lost; undefined when there is nothing more.
   */
  next(): Uint8Array | Fault | undefined {
    return this.#outputs.shift();
  }

  #take(rule: number, zone: Uint8Array): void {
    const starts = rule === RULE_WHOLE || rule === RULE_FIRST;
    if (starts) {
      if (this.#state === 'open') this.#lose(UNFINISHED);
      this.#state = 'idle';
      if (rule === RULE_WHOLE) {
        this.#outputs.push(zone);
        return;
      }
      this.#state = 'open';
      this.#length = 0;
    }
    if (this.#state === 'idle') this.#lose(ORPHAN);
    if (this.#state === 'lost') return;
    if (this.#length + zone.length > this.#sduOctetsMax) {
      this.#lose(TOO_LONG);
      return;
    }
    this.#append(zone);
    if (rule !== RULE_LAST) return;
    this.#outputs.push(this.#collected.slice(0, this.#length));
    this.#state = 'idle';
  }

  #append(zone: Uint8Array): void {
    const length = this.#length + zone.length;
    if (length > this.#collected.length) {
      const room = Math.min(Math.max(length, 2 * this.#collected.length), this.#sduOctetsMax);
      const grown = new Uint8Array(room);
      grown.set(this.#collected.subarray(0, this.#length));
      this.#collected = grown;
    }
    this.#collected.set(zone, this.#length);
    this.#length = length;
  }

  #lose(fault: Fault): void {
    this.#state = 'lost';
    this.#outputs.push(fault);
  }
}

/** The rule that a zone of fixed length would have in a frame of variable length. */
function partOf({ rule, pointer }: Tfdf): ConstructionRule {
  const ends = pointer !== POINTER_NONE;
  if (rule === RULE_START) return ends ? RULE_WHOLE : RULE_FIRST;
  if (rule === RULE_CONTINUED) return ends ? RULE_LAST : RULE_MIDDLE;
  return RULE_PACKETS;
}

/** What of a zone of fixed length is the SDU's: all up to the last valid octet. */
function validOf({ pointer, zone }: Tfdf): Uint8Array {
  return pointer === POINTER_NONE ? zone : zone.subarray(0, pointer + 1);
}

/** A construction rule that the channel's zones cannot have. */
export const RULE_UNSUPPORTED = new Fault('frame', 'unsupported-rule', 'CCSDS 732.1-B-3 4.1.4.2.2');
/** The zone carries something else than its MAP does. */
export const UPID_OTHER = new Fault('frame', 'upid', 'CCSDS 732.1-B-3 4.1.4.2.3');
const UNFINISHED = new Fault('frame', 'segment-unfinished', 'CCSDS 732.1-B-3 4.1.4.2.2');
const ORPHAN = new Fault('frame', 'segment-orphan', 'CCSDS 732.1-B-3 4.1.4.2.2');
const TOO_LONG = new Fault('frame', 'sdu-too-long', 'CCSDS 732.1-B-3 5');
