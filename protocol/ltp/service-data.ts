/**
 * Several units of client services in one block, so that small bundles that wait together cost one
 * report and not one each. It is the block of client service 2 (service data aggregation).
 *
 *   | client service SDNV | length SDNV | the unit | and so on, to the end of the block |
 *
 * That each unit says whose it is, is CCSDS 734.1-B; that a length follows is this project's
 * reading, for there the receiver may have to find the end of a unit from the unit. So blocks are
 * aggregated only between two nodes of this kind (decision 0022).
 */
import { Fault } from '../fault.ts';
import { SdnvReader, sdnvOctets, writeSdnv } from './sdnv.ts';

/** What one client service sends another. */
export interface ServiceDataUnit {
  readonly clientService: number;
  /** A view. */
  readonly octets: Uint8Array;
}

/** Units in one block; whoever aggregates stops there. */
export const UNITS_MAX = 1_024;

/** More units than `UNITS_MAX`. */
export const UNITS_MANY = new Fault('ltp', 'units-many', 'CCSDS 734.1-B');

/** Octets that the unit takes in a block. */
export function serviceDataOctets({ clientService, octets }: ServiceDataUnit): number {
  return sdnvOctets(clientService) + sdnvOctets(octets.length) + octets.length;
}

/** A fresh block of the units, in order. */
export function encodeServiceData(units: readonly ServiceDataUnit[]): Uint8Array {
  let size = 0;
  // Bounded by the units given, as the next loop is.
  for (const unit of units) size += serviceDataOctets(unit);
  const block = new Uint8Array(size);
  let at = 0;
  for (const { clientService, octets } of units) {
    at = writeSdnv(octets.length, block, writeSdnv(clientService, block, at));
    block.set(octets, at);
    at += octets.length;
  }
  return block;
}

/** The units of a block, as views, in order; `ltp.truncated`, `sdnv-range` or `units-many`. */
export function decodeServiceData(block: Uint8Array): ServiceDataUnit[] | Fault {
  const reader = new SdnvReader(block);
  const units: ServiceDataUnit[] = [];
  // Bounded by UNITS_MAX.
  while (reader.left > 0 && reader.fault === undefined) {
    if (units.length === UNITS_MAX) reader.refuse(UNITS_MANY);
    units.push({ clientService: reader.sdnv(), octets: reader.view(reader.sdnv()) });
  }
  return reader.fault ?? units;
}
