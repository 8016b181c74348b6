/**
 * A stream of octets over one virtual channel and MAP (rule 011): the frames' zones one after the
 * other, without borders. Where frames are missing, octets are; the virtual channel flags that and
 * the stream goes on. Source: CCSDS 732.1-B-3 §4.1.4.2.2 and §4.3.3.
 */
import { Fault } from '../fault.ts';
import type { MapService } from './map-demultiplexer.ts';
import { RULE_UNSUPPORTED, UPID_OTHER } from './sdu-reassembler.ts';
import { decodeTfdf, encodeTfdf, POINTER_NONE, RULE_OCTETS, UPID_OCTETS } from './tfdf.ts';

/** The octets of a stream as they come. After every `push` the owner calls `next` once. */
export class OctetStream implements MapService<Uint8Array> {
  #output: Uint8Array | Fault | undefined = undefined;

  /** Nothing is begun that could be lost. */
  interrupt(): void {}

  push(tfdf: Uint8Array): void {
    const decoded = decodeTfdf(tfdf);
    if (decoded instanceof Fault) this.#output = decoded;
    else if (decoded.rule !== RULE_OCTETS) this.#output = RULE_UNSUPPORTED;
    else if (decoded.upid !== UPID_OCTETS) this.#output = UPID_OTHER;
    else this.#output = decoded.zone.length > 0 ? decoded.zone : undefined;
  }

  next(): Uint8Array | Fault | undefined {
    const output = this.#output;
    this.#output = undefined;
    return output;
  }
}

/** A fresh TFDF with a piece of the stream, which is copied. */
export function encodeOctets(octets: Uint8Array): Uint8Array {
  return encodeTfdf({ rule: RULE_OCTETS, upid: UPID_OCTETS, pointer: POINTER_NONE, zone: octets });
}
