/**
 * The book's default authentication masks, which ground systems use. Of the header only VCID, MAP
 * ID and TC segment header are authenticated; of the security header everything but the IV. SCID,
 * frame length, flags, counts, insert zone and secondary header are not: take no security decision
 * on them. Source: CCSDS 355.0-B-2 §4.2.2.6.2.
 */
import { type SecurityFields, SPI_OCTETS, securityHeaderOctets } from './sdls.ts';

/** The links that SDLS protects. */
export type ProtectedLink = 'tc' | 'tm' | 'aos' | 'uslp';

/**
 * The fresh mask of an association on such a link, whose frames have `prefixOctets` octets before
 * the security header: primary header, insert zone, secondary or segment header.
 */
export function defaultMask(
  link: ProtectedLink,
  prefixOctets: number,
  fields: SecurityFields,
): Uint8Array {
  const headerMask = HEADER_MASKS[link];
  const mask = new Uint8Array(prefixOctets + securityHeaderOctets(fields));
  // Bounded by the six octets of a header mask.
  for (let i = 0; i < headerMask.length && i < prefixOctets; i++) mask[i] = headerMask[i]!;
  mask.fill(0xff, prefixOctets);
  return mask.fill(0, prefixOctets + SPI_OCTETS, prefixOctets + SPI_OCTETS + fields.ivOctets);
}

/** From the first octet of the frame to the last that is not all masked out. */
const HEADER_MASKS: Record<ProtectedLink, readonly number[]> = {
  tc: [0x00, 0x00, 0xfc, 0x00, 0x00, 0xff],
  tm: [0x00, 0x0e],
  aos: [0x00, 0x3f],
  uslp: [0x00, 0x00, 0x07, 0xfe],
};
