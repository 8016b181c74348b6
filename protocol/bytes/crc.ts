/**
 * The three cyclic redundancy checks of the stack.
 *
 * | name        | polynomial | start    | reflected | final xor | of "123456789" |
 * |-------------|------------|----------|-----------|-----------|----------------|
 * | CRC-16-CCITT| 1021       | ffff     | no        | 0000      | 29b1           |
 * | CRC-16/X-25 | 1021       | ffff     | yes       | ffff      | 906e           |
 * | CRC-32C     | 1edc6f41   | ffffffff | yes       | ffffffff  | e3069283       |
 *
 * Each sums octets[start, end) and then `zeros` octets of zero: a BPv7 block is summed with its own
 * CRC field cleared, and that field comes last.
 *
 * Both checks of 16 bits divide by x^16 + x^12 + x^5 + 1. Over two elements the square of a sum is
 * the sum of the squares, so x^512 leaves the same as x^384 + x^160 + 1: a word of 32 bits may be
 * added to the words 4, 11 and 16 places after it, and then be left out. That needs no table and
 * takes words as they lie in memory, whatever the order of octets in a word or of bits in an octet.
 * Only the last 64 octets go through a table, one by one.
 */

/** The frame error control field of a transfer frame (CCSDS 732.1-B-3 annex B): 16 bits. */
export function crc16Ccitt(octets: Uint8Array, start = 0, end = octets.length): number {
  if (end - start <= REST_OCTETS) return shiftForward(0xffff, octets, start, end);
  fold(octets, start, end);
  return shiftForward(0, REST_AS_OCTETS, 0, REST_OCTETS);
}

/** CRC type 1 of a BPv7 block (RFC 9171 §4.2.1): 16 bits. */
export function crc16X25(octets: Uint8Array, start = 0, end = octets.length, zeros = 0): number {
  let crc: number;
  if (end - start <= REST_OCTETS) crc = shiftReflected(0xffff, octets, start, end);
  else {
    fold(octets, start, end);
    crc = shiftReflected(0, REST_AS_OCTETS, 0, REST_OCTETS);
  }
  // Bounded by the zeros asked for.
  for (let i = 0; i < zeros; i++) crc = (crc >>> 8) ^ X25_TABLE[crc & 0xff]!;
  return crc ^ 0xffff;
}

