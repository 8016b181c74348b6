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
import { Fault } from '../fault.ts';
import type { MapService } from './map-demultiplexer.ts';
import { type JoinerFaults, type Part, SegmentJoiner } from './segment-joiner.ts';
import {
  type ConstructionRule,
  decodeTfdf,
  POINTER_NONE,
  RULE_CONTINUED,
  RULE_FIRST,
  RULE_LAST,
  RULE_MIDDLE,
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

/** After every `push` the owner calls `next` until undefined. Bounded as its joiner is. */
export class SduReassembler implements MapService<Uint8Array> {
  readonly #upid: number;
  readonly #fixedLength: boolean;
  readonly #joiner: SegmentJoiner;

  constructor(options: ReassemblerOptions) {
    this.#upid = options.upid;
    this.#fixedLength = options.fixedLength;
    this.#joiner = new SegmentJoiner(options.sduOctetsMax, FAULTS);
  }

  /** Whether an SDU has started and not ended. */
  get collecting(): boolean {
    return this.#joiner.collecting;
  }

  /** Frames are missing before the next one: what was collected is lost. */
  interrupt(): void {
    this.#joiner.interrupt();
  }

  /** Takes the TFDF of the next frame received; the octets pass to the reassembler. */
  push(tfdf: Uint8Array): void {
    const decoded = decodeTfdf(tfdf);
    if (decoded instanceof Fault) {
      this.#joiner.lose(decoded);
      return;
    }
    const part = this.#fixedLength ? fixedPart(decoded) : variablePart(decoded.rule);
    if (part === undefined) this.#joiner.lose(RULE_UNSUPPORTED);
    else if (decoded.upid !== this.#upid) this.#joiner.lose(UPID_OTHER);
    else this.#joiner.take(part, this.#fixedLength ? validOf(decoded) : decoded.zone);
  }

  /**
   * The zone of a whole SDU (or of whole packets), whose octets belong to the taker; or the fault
   * by which something was lost; undefined when there is nothing more.
   */
  next(): Uint8Array | Fault | undefined {
    return this.#joiner.next();
  }
}

function variablePart(rule: ConstructionRule): Part | undefined {
  switch (rule) {
    case RULE_WHOLE:
      return 'whole';
    case RULE_FIRST:
      return 'first';
    case RULE_MIDDLE:
      return 'middle';
    case RULE_LAST:
      return 'last';
    default:
      return undefined;
  }
}

function fixedPart({ rule, pointer }: Tfdf): Part | undefined {
  const ends = pointer !== POINTER_NONE;
  if (rule === RULE_START) return ends ? 'whole' : 'first';
  if (rule === RULE_CONTINUED) return ends ? 'last' : 'middle';
  return undefined;
}

/** What of a zone of fixed length is the SDU's: all up to the last valid octet. */
function validOf({ pointer, zone }: Tfdf): Uint8Array {
  return pointer === POINTER_NONE ? zone : zone.subarray(0, pointer + 1);
}

/** A construction rule that the channel's zones cannot have. */
export const RULE_UNSUPPORTED = new Fault('frame', 'unsupported-rule', 'CCSDS 732.1-B-3 4.1.4.2.2');
/** The zone carries something else than its MAP does. */
export const UPID_OTHER = new Fault('frame', 'upid', 'CCSDS 732.1-B-3 4.1.4.2.3');
const FAULTS: JoinerFaults = {
  unfinished: new Fault('frame', 'segment-unfinished', 'CCSDS 732.1-B-3 4.1.4.2.2'),
  orphan: new Fault('frame', 'segment-orphan', 'CCSDS 732.1-B-3 4.1.4.2.2'),
  tooLong: new Fault('frame', 'sdu-too-long', 'CCSDS 732.1-B-3 5'),
};
