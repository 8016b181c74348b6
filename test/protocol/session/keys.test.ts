import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { FRAME_AUTH, REPLAY, SA_STOPPED } from '#protocol/association/faults.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import type { AeadKey } from '#protocol/crypto/ports.ts';
import type { Fault } from '#protocol/fault.ts';
import {
  COUNTER_RANGE,
  IV_FIXED,
  LIMIT_FAILURES,
  LIMIT_FRAMES,
  LIMIT_OCTETS,
} from '#protocol/session/faults.ts';
import { ReceiveKey, SendKey } from '#protocol/session/keys.ts';
import { sessionLimits } from '#protocol/session/limits.ts';

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

  it('A05: refuses a changed frame and still opens the true one', () => {
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

  it('A29: opens nothing that travels the other way', () => {
    const { sender, receiver } = keys();
    const other = new ReceiveKey(2, nativeProvider.aead.key(new Uint8Array(32)), FIXED);
    const { iv, sealed } = seal(sender);
    expect(other.open(iv, AAD, sealed)).toBe(FRAME_AUTH);
    expect(receiver.open(iv, AAD, sealed)).toEqual(DATA);
  });
});

describe('A23: a send key at its limits', () => {
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

describe('keys with lowered limits', () => {
  it('A23: are due at the soft figure of frames and seal none beyond the hard one', () => {
    const { sender } = keys(sessionLimits({ frames: 3 }, { frames: 5 }));
    for (let frame = 1; frame <= 5; frame++) {
      seal(sender);
      expect(sender.due).toBe(frame >= 3);
      expect(sender.frames).toBe(frame);
    }
    expect(sender.seal(AAD, DATA, new Uint8Array(64), 0, 12)).toBe(LIMIT_FRAMES);
  });

  it('A23: are due at the soft figure of octets and seal none beyond the hard one', () => {
    const each = AAD.length + DATA.length;
    const { sender } = keys(sessionLimits({ octets: 2 * each }, { octets: 3 * each }));
    for (let frame = 1; frame <= 3; frame++) {
      seal(sender);
      expect(sender.due).toBe(frame >= 2);
    }
    expect(sender.seal(AAD, DATA, new Uint8Array(64), 0, 12)).toBe(LIMIT_OCTETS);
  });

  it('A23: receive no counter and no octet beyond the hard figures of the sender', () => {
    const each = AAD.length + DATA.length;
    const few = keys(sessionLimits({ frames: 1 }, { frames: 2 }));
    const short = keys(sessionLimits({ octets: 1 }, { octets: 2 * each }));
    const { sender } = keys();
    for (const frame of [1, 2, 3].map(() => seal(sender))) {
      const last = frame.iv[11] === 3;
      const open = (key: ReceiveKey) => key.open(frame.iv, AAD, frame.sealed);
      expect(open(few.receiver)).toEqual(last ? COUNTER_RANGE : DATA);
      expect(open(short.receiver)).toEqual(last ? LIMIT_OCTETS : DATA);
    }
    expect(few.receiver.frames).toBe(2);
  });

  it('A23: count failures, are due at the soft figure and open nothing at the hard one', () => {
    const { sender, receiver } = keys(sessionLimits({ failures: 2 }, { failures: 3 }));
    const { iv, sealed } = seal(sender);
    const bad = sealed.map((octet) => octet ^ 1);
    for (let failure = 1; failure <= 3; failure++) {
      expect(receiver.open(iv, AAD, bad)).toBe(FRAME_AUTH);
      expect(receiver.due).toBe(failure >= 2);
    }
    expect(receiver.open(iv, AAD, sealed)).toBe(LIMIT_FAILURES);
  });
});

describe('an erased key', () => {
  it('neither seals nor opens, and has let go of what it was given', () => {
    const { sender, receiver } = keys();
    const { iv, sealed } = seal(sender);
    sender.erase();
    receiver.erase();
    expect(sender.seal(AAD, DATA, new Uint8Array(64), 0, 12)).toBe(SA_STOPPED);
    expect(receiver.open(iv, AAD, sealed)).toBe(SA_STOPPED);
    const held = new CountingKey();
    new SendKey(1, held, FIXED).erase();
    expect(held.erased).toBe(true);
  });
});

describe('a strict receiver', () => {
  it('opens rising counters only', () => {
    const octets = new Uint8Array(32).fill(5);
    const sender = new SendKey(1, nativeProvider.aead.key(octets), FIXED);
    const key = nativeProvider.aead.key(octets);
    const receiver = new ReceiveKey(1, key, FIXED, sessionLimits({}), { kind: 'strict' });
    const [first, second] = [seal(sender), seal(sender)];
    expect(receiver.open(second.iv, AAD, second.sealed)).toEqual(DATA);
    expect(receiver.open(first.iv, AAD, first.sealed)).toBe(REPLAY);
  });
});

function keys(limits = sessionLimits({})) {
  const octets = fromHex('f4e2427eccd63c5cf8adfe44c0bc1364350d85e60688167b4415c377ded5f21d');
  return {
    sender: new SendKey(512, nativeProvider.aead.key(octets), FIXED, limits),
    receiver: new ReceiveKey(512, nativeProvider.aead.key(octets), FIXED, limits),
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
  erased = false;
  fails = false;

  seal(iv: Uint8Array): void {
    if (this.fails) throw new Error('provider');
    const counter = new DataView(iv.buffer).getUint32(8);
    if (counter === this.inOrder + 1) this.inOrder++;
  }

  open(): Fault {
    throw new Error('not used');
  }

  erase(): void {
    this.erased = true;
  }
}
