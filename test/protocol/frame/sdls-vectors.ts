/** The protected frames of ccsds-sdls.json, and what both ends have agreed on about each. */
import { readFileSync } from 'node:fs';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { type AosFrame, decodeAosFrame } from '#protocol/frame/aos.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import type { AssociationParameters, ProtectedFrame } from '#protocol/frame/sdls.ts';
import { defaultMask, type ProtectedLink } from '#protocol/frame/sdls-mask.ts';
import { decodeTcFrame, type TcFrame } from '#protocol/frame/tc.ts';
import { decodeTmFrame, decodeTmHeader, type TmFrame } from '#protocol/frame/tm.ts';
import { decodeFrame, type TransferFrame } from '#protocol/frame/uslp.ts';
import { decodeTruncatedFrame, type TruncatedFrame } from '#protocol/frame/uslp-truncated.ts';

export const { vectors, bases } = JSON.parse(
  readFileSync(new URL('../../vectors/ccsds-sdls.json', import.meta.url), 'utf8'),
) as { vectors: SdlsVector[]; bases: Record<string, string> };

export type Decoded = (TmFrame | AosFrame | TcFrame | TransferFrame | TruncatedFrame) &
  ProtectedFrame;

export function decode(vector: SdlsVector, octets: Uint8Array): Decoded | Fault {
  const managed = managedOf(vector, octets);
  if (vector.link === 'tm') return decodeTmFrame(octets, managed);
  if (vector.link === 'aos') return decodeAosFrame(octets, managed);
  if (vector.link === 'tc') return decodeTcFrame(octets, managed);
  return vector.id === 'base-uslp-truncated-a'
    ? decodeTruncatedFrame(octets, managed)
    : decodeFrame(octets, managed);
}

/** What both ends have agreed on, for whichever link. */
export function managedOf({ link, layout }: SdlsVector, octets: Uint8Array) {
  const prefixOctets = layout?.primary_and_segment_header_octets ?? 6;
  const [a = 0, b = 0] = octets;
  const tm = decodeTmHeader(octets);
  const scids = {
    tm: tm instanceof Fault ? 0 : tm.scid,
    aos: ((a & 63) << 2) | (b >> 6),
    tc: ((a & 3) << 8) | b,
    uslp: 291,
  };
  const hasOcf = layout?.ocf_octets === 4;
  return {
    scid: scids[link],
    frameOctets: octets.length,
    frameOctetsMax: hasOcf ? octets.length : 1024,
    fixedLength: hasOcf,
    vcfCountOctets: prefixOctets - 7,
    insertZoneOctets: layout?.insert_zone_octets ?? 0,
    ocf: hasOcf,
    fecf: layout?.fecf !== 'none',
    headerErrorControl: prefixOctets === 8,
    segmentHeader: prefixOctets === 6,
  };
}

export function frameOf({ id, protected_frame, ...vector }: SdlsVector): Uint8Array {
  const { protected_frame_base: base, protected_frame_patch: patch } = vector;
  if (base === undefined) {
    const octets = fromHex(protected_frame!);
    if (WRONG_FECF.includes(id)) writeFecf(octets);
    return octets;
  }
  const octets = fromHex(bases[base]! + patch!.append);
  octets.set(fromHex(patch!.octets_6_7), 6);
  return octets;
}

export function associationOf({
  link,
  layout,
  auth_mask: mask,
}: SdlsVector): AssociationParameters {
  const fields = {
    ivOctets: layout?.iv_octets ?? 0,
    sequenceNumberOctets: layout?.sn_octets ?? 0,
    padLengthOctets: layout?.pad_length_octets ?? 0,
    macOctets: layout?.mac_octets ?? 0,
  };
  const prefixOctets =
    (layout?.primary_and_segment_header_octets ?? 0) + (layout?.insert_zone_octets ?? 0);
  const book = defaultMask(link, prefixOctets, fields);
  if (mask?.startsWith('355.0')) return { ...fields, mask: book };
  if (mask?.startsWith('all zeros')) return { ...fields, mask: book.fill(0) };
  if (mask?.startsWith('all ones')) return { ...fields, mask: book.fill(0xff) };
  return { ...fields, mask: undefined };
}

export interface SdlsVector {
  readonly id: string;
  readonly link: ProtectedLink;
  readonly expect: string;
  readonly algorithm?: string;
  readonly key?: string;
  readonly spi?: number;
  readonly iv?: string;
  readonly sequence_number?: string;
  readonly auth_mask?: string;
  readonly mac?: string;
  readonly receiver_state?: {
    readonly group?: string;
    readonly step?: number;
    readonly managed_iv?: string;
    readonly managed_iv_at_start?: string;
    readonly managed_sequence?: string;
    readonly window?: number;
  };
  readonly aad?: string;
  readonly masked_prefix?: string;
  readonly tfdf_plaintext?: string;
  readonly tfdf_plaintext_range?: string;
  readonly protected_frame?: string;
  readonly protected_frame_base?: string;
  readonly protected_frame_patch?: { readonly octets_6_7: string; readonly append: string };
  readonly layout?: {
    readonly primary_and_segment_header_octets: number;
    readonly insert_zone_octets: number;
    readonly iv_octets: number;
    readonly sn_octets: number;
    readonly pad_length_octets: number;
    readonly mac_octets: number;
    readonly ocf_octets: number;
    readonly fecf: 'crc16' | 'none';
  };
}

/** Their source checks no FECF in these, and sends a wrong one. */
const WRONG_FECF = ['tm-gcm-ones-iv16', 'tc-rej-spi-unknown'];
