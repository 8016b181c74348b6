import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { concat } from '#protocol/bytes/octets.ts';
import { TAG_FAULT } from '#protocol/crypto/faults.ts';
import { withKem } from '#protocol/crypto/ml-kem.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { cryptoProviderContract, SMALL_ORDER_KEYS } from '../../contracts/crypto-provider.ts';
import { forgeries } from '../../contracts/ed25519-forgeries.ts';

describe('the native provider', () => {
  cryptoProviderContract(withKem(nativeProvider));
});

describe('the native and the noble provider', () => {
  it('seal alike and open each other', () => {
    fc.assert(
      fc.property(octets(32), octets(12), any(64), any(300), (key, iv, aad, plaintext) => {
        const [native, noble] = [nativeProvider.aead.key(key), nobleProvider.aead.key(key)];
        const sealed = new Uint8Array(plaintext.length + 16);
        const other = new Uint8Array(plaintext.length + 16);
        native.seal(iv, aad, plaintext, sealed, 0);
        noble.seal(iv, aad, plaintext, other, 0);
        expect(sealed).toEqual(other);
        expect(native.open(iv, aad, sealed)).toEqual(plaintext);
        expect(noble.open(iv, aad, sealed)).toEqual(plaintext);
      }),
    );
  });

  it('refuse the same random octets', () => {
    fc.assert(
      fc.property(octets(32), octets(12), any(64), any(300), (key, iv, aad, sealed) => {
        for (const { aead } of [nativeProvider, nobleProvider]) {
          expect(aead.key(key).open(iv, aad, sealed)).toBe(TAG_FAULT);
        }
      }),
    );
  });

  it('agree on every X25519 public key and shared secret', () => {
    fc.assert(
      fc.property(octets(32), octets(32), (privateKey, publicKey) => {
        const native = nativeProvider.curve.x25519Key(privateKey);
        const noble = nobleProvider.curve.x25519Key(privateKey);
        expect(native.publicKey).toEqual(noble.publicKey);
        expect(native.shared(publicKey)).toEqual(noble.shared(publicKey));
      }),
      { numRuns: 50 },
    );
  });

  it('sign alike and give one verdict on changed signatures', () => {
    fc.assert(
      fc.property(octets(32), any(100), fc.nat(511 + 256), (seed, message, bit) => {
        const [native, noble] = [nativeProvider.curve, nobleProvider.curve];
        const { publicKey } = native.ed25519Key(seed);
        const signature = native.ed25519Key(seed).sign(message);
        const other = noble.ed25519Key(seed);
        expect(other.publicKey).toEqual(publicKey);
        expect(other.sign(message)).toEqual(signature);
        const changed = concat([signature, publicKey]);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        for (const { ed25519Verify } of [native, noble]) {
          expect(ed25519Verify(publicKey, message, signature)).toBe(true);
          expect(ed25519Verify(changed.subarray(64), message, changed.subarray(0, 64))).toBe(false);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('give one verdict on crafted signatures with small-order parts', () => {
    const verdicts = new Set<boolean>();
    for (const { publicKey, message, signature } of forgeries(SMALL_ORDER_KEYS)) {
      const verdict = nativeProvider.curve.ed25519Verify(publicKey, message, signature);
      expect(nobleProvider.curve.ed25519Verify(publicKey, message, signature)).toBe(verdict);
      verdicts.add(verdict);
    }
    expect(verdicts).toEqual(new Set([true, false]));
  });
});

function octets(count: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: count, maxLength: count });
}

function any(maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ maxLength });
}
