/**
 * Joins the data zones of one virtual channel and MAP into SDUs again.
 *
 * A gap in the VCF count, or an SDU that grows too long, drops the part already collected; what is
 * left of that SDU is then dropped without a further fault. Source: CCSDS 732.1-B-3 §4.3.7.4.
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { decodeTfdf, RULE_FIRST, RULE_LAST, RULE_WHOLE } from './tfdf.ts';
import { followingCount } from './uslp.ts';

/** What one channel carries and how much of it may wait. */
export interface ReassemblerOptions {
  /** The only UPID accepted. */
  readonly upid: number;
  /** The longest SDU joined from segments, octets: the bound on memory. */
  readonly sduOctetsMax: number;
  /** 0 to 7; with 0 no gap can be seen. */
  readonly vcfCountOctets: number;
}

/** After every `push` the owner calls `next` until undefined. */
export class SduReassembler {
  readonly #upid: number;
  readonly #sduOctetsMax: number;
  readonly #vcfCountOctets: number;
  /** `open` holds a first segment; `lost` waits for the next start. */
  #state: 'idle' | 'open' | 'lost' = 'idle';
  #expectedCount: number | undefined = undefined;
  /** Bounded by sduOctetsMax; kept from SDU to SDU, so that it grows only to the longest seen. */
  #collected = new Uint8Array(0);
  #length = 0;
  /** Bounded by three: one push reports a gap, drops an unfinished SDU and completes another. */
  readonly #outputs: (Uint8Array | Fault)[] = [];

  constructor(options: ReassemblerOptions) {
    this.#upid = options.upid;
    this.#sduOctetsMax = options.sduOctetsMax;
    this.#vcfCountOctets = options.vcfCountOctets;
  }

  /** Takes the TFDF of the next frame received; the octets pass to the reassembler. */
  push(vcfCount: number, tfdf: Uint8Array): void {
    assert(this.#outputs.length === 0, 'the outputs of the frame before have been taken');
    const expected = this.#expectedCount;
    this.#expectedCount = followingCount(vcfCount, this.#vcfCountOctets);
    if (expected !== undefined && vcfCount !== expected) this.#lose(VCF_GAP);
    const decoded = decodeTfdf(tfdf);
    if (decoded instanceof Fault) this.#lose(decoded);
    else if (decoded.rule < RULE_FIRST) this.#lose(RULE);
    else if (decoded.upid !== this.#upid) this.#lose(UPID);
    else this.#take(decoded.rule, decoded.zone);
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

const RULE = new Fault('frame', 'unsupported-rule', 'CCSDS 732.1-B-3 4.1.4.2.2');
const VCF_GAP = new Fault('frame', 'vcf-gap', 'CCSDS 732.1-B-3 4.3.7.4');
const UPID = new Fault('frame', 'upid', 'CCSDS 732.1-B-3 4.1.4.2.3');
const UNFINISHED = new Fault('frame', 'segment-unfinished', 'CCSDS 732.1-B-3 4.1.4.2.2');
const ORPHAN = new Fault('frame', 'segment-orphan', 'CCSDS 732.1-B-3 4.1.4.2.2');
const TOO_LONG = new Fault('frame', 'sdu-too-long', 'CCSDS 732.1-B-3 5');
