/**
 * The limits of a key at their full figures. Counting is what matters here, so the cipher is left
 * out; `npm run iv` goes as far with all of a link at work.
 */
import { describe, expect, it } from 'vitest';
import type { AeadKey } from '#protocol/crypto/ports.ts';
import { LIMIT_FRAMES, LIMIT_OCTETS } from '#protocol/session/faults.ts';
import { SendKey } from '#protocol/session/keys.ts';
import { LinkPair } from '../protocol/link/link-pair.ts';

const S = 1_000_000;
const FIXED = Uint8Array.of(1, 2, 3, 4);
const NOTHING = new Uint8Array(0);
const NO_CIPHER: AeadKey = { seal: () => {}, open: () => new Uint8Array(0), erase: () => {} };

describe('a sending key', () => {
  it('A23: seals 2^22 frames, is due from 2^20 on, and never comes to a counter again', () => {
    const key = new SendKey(300, NO_CIPHER, FIXED);
    const out = new Uint8Array(28);
    const view = new DataView(out.buffer);
    let wrong = 0;
    for (let frame = 1; frame <= 2 ** 22; frame++) {
      const fault = key.seal(NOTHING, NOTHING, out, 0, 12);
      const isRight = view.getUint32(4) === 0 && view.getUint32(8) === frame;
      if (fault !== undefined || !isRight || key.due !== frame >= 2 ** 20) wrong++;
    }
    expect(wrong).toBe(0);
    for (let n = 0; n < 1_000; n++) {
      expect(key.seal(NOTHING, NOTHING, out, 0, 12)).toBe(LIMIT_FRAMES);
    }
    expect(view.getUint32(8)).toBe(2 ** 22);
  });

  it('A23: seals 2^36 octets, is due from 2^34 on, and seals nothing beyond', () => {
    const key = new SendKey(300, NO_CIPHER, FIXED);
    const out = new Uint8Array(28);
    const plaintext = new Uint8Array(2 ** 16);
    let wrong = 0;
    for (let frame = 1; frame <= 2 ** 20 - 1; frame++) {
      const fault = key.seal(NOTHING, plaintext, out, 0, 12);
      if (fault !== undefined || key.due !== frame >= 2 ** 18) wrong++;
    }
    expect(wrong).toBe(0);
    // One octet too many is refused, and so is everything after it.
    expect(key.seal(Uint8Array.of(1), plaintext, out, 0, 12)).toBe(LIMIT_OCTETS);
    expect(key.seal(NOTHING, NOTHING, out, 0, 12)).toBe(LIMIT_OCTETS);
  });
});

describe('a link', () => {
  it('A23: that cannot renew its keys asks from 600 s on, and sends nothing from 3600 s on', () => {
    const pair = new LinkPair({ wire: { delayUs: 1_000 } });
    let isolated = false;
    const asked: number[] = [];
    const sealed: number[] = [];
    pair.tap = (_from, frame) => {
      const vcid = ((frame[2]! & 7) << 3) | (frame[3]! >> 5);
      if (vcid !== 62) {
        sealed.push(pair.now);
        return frame;
      }
      if (!isolated) return frame;
      asked.push(pair.now);
      return undefined;
    };
    pair.connect();
    pair.run(S);
    expect(pair.ends.every(({ link }) => link.secured)).toBe(true);
    isolated = true;
    // Bundles cross all the time, so that neither takes the other for dead.
    for (let second = 1; second < 3_700; second += 5) {
      pair.send(0, `a${second}`, Uint8Array.of(1));
      pair.send(1, `b${second}`, Uint8Array.of(2));
      pair.run(5 * S);
    }
    expect(asked[0]).toBeGreaterThanOrEqual(540 * S);
    expect(asked[0]).toBeLessThanOrEqual(662 * S);
    expect(sealed.at(-1)).toBeLessThanOrEqual(3_601 * S);
    expect(sealed.at(-1)).toBeGreaterThan(3_500 * S);
    expect(pair.ends.some(({ link }) => link.secured)).toBe(false);
  });
});
