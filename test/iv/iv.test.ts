import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { DH_ZERO } from '#protocol/crypto/faults.ts';
import { Dice } from '../fuzz/dice.ts';
import { IvLedger } from './iv-ledger.ts';
import { live } from './life.ts';
import { quickCurve } from './quick-curve.ts';
import { liveStatic } from './static-life.ts';

const LIVES = 100;

it('A24: no IV repeats under one key, whatever befalls two neighbours', () => {
  const ledger = new IvLedger();
  const provider = ledger.watch({ ...nativeProvider, curve: quickCurve });
  const sums = { kills: 0, restores: 0, clones: 0, contacts: 0, sessions: 0, frames: 0 };
  for (let n = 0; n < LIVES; n++) {
    const events = live(0, n, provider);
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += events[name];
  }
  // Enough has happened for the ledger to mean something.
  for (const [name, sum] of Object.entries(sums)) expect(sum, name).toBeGreaterThan(LIVES / 2);
  expect(ledger.seals).toBeGreaterThan(sums.sessions);
});

it('A24: no number comes again under a key that outlives the node', () => {
  const sums = { kills: 0, writes: 0, seals: 0, refusals: 0 };
  for (let n = 0; n < LIVES; n++) {
    const events = liveStatic(0, n, nativeProvider);
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += events[name];
  }
  for (const [name, sum] of Object.entries(sums)) expect(sum, name).toBeGreaterThan(LIVES);
});

it('is lived on curves that say what those of the platform say', () => {
  const { curve } = nativeProvider;
  for (let n = 0; n < 20; n++) {
    const dice = new Dice(`curves ${n}`);
    const [a, b, message] = [dice.octets(32), dice.octets(32), dice.octets(n)];
    const publicKey = curve.x25519Key(b).publicKey;
    expect(quickCurve.x25519Key(b).publicKey).toEqual(publicKey);
    expect(quickCurve.x25519Key(a).shared(publicKey)).toEqual(curve.x25519Key(a).shared(publicKey));
    expect(quickCurve.ed25519Key(a).publicKey).toEqual(curve.ed25519Key(a).publicKey);
    const signature = curve.ed25519Key(a).sign(message);
    expect(quickCurve.ed25519Key(a).sign(message)).toEqual(signature);
    for (const key of [curve.ed25519Key(a).publicKey, curve.ed25519Key(b).publicKey]) {
      const verdict = curve.ed25519Verify(key, message, signature);
      expect(quickCurve.ed25519Verify(key, message, signature)).toBe(verdict);
      expect(quickCurve.ed25519Verify(key, message, signature)).toBe(verdict);
    }
  }
  expect(quickCurve.x25519Key(new Uint8Array(32)).shared(new Uint8Array(32))).toBe(DH_ZERO);
});

describe('the ledger', () => {
  it('tells a pair that it knows from any other', () => {
    const ledger = new IvLedger();
    const iv = new Uint8Array(12);
    for (let key = 1; key <= 100; key++) {
      for (let count = 0; count < 200; count++) {
        iv[11] = count;
        ledger.note(key, iv);
      }
    }
    expect(ledger.seals).toBe(20_000);
    for (const key of [1, 50, 100]) expect(() => ledger.note(key, iv)).toThrow('before');
    iv[0] = 1;
    ledger.note(50, iv);
  });

  it('notes every seal of a provider, and knows a key by its octets', () => {
    const ledger = new IvLedger();
    const { aead } = ledger.watch(nativeProvider);
    const seal = (key: number, count: number) => {
      const out = new Uint8Array(17);
      const iv = new Uint8Array(12).fill(count);
      aead.key(new Uint8Array(32).fill(key)).seal(iv, new Uint8Array(0), out.slice(0, 1), out, 0);
    };
    seal(1, 1);
    seal(1, 2);
    seal(2, 1);
    expect([ledger.seals, ledger.keys]).toEqual([3, 2]);
    expect(() => seal(1, 2)).toThrow('before');
  });
});
