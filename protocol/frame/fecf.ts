/**
 * The frame error control field: a CRC-16 over the whole frame before it, its last two octets.
 * The same on every link. Source: CCSDS 732.1-B-3 §4.1.6 and annex B.
 */
import { crc16Ccitt } from '../bytes/crc.ts';

/** Octets of the field. */
export const FECF_OCTETS = 2;

/** Sets the last two octets of a frame whose other octets are in place. */
export function writeFecf(frame: Uint8Array): void {
  const fecfAt = frame.length - FECF_OCTETS;
  const fecf = crc16Ccitt(frame, 0, fecfAt);
  frame[fecfAt] = fecf >> 8;
  frame[fecfAt + 1] = fecf;
}

/** Whether a frame's last two octets are its FECF: the sum over both is zero. */
export function fecfHolds(frame: Uint8Array): boolean {
  return crc16Ccitt(frame) === 0;
}