/** CRC type 2 of a BPv7 block (RFC 9171 §4.2.1, RFC 9260 appendix A): 32 bits, unsigned. */
export function crc32c(octets: Uint8Array, start = 0, end = octets.length, zeros = 0): number {
  let crc = -1;
  let at = start;
  // The three loops are bounded by the octets asked for. This one takes eight at once.
  for (; at + 8 <= end; at += 8) {
    crc ^= octets[at]! | (octets[at + 1]! << 8) | (octets[at + 2]! << 16) | (octets[at + 3]! << 24);
    crc =
      CRC32C_TABLES[0x700 | (crc & 0xff)]! ^
      CRC32C_TABLES[0x600 | ((crc >>> 8) & 0xff)]! ^
      CRC32C_TABLES[0x500 | ((crc >>> 16) & 0xff)]! ^
      CRC32C_TABLES[0x400 | (crc >>> 24)]! ^
      CRC32C_TABLES[0x300 | octets[at + 4]!]! ^
      CRC32C_TABLES[0x200 | octets[at + 5]!]! ^
      CRC32C_TABLES[0x100 | octets[at + 6]!]! ^
      CRC32C_TABLES[octets[at + 7]!]!;
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ CRC32C_TABLES[(crc ^ octets[at]!) & 0xff]!;
  for (let i = 0; i < zeros; i++) crc = (crc >>> 8) ^ CRC32C_TABLES[crc & 0xff]!;
  return ~crc >>> 0;
}

/**
 * Leaves in `REST` the 64 octets that check from a register of zeros as octets[start, end), which
 * are two or more, check from a register of ones.
 */
function fold(octets: Uint8Array, start: number, end: number): void {
  REST.fill(0);
  // The first piece may be a short one, but has the two octets to which the register is added.
  let size = ((end - start - 2) % PIECE_OCTETS) + 2;
  // Bounded by the octets given.
  for (let at = start; at < end; at += size, size = PIECE_OCTETS) {
    // Zeros before the first octet count for nothing.
    const dataAt = -size & (REST_OCTETS - 1);
    OCTETS.fill(0, 0, dataAt).set(octets.subarray(at, at + size), dataAt);
    if (at === start) {
      OCTETS[dataAt]! ^= 0xff;
      OCTETS[dataAt + 1]! ^= 0xff;
    }
    foldWords(WORDS, (dataAt + size) >> 2, REST);
  }
}

/**
 * Adds `rest` to the words that follow it, and they become the rest: one line a word. `count` is a
 * multiple of 16.
 */
// biome-ignore format: the pattern shows in columns.
function foldWords(words: Int32Array, count: number, rest: Int32Array): void {
  let r0 = rest[0]!, r1 = rest[1]!, r2 = rest[2]!, r3 = rest[3]!;
  let r4 = rest[4]!, r5 = rest[5]!, r6 = rest[6]!, r7 = rest[7]!;
  let r8 = rest[8]!, r9 = rest[9]!, r10 = rest[10]!, r11 = rest[11]!;
  let r12 = rest[12]!, r13 = rest[13]!, r14 = rest[14]!, r15 = rest[15]!;
  // Bounded by the words given.
  for (let i = 0; i < count; i += 16) {
    r4 ^= r0;   r11 ^= r0;  r0 ^= words[i]!;
    r5 ^= r1;   r12 ^= r1;  r1 ^= words[i + 1]!;
    r6 ^= r2;   r13 ^= r2;  r2 ^= words[i + 2]!;
    r7 ^= r3;   r14 ^= r3;  r3 ^= words[i + 3]!;
    r8 ^= r4;   r15 ^= r4;  r4 ^= words[i + 4]!;
    r9 ^= r5;   r0 ^= r5;   r5 ^= words[i + 5]!;
    r10 ^= r6;  r1 ^= r6;   r6 ^= words[i + 6]!;
    r11 ^= r7;  r2 ^= r7;   r7 ^= words[i + 7]!;
    r12 ^= r8;  r3 ^= r8;   r8 ^= words[i + 8]!;
    r13 ^= r9;  r4 ^= r9;   r9 ^= words[i + 9]!;
    r14 ^= r10; r5 ^= r10;  r10 ^= words[i + 10]!;
    r15 ^= r11; r6 ^= r11;  r11 ^= words[i + 11]!;
    r0 ^= r12;  r7 ^= r12;  r12 ^= words[i + 12]!;
    r1 ^= r13;  r8 ^= r13;  r13 ^= words[i + 13]!;
    r2 ^= r14;  r9 ^= r14;  r14 ^= words[i + 14]!;
    r3 ^= r15;  r10 ^= r15; r15 ^= words[i + 15]!;
  }
  rest[0] = r0; rest[1] = r1; rest[2] = r2; rest[3] = r3;
  rest[4] = r4; rest[5] = r5; rest[6] = r6; rest[7] = r7;
  rest[8] = r8; rest[9] = r9; rest[10] = r10; rest[11] = r11;
  rest[12] = r12; rest[13] = r13; rest[14] = r14; rest[15] = r15;
}

/** Through a register whose first bit is the highest. */
function shiftForward(register: number, octets: Uint8Array, start: number, end: number): number {
  let crc = register;
  // Bounded by the octets given.
  for (let i = start; i < end; i++) {
    crc = ((crc << 8) & 0xffff) ^ CCITT_TABLE[(crc >> 8) ^ octets[i]!]!;
  }
  return crc;
}

/** Through a register whose first bit is the lowest. */
function shiftReflected(register: number, octets: Uint8Array, start: number, end: number): number {
  let crc = register;
  // Bounded by the octets given.
  for (let i = start; i < end; i++) crc = (crc >>> 8) ^ X25_TABLE[(crc ^ octets[i]!) & 0xff]!;
  return crc;
}

/**
 * One octet, shifted through a register whose first bit is the lowest; in each further table, the
 * same with one more octet of zero after it.
 */
function reflectedTables(polynomial: number, count: number): Int32Array {
  const tables = new Int32Array(count * 256);
  for (let octet = 0; octet < 256; octet++) {
    let crc = octet;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[octet] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const crc = tables[i - 256]!;
    tables[i] = (crc >>> 8) ^ tables[crc & 0xff]!;
  }
  return tables;
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
const X25_TABLE = reflectedTables(0x8408, 1);
const CRC32C_TABLES = reflectedTables(0x82f63b78, 8);

const REST_OCTETS = 64;
/** Folded at once: few enough to stay close to the processor. */
const PIECE_OCTETS = 4096;
/** The 16 words to which everything before them has been added. Means nothing between two calls. */
const REST = new Int32Array(REST_OCTETS / 4);
const REST_AS_OCTETS = new Uint8Array(REST.buffer);
/** The piece that is being folded; it may be two octets longer than most. */
const WORDS = new Int32Array((PIECE_OCTETS + REST_OCTETS) / 4);
const OCTETS = new Uint8Array(WORDS.buffer);
