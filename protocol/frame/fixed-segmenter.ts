/**
 * Cuts one SDU into transfer frame data fields of one fixed length: rule 001 for its start, 010 for
 * the rest. The pointer of the last one tells where the SDU ends; what is left of the zone is zero.
 * Source: CCSDS 732.1-B-3 §4.1.4.2.
 */
import { assert } from '../assert.ts';
import type { Segments } from './sdu-segmenter.ts';
import {
  POINTED_HEADER_OCTETS,
  POINTER_NONE,
  RULE_CONTINUED,
  RULE_START,
  writePointedHeader,
} from './tfdf.ts';

/** The segments of one SDU, in order. */
export class FixedSegmenter implements Segments {
  readonly #sdu: Uint8Array;
  readonly #upid: number;
  readonly #tfdf: Uint8Array;
  #at = 0;

  /** `sdu`: at least one octet, not changed until all have been taken. */
  constructor(sdu: Uint8Array, upid: number, tfdfOctets: number) {
    assert(sdu.length > 0, 'an SDU has octets');
    assert(tfdfOctets > POINTED_HEADER_OCTETS, 'a segment has room for an octet');
    this.#sdu = sdu;
    this.#upid = upid;
    this.#tfdf = new Uint8Array(tfdfOctets);
  }

  get done(): boolean {
    return this.#at === this.#sdu.length;
  }

  next(): Uint8Array | undefined {
    if (this.done) return undefined;
    const room = this.#tfdf.length - POINTED_HEADER_OCTETS;
    const octets = Math.min(room, this.#sdu.length - this.#at);
    const rule = this.#at === 0 ? RULE_START : RULE_CONTINUED;
    const isLast = this.#at + octets === this.#sdu.length;
    writePointedHeader(rule, this.#upid, isLast ? octets - 1 : POINTER_NONE, this.#tfdf, 0);
    this.#tfdf.set(this.#sdu.subarray(this.#at, this.#at + octets), POINTED_HEADER_OCTETS);
    this.#tfdf.fill(0, POINTED_HEADER_OCTETS + octets);
    this.#at += octets;
    return this.#tfdf;
  }
}
