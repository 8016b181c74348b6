/**
 * The two pseudo-randomizers of telemetry: a fixed bit sequence that is added to every coded block,
 * so that the channel sees enough bit transitions. It starts afresh with each block.
 *
 *   long   x^17 + x^14 + 1             131071 bits   1c 71 b9 1b a9 …   the default
 *   short  x^8 + x^7 + x^5 + x^3 + 1      255 bits   ff 48 0e c0 9a …   legacy
 *
 * Source: CCSDS 131.0-B-5 §10.4.
 */
import { assert } from '../assert.ts';

/** Which sequence a channel uses. */
export type Randomizer = 'long' | 'short';

/**
 * Adds the sequence to `octets`, in place, the first octet to the first. Doing it twice changes
 * nothing. At most 65536 octets, the longest transfer frame.
 */
export function randomize(octets: Uint8Array, randomizer: Randomizer): void {
  assert(octets.length <= OCTETS_MAX, 'a block is no longer than the sequence');
  const sequence = sequenceOf(randomizer);
  // Bounded by the octets given.
  for (let i = 0; i < octets.length; i++) octets[i] = octets[i]! ^ sequence[i]!;
}

/** Made at first use: few links are coded, and the sequence is as long as the longest frame. */
function sequenceOf(randomizer: Randomizer): Uint8Array {
  const { degree, taps, seed } = REGISTERS[randomizer];
  SEQUENCES[randomizer] ??= makeSequence(degree, taps, seed);
  return SEQUENCES[randomizer];
}

/**
 * The octets of b[n + degree] = the sum of b[n + tap]. The square of a binary polynomial f(x) is
 * f(x²), so f(x)^8 is f(x^8), and octets follow the same rule as the bits they are made of.
 */
function makeSequence(degree: number, taps: readonly number[], seed: number): Uint8Array {
  const bits = Array.from({ length: degree }, (_, n) => (seed >> n) & 1);
  for (let n = 0; n < 7 * degree; n++)
    bits.push(taps.reduce((sum, tap) => sum ^ bits[n + tap]!, 0));
  const octets = new Uint8Array(OCTETS_MAX);
  for (let n = 0; n < 8 * degree; n++) octets[n >> 3]! |= bits[n]! << (7 - (n & 7));
  for (let k = 0; k < OCTETS_MAX - degree; k++) {
    for (const tap of taps) octets[k + degree]! ^= octets[k + tap]!;
  }
  return octets;
}

const OCTETS_MAX = 65536;
/** The lowest bit of a seed is the first of the sequence. */
const REGISTERS = {
  long: { degree: 17, taps: [0, 14], seed: 0b11000111000111000 },
  short: { degree: 8, taps: [0, 3, 5, 7], seed: 0b11111111 },
} as const;
const SEQUENCES: { [randomizer in Randomizer]?: Uint8Array } = {};
