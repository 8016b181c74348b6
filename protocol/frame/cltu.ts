/**
 * Command link transmission unit: how telecommand frames cross an uplink.
 *
 *   | eb90 | code blocks: 7 octets, then 1 of parity | c5c5c5c5c5c5c579 |
 *
 * Code: BCH (63,56), x^7 + x^6 + x^2 + 1, its seven parity bits inverted and a zero after them. The
 * decoder detects errors and corrects none. Frames may be randomised before they are coded.
 * Source: CCSDS 231.0-B-4 §3, 5 and 6.
 */
import { Fault } from '../fault.ts';

/** A fresh CLTU around `frames`, one or more frames in a row, padded with 0x55 to whole blocks. */
export function encodeCltu(frames: Uint8Array, randomized: boolean): Uint8Array {
  const blocks = Math.ceil(frames.length / INFORMATION_OCTETS);
  const cltu = new Uint8Array(START.length + blocks * BLOCK_OCTETS + TAIL.length).fill(FILL);
  const source = randomized ? randomizeTc(frames) : frames;
  cltu.set(START);
  // Bounded by the octets given.
  for (let block = 0; block < blocks; block++) {
    const at = START.length + block * BLOCK_OCTETS;
    const from = block * INFORMATION_OCTETS;
    cltu.set(source.subarray(from, from + INFORMATION_OCTETS), at);
    cltu[at + INFORMATION_OCTETS] = parityOctet(cltu, at);
  }
  cltu.set(TAIL, cltu.length - TAIL.length);
  return cltu;
}

/**
 * The fresh octets of all code blocks up to the first that is wrong, which the tail is by design:
 * frames as long as they say (`tcFrameOctets`), then fill. Or `frame.start-sequence`, `no-data`.
 */
export function decodeCltu(cltu: Uint8Array, randomized: boolean): Uint8Array | Fault {
  if (cltu[0] !== START[0] || cltu[1] !== START[1]) return START_SEQUENCE;
  const blocksMax = Math.floor((cltu.length - START.length) / BLOCK_OCTETS);
  const octets = new Uint8Array(blocksMax * INFORMATION_OCTETS);
  let length = 0;
  // Bounded by the octets given.
  for (let block = 0; block < blocksMax; block++) {
    const at = START.length + block * BLOCK_OCTETS;
    if (cltu[at + INFORMATION_OCTETS] !== parityOctet(cltu, at)) break;
    octets.set(cltu.subarray(at, at + INFORMATION_OCTETS), length);
    length += INFORMATION_OCTETS;
  }
  if (length === 0) return NO_DATA;
  const decoded = octets.subarray(0, length);
  return randomized ? randomizeTc(decoded) : decoded;
}

/** A fresh copy with the telecommand randomizer's sequence added, which undoes itself (§6). */
export function randomizeTc(octets: Uint8Array): Uint8Array {
  const randomized = octets.slice();
  let cells = 0xff;
  // Both loops are bounded by the octets given, eight bits each.
  for (let i = 0; i < randomized.length; i++) {
    let sequence = 0;
    for (let bit = 0; bit < 8; bit++) {
      sequence = (sequence << 1) | (cells >> 7);
      const next =
        (cells >> 7) ^ (cells >> 6) ^ (cells >> 5) ^ (cells >> 4) ^ (cells >> 3) ^ (cells >> 1);
      cells = ((cells << 1) & 0xff) | (next & 1);
    }
    randomized[i] = randomized[i]! ^ sequence;
  }
  return randomized;
}

/** The parity bits, inverted, of the seven octets from `at` on, and the zero that ends a block. */
function parityOctet(octets: Uint8Array, at: number): number {
  let parity = 0;
  // Bounded by seven octets of eight bits.
  for (let i = 0; i < INFORMATION_OCTETS; i++) {
    for (let bit = 7; bit >= 0; bit--) {
      const feedback = ((octets[at + i]! >> bit) ^ (parity >> 6)) & 1;
      parity = ((parity << 1) & 0x7f) ^ (feedback * GENERATOR);
    }
  }
  return (~parity & 0x7f) << 1;
}

const START: readonly number[] = [0xeb, 0x90];
const TAIL: readonly number[] = [0xc5, 0xc5, 0xc5, 0xc5, 0xc5, 0xc5, 0xc5, 0x79];
const FILL = 0x55;
const INFORMATION_OCTETS = 7;
const BLOCK_OCTETS = 8;
/** Without its highest term. */
const GENERATOR = 0b1000101;

const START_SEQUENCE = new Fault('frame', 'start-sequence', 'CCSDS 231.0-B-4 5.2.2');
const NO_DATA = new Fault('frame', 'no-data', 'CCSDS 231.0-B-4 5.2.3');
