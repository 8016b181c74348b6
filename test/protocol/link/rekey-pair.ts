/** Two secured links, and what the tests of rekeys ask about them. */
import { assert } from '#protocol/assert.ts';
import { writeFecf } from '#protocol/frame/fecf.ts';
import { LinkPair, type PairOptions } from './link-pair.ts';

const S = 1_000_000;

/** A pair with both ends secured. */
export function securedPair(options: PairOptions = {}): LinkPair {
  const pair = new LinkPair(options);
  pair.connect();
  const secured = () => pair.ends.every(({ link }) => link.secured);
  assert(pair.run(60 * S, secured), 'a first contact takes less than a minute');
  return pair;
}

/** A protected frame of the first end, which also arrives. */
export function capture(pair: LinkPair): Uint8Array {
  let captured: Uint8Array | undefined;
  pair.tap = (from, frame) => {
    if (from === 0 && vcidOf(frame) < 4) captured = frame.slice();
    return frame;
  };
  pair.send(0, 'captured', new Uint8Array(100));
  pair.run(100_000);
  pair.tap = (_from, octets) => octets;
  return captured!;
}

/** A copy with other octets and a good checksum. */
export function changed(frame: Uint8Array, change: (octets: Uint8Array) => void): Uint8Array {
  const octets = frame.slice();
  change(octets);
  writeFecf(octets);
  return octets;
}

/** The virtual channel of a frame. */
export function vcidOf(frame: Uint8Array): number {
  return ((frame[2]! & 7) << 3) | (frame[3]! >> 5);
}

/** The type of the handshake message that a frame carries whole. */
export function typeIn(frame: Uint8Array): number | undefined {
  return vcidOf(frame) === 62 ? frame[11] : undefined;
}

/** The session on which each end sends. */
export function idsOf(pair: LinkPair): (string | undefined)[] {
  return ([0, 1] as const).map((end) => operational(pair, end)[0]?.sessionId);
}

/** What an end sends on. */
export function operational(pair: LinkPair, end: 0 | 1) {
  const { associations } = pair.ends[end].link.snapshot();
  return associations.filter(
    ({ direction, state }) => direction === 'sending' && state === 'operational',
  );
}
