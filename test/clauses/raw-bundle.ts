/**
 * Bundles put together item by item in hexadecimal, so that each can be wrong in any place. None of
 * the project's writers is used; of its other code the CRCs are, which have known answers.
 */
import { crc16X25, crc32c } from '#protocol/bytes/crc.ts';
import { fromHex } from '#protocol/bytes/octets.ts';

/** An unsigned integer with the shortest head. */
export function uint(value: number | bigint): string {
  return head(0, BigInt(value));
}

/** A byte string. */
export function bytes(hex: string): string {
  return head(2, BigInt(hex.length / 2)) + hex;
}

/** A text string of ASCII. */
export function text(value: string): string {
  return head(3, BigInt(value.length)) + Buffer.from(value, 'latin1').toString('hex');
}

/** A definite array. */
export function array(...items: readonly string[]): string {
  return head(4, BigInt(items.length)) + items.join('');
}

/** `[2, [node, service]]`, or with an allocator in three elements. */
export function ipn(...numbers: readonly (number | bigint)[]): string {
  return array('02', array(...numbers.map(uint)));
}

/** `[1, text]`. */
export function dtn(ssp: string): string {
  return array('01', text(ssp));
}

export const NONE = '820100';

/** An array that ends with its CRC; the items name the CRC type themselves. */
export function sealed(crcType: 0 | 1 | 2, ...items: readonly string[]): string {
  if (crcType === 0) return array(...items);
  const open = array(...items, bytes('0000'.repeat(crcType)));
  return open.slice(0, -4 * crcType) + crcOf(open, crcType);
}

/** The CRC of a block, whatever stands in its last octets, in network order. */
export function crcOf(block: string, crcType: 1 | 2): string {
  const octets = fromHex(block);
  const sum = crcType === 1 ? crc16X25 : crc32c;
  const width = 2 * crcType;
  const crc = sum(octets, 0, octets.length - width, width);
  return crc.toString(16).padStart(4 * crcType, '0');
}

/** What a primary block says; each value is one item. */
export interface RawPrimary {
  readonly version?: string;
  readonly flags?: number | bigint;
  /** The item; the CRC itself is that of `crc`. */
  readonly crcType?: string;
  readonly crc?: 0 | 1 | 2;
  readonly destination?: string;
  readonly source?: string;
  readonly reportTo?: string;
  readonly timestamp?: string;
  readonly lifetime?: string;
  /** Offset and total length. */
  readonly fragment?: readonly string[];
}

/** From ipn:100.1 to ipn:200.1, whole, one hour, made at MADE_AT_MS. */
export function primary(more: RawPrimary = {}): string {
  const crc = more.crc ?? 1;
  return sealed(
    crc,
    more.version ?? '07',
    uint(more.flags ?? 0),
    more.crcType ?? uint(crc),
    more.destination ?? ipn(200, 1),
    more.source ?? ipn(100, 1),
    more.reportTo ?? ipn(900, 1),
    more.timestamp ?? array(uint(MADE_AT_MS), uint(nextSequence())),
    more.lifetime ?? uint(3_600_000),
    ...(more.fragment ?? []),
  );
}

/** A canonical block whose data is `data`. */
export function block(
  type: number | bigint,
  number: number | bigint,
  data: string,
  { flags = 0, crc = 0 }: { flags?: number | bigint; crc?: 0 | 1 | 2 } = {},
): string {
  return sealed(crc, uint(type), uint(number), uint(flags), uint(crc), bytes(data));
}

/** The payload block with these octets. */
export function payload(data = '68656c6c6f', options: { flags?: number; crc?: 0 | 1 | 2 } = {}) {
  return block(1, 1, data, options);
}

/** An indefinite array of these blocks. */
export function framed(...blocks: readonly string[]): string {
  return `9f${blocks.join('')}ff`;
}

/** DTN time of the bundles: that of the vectors. */
export const MADE_AT_MS = 755_533_838_904;

function head(major: number, value: bigint): string {
  const kind = major << 5;
  if (value < 24n) return hex(kind | Number(value), 1);
  const size = [1, 2, 4, 8].find((octets) => value < 1n << BigInt(8 * octets))!;
  return hex(kind | (24 + Math.log2(size)), 1) + hex(value, size);
}

function hex(value: number | bigint, octets: number): string {
  return value.toString(16).padStart(2 * octets, '0');
}

let sequence = 1_000;

/** No two bundles are one, unless a test says so. */
function nextSequence(): number {
  return sequence++;
}
