/** Inputs for a decoder: noise, what is known to be good, and much between the two. */
import type { Dice } from './dice.ts';

const NOISE = 0.08;
const UNCHANGED = 0.02;
const NOISE_OCTETS_MAX = 300;
/** The longest input, so that splicing does not grow without end. */
const OCTETS_MAX = 20_000;

/** Octets that mean much: limits, CBOR heads of long and indefinite items, breaks, delimiters. */
const TELLING = [
  0x00, 0x01, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x3b, 0x5b, 0x5f, 0x7b, 0x7f, 0x80, 0x9b, 0x9f, 0xbb,
  0xbf, 0xc0, 0xd2, 0xe0, 0xe5, 0xf6, 0xf7, 0xfb, 0xfe, 0xff,
];

/** A fresh input made from one or two of `corpus`, which stay as they are. */
export function makeInput(dice: Dice, corpus: readonly Uint8Array[]): Uint8Array {
  if (corpus.length === 0 || dice.hits(NOISE)) return dice.octets(dice.below(NOISE_OCTETS_MAX));
  let octets: Uint8Array = dice.pick(corpus).slice();
  if (dice.hits(UNCHANGED)) return octets;
  do {
    octets = dice.pick(MUTATIONS)(octets, dice, corpus);
  } while (dice.hits(0.5));
  return octets.length > OCTETS_MAX ? octets.slice(0, OCTETS_MAX) : octets;
}

type Mutation = (octets: Uint8Array, dice: Dice, corpus: readonly Uint8Array[]) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  // One bit.
  (octets, dice) => {
    if (octets.length > 0) octets[dice.below(octets.length)]! ^= 1 << dice.below(8);
    return octets;
  },
  // One octet.
  (octets, dice) => {
    if (octets.length > 0) octets[dice.below(octets.length)] = dice.word();
    return octets;
  },
  (octets, dice) => {
    if (octets.length > 0) octets[dice.below(octets.length)] = dice.pick(TELLING);
    return octets;
  },
  // An integer of 2, 4 or 8 octets: all zeros, all ones, small, or one more or less than it was.
  (octets, dice) => {
    const size = dice.pick([2, 4, 8]);
    if (octets.length < size) return octets;
    const at = dice.below(octets.length - size + 1);
    const last = at + size - 1;
    const kind = dice.below(4);
    if (kind < 2) octets.fill(kind * 0xff, at, at + size);
    else if (kind === 2) octets.fill(0, at, last)[last] = dice.word();
    else octets[last]! += dice.hits(0.5) ? 1 : -1;
    return octets;
  },
  // Cut short, or made longer.
  (octets, dice) => octets.slice(0, dice.below(octets.length + 1)),
  (octets, dice) => joined(octets, dice.octets(1 + dice.below(64))),
  // A part left out, put in, or said twice.
  (octets, dice) => {
    const [from, to] = partOf(octets, dice);
    return joined(octets.subarray(0, from), octets.subarray(to));
  },
  (octets, dice) => {
    const at = dice.below(octets.length + 1);
    const noise = dice.octets(1 + dice.below(8));
    return joined(octets.subarray(0, at), noise, octets.subarray(at));
  },
  (octets, dice) => {
    const [from, to] = partOf(octets, dice);
    return joined(octets.subarray(0, to), octets.subarray(from));
  },
  // The start of this one and the end of another, or a part of the other over a part of this one.
  (octets, dice, corpus) => {
    const other = dice.pick(corpus);
    const [from] = partOf(octets, dice);
    return joined(octets.subarray(0, from), other.subarray(dice.below(other.length + 1)));
  },
  (octets, dice, corpus) => {
    const other = dice.pick(corpus);
    const [from, to] = partOf(other, dice);
    const part = other.subarray(from, Math.min(to, from + octets.length));
    octets.set(part, dice.below(octets.length - part.length + 1));
    return octets;
  },
];

function partOf(octets: Uint8Array, dice: Dice): [number, number] {
  const from = dice.below(octets.length + 1);
  return [from, from + dice.below(octets.length - from + 1)];
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
