import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { InvariantError } from '#protocol/assert.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { KEY_WRAP } from '#protocol/crypto/faults.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { wycheproof } from '../../contracts/wycheproof.ts';

describe.each([nobleProvider, nativeProvider])('AES key wrap by $name', ({ aead }) => {
  const { wrapKey, unwrapKey } = aead;

  it('gives every answer of RFC 3394 and RFC 9173 that it names', () => {
    const { vectors } = JSON.parse(readFileSync('test/vectors/aes-key-wrap.json', 'utf8'));
    expect(vectors).toHaveLength(5);
    for (const { id, kek, key, wrapped } of vectors) {
      expect(toHex(wrapKey(fromHex(kek), fromHex(key))), id).toBe(wrapped);
      expect(toHex(unwrapKey(fromHex(kek), fromHex(wrapped)) as Uint8Array), id).toBe(key);
    }
  });

  it('agrees with all 110 Wycheproof cases, and takes no key of 64 bits', () => {
    const cases = wycheproof('aes_wrap');
    expect(cases).toHaveLength(110);
    for (const { tcId, key, msg, ct, result } of cases) {
      const unwrapped = unwrapKey(fromHex(key!), fromHex(ct!));
      // Those of 64 bits are marked acceptable.
      if (result !== 'valid') {
        expect(unwrapped, `case ${tcId}`).toBe(KEY_WRAP);
        continue;
      }
      expect(toHex(unwrapped as Uint8Array), `case ${tcId}`).toBe(msg);
      expect(toHex(wrapKey(fromHex(key!), fromHex(msg!))), `case ${tcId}`).toBe(ct);
    }
  });

  it('refuses every flipped bit, and any octets of any length', () => {
    const kek = new Uint8Array(16).fill(1);
    const wrapped = wrapKey(kek, new Uint8Array(32).fill(2));
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const forged = wrapped.slice();
      forged[bit >> 3]! ^= 1 << (bit & 7);
      expect(unwrapKey(kek, forged)).toBe(KEY_WRAP);
    }
    fc.assert(fc.property(fc.uint8Array(), (octets) => unwrapKey(kek, octets) === KEY_WRAP));
  });

  it('leaves the key and what is wrapped as they were', () => {
    const kek = new Uint8Array(32).fill(1);
    const wrapped = wrapKey(kek, new Uint8Array(16).fill(2));
    const before = toHex(wrapped);
    unwrapKey(kek, wrapped);
    expect([toHex(wrapped), toHex(kek)]).toEqual([before, '01'.repeat(32)]);
  });

  it('asserts that our own keys are of a length that AES has', () => {
    for (const size of [0, 15, 33]) {
      const kek = new Uint8Array(size);
      expect(() => wrapKey(kek, new Uint8Array(16))).toThrow(InvariantError);
      expect(() => unwrapKey(kek, new Uint8Array(24))).toThrow(InvariantError);
    }
    expect(() => wrapKey(new Uint8Array(16), new Uint8Array(8))).toThrow(InvariantError);
  });
});
