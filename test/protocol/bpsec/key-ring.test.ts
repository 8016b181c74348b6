import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { isKeyLength, KeyRing } from '#protocol/bpsec/key-ring.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import type { AeadKey } from '#protocol/crypto/ports.ts';
import { Counting } from './bpsec.ts';

const { wrapKey, unwrapKey } = nobleProvider.aead;
const KEK = new Uint8Array(16).fill(3);

describe('a key ring', () => {
  it('gives a key for its use and for no other', () => {
    const { keys } = ringOfThree();
    expect(keys.withMacKey('mac', undefined, toHex)).toBe('01'.repeat(20));
    expect(keys.withAeadKey('seal', undefined, 32, () => 'ran')).toBe('ran');
    const refused = { key: 'bpsec.key' };
    for (const name of ['seal', 'wrap', 'nobody']) {
      expect(keys.withMacKey(name, undefined, toHex)).toMatchObject(refused);
    }
    for (const name of ['mac', 'wrap', 'nobody']) {
      expect(keys.withAeadKey(name, undefined, 32, () => 'ran')).toMatchObject(refused);
    }
    expect(keys.withAeadKey('seal', undefined, 16, () => 'ran')).toMatchObject(refused);
    expect(keys.withSigningKey('seal', 32, toHex)).toMatchObject(refused);
    expect(keys.withSealingKey('mac', 32, () => 'ran')).toMatchObject(refused);
    expect(keys.withSealingKey('seal', 16, () => 'ran')).toMatchObject(refused);
  });

  it('unwraps what its key-encryption key wrapped, and erases it afterwards', () => {
    const { keys } = ringOfThree();
    const wrapped = wrapKey(KEK, new Uint8Array(32).fill(9));
    let seen: Uint8Array | undefined;
    const hex = keys.withMacKey('wrap', wrapped, (key) => {
      seen = key;
      return toHex(key);
    });
    expect(hex).toBe('09'.repeat(32));
    expect(seen).toEqual(new Uint8Array(32));
    let aead: AeadKey | undefined;
    keys.withAeadKey('wrap', wrapped, 32, (key) => {
      aead = key;
    });
    expect(() => aead!.open(new Uint8Array(12), KEK, new Uint8Array(16))).toThrow(InvariantError);
    expect(keys.withAeadKey('wrap', wrapped, 16, () => 'ran')).toMatchObject({ key: 'bpsec.key' });
    expect(keys.withMacKey('mac', wrapped, toHex)).toMatchObject({ key: 'bpsec.key' });
    wrapped[3]! ^= 1;
    expect(keys.withMacKey('wrap', wrapped, toHex)).toMatchObject({ key: 'crypto.key-wrap' });
  });

  it('unwraps nothing that is longer than a key', () => {
    const { keys } = ringOfThree();
    const longest = wrapKey(KEK, new Uint8Array(128).fill(9));
    expect(keys.withMacKey('wrap', longest, (key) => key.length)).toBe(128);
    const longer = wrapKey(KEK, new Uint8Array(136));
    expect(keys.withMacKey('wrap', longer, () => 'ran')).toMatchObject({ key: 'bpsec.key' });
  });

  it('makes a new key for every operation under a key-encryption key', () => {
    const { keys } = ringOfThree();
    const made = [1, 2].map(() =>
      keys.withSigningKey('wrap', 48, (key, wrapped) => [toHex(key), wrapped!] as const),
    );
    for (const each of made) {
      if (!Array.isArray(each)) throw new Error('no key');
      expect(toHex(unwrapKey(KEK, each[1]) as Uint8Array)).toBe(each[0]);
    }
    expect(made[0]).not.toEqual(made[1]);
  });

  it('gives every encryption under one key an IV of its own', () => {
    const { keys } = ringOfThree();
    const ivs = [1, 2, 3].map(() => keys.withSealingKey('seal', 32, ({ iv }) => toHex(iv)));
    expect(new Set(ivs).size).toBe(3);
  });

  it('keeps its own copy, and nothing after it is erased', () => {
    const { keys, mac } = ringOfThree();
    mac.fill(0xff);
    expect(keys.withMacKey('mac', undefined, toHex)).toBe('01'.repeat(20));
    keys.erase();
    expect(keys.withMacKey('mac', undefined, toHex)).toMatchObject({ key: 'bpsec.key' });
  });

  it('asserts names and lengths, which the configuration has checked', () => {
    const { keys, mac } = ringOfThree();
    expect(() => keys.add('mac', 'hmac', mac)).toThrow(InvariantError);
    expect(() => keys.add('short', 'aes-gcm', new Uint8Array(24))).toThrow(InvariantError);
    expect([0, 1, 128, 129].map((octets) => isKeyLength('hmac', octets))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    const lengths = [15, 16, 24, 32];
    expect(lengths.filter((octets) => isKeyLength('key-wrap', octets))).toEqual([16, 24, 32]);
    expect(lengths.filter((octets) => isKeyLength('aes-gcm', octets))).toEqual([16, 32]);
  });
});

function ringOfThree() {
  const keys = new KeyRing(nobleProvider.aead, new Counting());
  const mac = new Uint8Array(20).fill(1);
  keys.add('mac', 'hmac', mac);
  keys.add('seal', 'aes-gcm', new Uint8Array(32).fill(2));
  keys.add('wrap', 'key-wrap', KEK);
  return { keys, mac };
}
