/**
 * One session of two whole links, with all of its cryptography, to the full figures of a key: new
 * keys are asked for at 2^20 frames and, since nobody answers, nothing is sealed beyond 2^22.
 */
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { Link } from '#protocol/link/link.ts';
import { SessionKeying } from '#protocol/link/session-keying.ts';
import { optionsOf } from '../protocol/link/link-pair.ts';

/** Frames sealed by the sender when it first asked for new keys, and when it fell silent. */
export interface FullSession {
  readonly askedAt: number;
  readonly sealed: number;
}

/** Runs the session. `tell` is called now and then with the frames sealed so far. */
export function runFullSession(
  provider: CryptoProvider,
  tell: (sealed: number) => void,
): FullSession {
  const links = ([0, 1] as const).map((side) => {
    const options = optionsOf(side, 9, 9_000_000, { provider });
    return new Link({ ...options, frameOctetsMax: 100 }, new SessionKeying(options));
  }) as [Link, Link];
  let now = 0;
  let isolated = false;
  let sealed = 0;
  let askedAt = 0;
  const drain = (from: 0 | 1): boolean => {
    const before = sealed;
    for (let output = links[from].poll(); output !== undefined; output = links[from].poll()) {
      if (output.kind !== 'transmit') continue;
      const isHandshake = vcidOf(output.frame) === HANDSHAKE_VCID;
      if (isHandshake && isolated) {
        if (from === 0 && askedAt === 0) askedAt = sealed;
        continue;
      }
      if (!isHandshake && from === 0) sealed++;
      const to = from === 0 ? 1 : 0;
      links[to].receive(now, output.frame);
      drain(to);
    }
    return sealed > before;
  };
  for (const [side, link] of links.entries()) {
    link.connect(now, { rateBps: 1e12, roundTripUs: 1_000, initiate: side === 0 });
  }
  drain(0);
  drain(1);
  if (!links.every(({ secured }) => secured)) throw new Error('the links are secured');
  isolated = true;
  let silence = 0;
  for (let turn = 0; silence < SILENCE_TURNS; turn++) {
    now += 100;
    if (turn % TURNS_PER_BUNDLE === 0) {
      links[0].send(now, { id: `${turn}`, octets: BUNDLE, trafficClass: 1 });
    }
    for (const [side, link] of links.entries()) {
      link.tick(now);
      silence = drain(side as 0 | 1) || side === 1 ? silence : silence + 1;
      if (side === 0 && sealed > 0 && links[0].secured) silence = 0;
    }
    if (turn % 1_000 === 0) tell(sealed);
  }
  return { askedAt, sealed };
}

function vcidOf(frame: Uint8Array): number {
  return ((frame[2]! & 7) << 3) | (frame[3]! >> 5);
}

const HANDSHAKE_VCID = 62;
const BUNDLE = new Uint8Array(100_000);
/** A bundle has some 1,900 frames, and a turn makes 256. */
const TURNS_PER_BUNDLE = 8;
/** Turns without a frame after which nothing more is to come. */
const SILENCE_TURNS = 10_000;
