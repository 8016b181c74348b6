import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { AeadKey } from '#protocol/crypto/ports.ts';
import type { Fault } from '#protocol/fault.ts';
import {
  COUNTER_RANGE,
  FRAME_AUTH,
  IV_FIXED,
  LIMIT_FRAMES,
  LIMIT_OCTETS,
  REPLAY,
} from '#protocol/session/faults.ts';
import { ReceiveKey, SendKey } from '#protocol/session/keys.ts';

const FIXED = fromHex('bbb8ed01');
const AAD = fromHex('c01010200032820000');
const DATA = fromHex('0102030405');
const NOTHING = new Uint8Array(0);

describe('a pair of keys', () => {
  it('opens what was sealed, and each frame once', () => {
    const { sender, receiver } = keys();
    for (const counter of [1, 2, 3]) {
      const { iv, sealed } = seal(sender);
      expect(toHex(iv)).toBe(`bbb8ed01000000000000000${counter}`);
      expect(receiver.open(iv, AAD, sealed)).toEqual(DATA);
      expect(receiver.open(iv, AAD, sealed)).toBe(REPLAY);
    }
  });

  it('refuses a changed frame and still opens the true one (A05)', () => {
    const { sender, receiver } = keys();
    const { iv, sealed } = seal(sender);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = sealed.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(receiver.open(iv, AAD, changed)).toBe(FRAME_AUTH);
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(receiver.open(iv, AAD, sealed.subarray(0, length))).toBe(FRAME_AUTH);
    }
    expect(receiver.open(iv, AAD.subarray(1), sealed)).toBe(FRAME_AUTH);
    expect(receiver.open(iv, AAD, sealed)).toEqual(DATA);
  });

  it('refuses every changed IV with the reason that LS-904 puts first', () => {
    const { sender, receiver } = keys();
    const { iv, sealed } = seal(sender);
    for (let bit = 0; bit < 96; bit++) {
      const changed = iv.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const counter = new DataView(changed.buffer).getBigUint64(4);
      const inRange = counter >= 1n && counter <= 1n << 22n;
      const reason = bit < 32 ? IV_FIXED : inRange ? FRAME_AUTH : COUNTER_RANGE;
      expect(receiver.open(changed, AAD, sealed), `bit ${bit}`).toBe(reason);
    }
    expect(receiver.open(iv, AAD, sealed)).toEqual(DATA);
  });

  it('opens nothing that travels the other way (A29)', () => {
    const { sender, receiver } = keys();
    const other = new ReceiveKey(2, nativeProvider.aead.key(new Uint8Array(32)), FIXED);
    const { iv, sealed } = seal(sender);
    expect(other.open(iv, AAD, sealed)).toBe(FRAME_AUTH);
    expect(receiver.open(iv, AAD, sealed)).toEqual(DATA);
  });
});

describe('a send key at its limits (A23)', () => {
  it('seals 2^22 frames, with counters that never repeat, and then no more', () => {
    const counters = new CountingKey();
    const sender = new SendKey(1, counters, FIXED);
    const out = new Uint8Array(28);
    for (let frame = 0; frame < 2 ** 22; frame++) {
      if (sender.seal(NOTHING, NOTHING, out, 0, 12) !== undefined) throw new Error(`${frame}`);
    }
    expect(counters.inOrder).toBe(2 ** 22);
    for (let more = 0; more < 3; more++) {
      expect(sender.seal(NOTHING, NOTHING, out, 0, 12)).toBe(LIMIT_FRAMES);
    }
    expect(counters.inOrder).toBe(2 ** 22);
  });

  it('seals 2^36 octets and then no more', () => {
    const counters = new CountingKey();
    const sender = new SendKey(1, counters, FIXED);
    const out = new Uint8Array(28);
    const chunk = new Uint8Array(2 ** 26);
    for (let count = 0; count < 2 ** 10; count++) {
      expect(sender.seal(NOTHING, chunk, out, 0, 12)).toBeUndefined();
    }
    expect(sender.seal(AAD, NOTHING, out, 0, 12)).toBe(LIMIT_OCTETS);
    expect(sender.seal(NOTHING, NOTHING, out, 0, 12)).toBe(LIMIT_OCTETS);
    expect(counters.inOrder).toBe(2 ** 10);
  });

  it('burns the counter of a seal that failed (LS-902)', () => {
    const counters = new CountingKey();
    const sender = new SendKey(1, counters, FIXED);
    counters.fails = true;
    expect(() => sender.seal(AAD, DATA, new Uint8Array(64), 0, 12)).toThrow('provider');
    counters.fails = false;
    const out = new Uint8Array(64);
    sender.seal(AAD, DATA, out, 0, 12);
    expect(out[11]).toBe(2);
  });
});

function keys() {
  const octets = fromHex('f4e2427eccd63c5cf8adfe44c0bc1364350d85e60688167b4415c377ded5f21d');
  return {
    sender: new SendKey(512, nativeProvider.aead.key(octets), FIXED),
    receiver: new ReceiveKey(512, nativeProvider.aead.key(octets), FIXED),
  };
}

function seal(sender: SendKey): { iv: Uint8Array; sealed: Uint8Array } {
  const out = new Uint8Array(12 + DATA.length + 16);
  expect(sender.seal(AAD, DATA, out, 0, 12)).toBeUndefined();
  return { iv: out.subarray(0, 12), sealed: out.subarray(12) };
}

/** Counts the IVs that come in order, beginning with 1. */
class CountingKey implements AeadKey {
  inOrder = 0;
  fails = false;

  seal(iv: Uint8Array): void {
    if (this.fails) throw new Error('provider');
    const counter = new DataView(iv.buffer).getUint32(8);
    if (counter === this.inOrder + 1) this.inOrder++;
  }

  open(): Fault {
    throw new Error('not used');
  }
}
