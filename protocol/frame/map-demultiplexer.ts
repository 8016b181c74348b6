/**
 * The receiving side of one virtual channel: follows its frame count, and gives each data field to
 * the service of its MAP. The count belongs to the channel and not to a MAP: a missing frame may
 * have been of any MAP, so all of them drop what they have begun. Source: CCSDS 732.1-B-3 §4.3.4
 * (MAP demultiplexing), §4.3.5 (virtual channel reception), §4.3.7.4 (loss flag).
 */
import { assert } from '../assert.ts';
import { Fault } from '../fault.ts';
import { FrameCount } from './frame-count.ts';
import type { VcfCount } from './uslp.ts';

/** What becomes of the data fields of one MAP. After every `push` drain `next`. */
export interface MapService<Unit> {
  /** Frames are missing before the next one. */
  interrupt(): void;
  /** Takes the TFDF of the next frame received; the octets pass to the service. */
  push(tfdf: Uint8Array): void;
  /** The next whole unit; or the fault by which something was lost; or undefined. */
  next(): Unit | Fault | undefined;
}

/** After every `push` the owner calls `next` until undefined. Bounded as its services are. */
export class MapDemultiplexer<Unit> {
  readonly #count: FrameCount;
  /** By MAP ID; bounded by the sixteen that there are. */
  readonly #services: readonly (MapService<Unit> | undefined)[];
  #isGap = false;
  #service: MapService<Unit> | undefined = undefined;
  #isUnknown = false;

  /** `services`: by MAP ID. With a count of no octets no gap can be seen. */
  constructor(services: readonly (MapService<Unit> | undefined)[], vcfCountOctets: number) {
    assert(services.length <= MAPS_MAX, 'a MAP ID has four bits');
    this.#services = services;
    this.#count = new FrameCount(vcfCountOctets);
  }

  /** Takes the TFDF of the next frame received; the octets pass to the service of its MAP. */
  push(mapId: number, vcfCount: VcfCount, tfdf: Uint8Array): void {
    this.#isGap = this.#count.isGapBefore(vcfCount);
    // Bounded by sixteen.
    if (this.#isGap) for (const service of this.#services) service?.interrupt();
    this.#service = this.#services[mapId];
    this.#isUnknown = this.#service === undefined;
    this.#service?.push(tfdf);
  }

  /** The next whole unit of the MAP; or the fault by which something was lost; or undefined. */
  next(): Unit | Fault | undefined {
    if (this.#isGap) {
      this.#isGap = false;
      return GAP;
    }
    if (!this.#isUnknown) return this.#service?.next();
    this.#isUnknown = false;
    return MAP_UNKNOWN;
  }
}

const MAPS_MAX = 16;

const GAP = new Fault('frame', 'vcf-gap', 'CCSDS 732.1-B-3 4.3.7.4');
/** A MAP that the channel does not have; what it carries is discarded. */
export const MAP_UNKNOWN = new Fault('link', 'map-unknown', 'CCSDS 732.1-B-3 4.3.2.2.6');
