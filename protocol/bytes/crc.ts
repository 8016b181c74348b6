/**
 * The three cyclic redundancy checks of the stack, one table lookup an octet.
 *
 * | name        | polynomial | start    | reflected | final xor | of "123456789" |
 * |-------------|------------|----------|-----------|-----------|----------------|
 * | CRC-16-CCITT| 1021       | ffff     | no        | 0000      | 29b1           |
 * | CRC-16/X-25 | 1021       | ffff     | yes       | ffff      | 906e           |
 * | CRC-32C     | 1edc6f41   | ffffffff | yes       | ffffffff  | e3069283       |
 *
 * Each sums octets[start, end) and then `zeros` octets of zero: a BPv7 block is summed with its own
 * CRC field cleared, and that field comes last.
 */

/** The frame error control field of a transfer frame (CCSDS 732.1-B-3 annex B): 16 bits. */
export function crc16Ccitt(octets: Uint8Array, start = 0, end = octets.length): number {
  let crc = 0xffff;
  // Bounded by the octets given.
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ CCITT_TABLE[(crc >> 8) ^ octets[i]!]!;
  }
  return crc;
}

/** CRC type 1 of a BPv7 block (RFC 9171 §4.2.1): 16 bits. */
export function crc16X25(octets: Uint8Array, start = 0, end = octets.length, zeros = 0): number {
  let crc = 0xffff;
  // Both loops are bounded by the octets asked for.
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ X25_TABLE[(crc ^ octets[i]!) & 0xff]!;
  for (let i = 0; i < zeros; i++) crc = (crc >>> 8) ^ X25_TABLE[crc & 0xff]!;
  return crc ^ 0xffff;
}

/** CRC type 2 of a BPv7 block (RFC 9171 §4.2.1, RFC 9260 appendix A): 32 bits, unsigned. */
export function crc32c(octets: Uint8Array, start = 0, end = octets.length, zeros = 0): number {
  let crc = -1;
  // Both loops are bounded by the octets asked for.
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ CRC32C_TABLE[(crc ^ octets[i]!) & 0xff]!;
  for (let i = 0; i < zeros; i++) crc = (crc >>> 8) ^ CRC32C_TABLE[crc & 0xff]!;
  return ~crc >>> 0;
}

/** One octet shifted through a register whose first bit is the lowest. */
function reflectedTable(polynomial: number): Int32Array {
  const table = new Int32Array(256);
  for (let octet = 0; octet < 256; octet++) {
    let crc = octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    table[octet] = crc;
  }
  return table;
}

/** One octet shifted through a 16-bit register whose first bit is the highest. */
function forwardTable(polynomial: number): Uint16Array {
  const table = new Uint16Array(256);
  for (let octet = 0; octet < 256; octet++) {
    let crc = octet << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1;
    table[octet] = crc;
  }
  return table;
}

const CCITT_TABLE = forwardTable(0x1021);
const X25_TABLE = reflectedTable(0x8408);
const CRC32C_TABLE = reflectedTable(0x82f63b78);
