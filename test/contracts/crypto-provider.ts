/**
 * What every crypto provider owes, run over each of them: the Wycheproof cases (C2SP/wycheproof,
 * see test/vectors/wycheproof/README.md) and the rules of protocol/crypto/ports.ts.
 */
import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import {
  DH_ZERO,
  KEM_CIPHERTEXT,
  KEM_KEY,
  KEY_ERASED,
  TAG_FAULT,
} from '#protocol/crypto/faults.ts';
import type { CryptoProvider } from '#protocol/crypto/ports.ts';
import { selfTest } from '#protocol/crypto/self-test.ts';
import { Fault } from '#protocol/fault.ts';
import { wycheproof } from './wycheproof.ts';

export function cryptoProviderContract(provider: Required<CryptoProvider>): void {
  const { aead, curve, kem } = provider;
  const { cmac, decryptCbc } = aead;

  it('passes its self-test', () => {
    expect(selfTest(provider)).toBe(true);
  });

  describe('AES-256 beside GCM', () => {
    const key = fromHex('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4');
    const message = fromHex(
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
        '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
    );

    it.each([
      [0, '028962f61b7bf89efc6b551f4667d983'],
      [16, '28a7023f452e8f82bd4bf28d8c37c35c'],
      [40, 'aaf3d8f1de5640c232f5b169b9c911e6'],
      [64, 'e1992190549f6ed5696a2c056c315410'],
    ])('gives the CMAC of SP 800-38B D.3 over %i octets, however parted', (octets, code) => {
      for (const cut of [0, 1, 16, 33, octets]) {
        const parts = [message.subarray(0, Math.min(cut, octets)), message.subarray(cut, octets)];
        expect(toHex(cmac(key, parts))).toBe(code);
      }
    });

    it('decrypts the CBC of SP 800-38A F.2.6', () => {
      const iv = fromHex('000102030405060708090a0b0c0d0e0f');
      const blocks = fromHex(
        'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d' +
          '39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b',
      );
      expect(decryptCbc(key, iv, blocks)).toEqual(message);
    });
  });

  describe('AES-GCM', () => {
    const cases = wycheproof('aes_gcm').filter(
      ({ key, iv }) => [16, 32].includes(length(key)) && length(iv) >= 8 && length(iv) <= 16,
    );

    it('agrees with all 183 Wycheproof cases of an IV of 8 to 16 octets, under either key', () => {
      expect(cases).toHaveLength(183);
      for (const { tcId, key, iv, aad, msg, ct, tag, result } of cases) {
        const sealed = fromHex(`${ct}${tag}`);
        const aeadKey = aead.key(fromHex(key!));
        const opened = aeadKey.open(fromHex(iv!), fromHex(aad!), sealed);
        if (result === 'invalid') {
          expect(opened, `case ${tcId}`).toBe(TAG_FAULT);
          continue;
        }
        expect(toHex(opened as Uint8Array), `case ${tcId}`).toBe(msg);
        const out = new Uint8Array(sealed.length);
        aeadKey.seal(fromHex(iv!), fromHex(aad!), fromHex(msg!), out, 0);
        expect(toHex(out), `case ${tcId}`).toBe(`${ct}${tag}`);
      }
    });

    const key = aead.key(new Uint8Array(32).fill(7));
    const iv = new Uint8Array(12).fill(9);
    const aad = Uint8Array.of(1, 2, 3);

    it('writes only the sealed octets, from the offset on', () => {
      const out = new Uint8Array(40).fill(0xee);
      key.seal(iv, aad, Uint8Array.of(5, 6, 7, 8), out, 10);
      expect(out.subarray(0, 10).every((octet) => octet === 0xee)).toBe(true);
      expect(out.subarray(30).every((octet) => octet === 0xee)).toBe(true);
      expect(key.open(iv, aad, out.subarray(10, 30))).toEqual(Uint8Array.of(5, 6, 7, 8));
    });

    it('returns a plain array that shares no memory with its input', () => {
      const sealed = new Uint8Array(20);
      key.seal(iv, aad, Uint8Array.of(5, 6, 7, 8), sealed, 0);
      const opened = key.open(iv, aad, sealed) as Uint8Array;
      expect(Object.getPrototypeOf(opened)).toBe(Uint8Array.prototype);
      expect(opened.buffer).not.toBe(sealed.buffer);
    });

    it('refuses every truncation and every flipped bit', () => {
      const sealed = new Uint8Array(20);
      key.seal(iv, aad, Uint8Array.of(5, 6, 7, 8), sealed, 0);
      for (let size = 0; size < sealed.length; size++) {
        expect(key.open(iv, aad, sealed.subarray(0, size))).toBe(TAG_FAULT);
      }
      for (let bit = 0; bit < sealed.length * 8; bit++) {
        const forged = sealed.slice();
        forged[bit >> 3]! ^= 1 << (bit & 7);
        expect(key.open(iv, aad, forged)).toBe(TAG_FAULT);
      }
    });

    it('keeps its own copy of the key', () => {
      const octets = new Uint8Array(32).fill(7);
      const copied = aead.key(octets);
      octets.fill(0);
      const [one, two] = [new Uint8Array(17), new Uint8Array(17)];
      copied.seal(iv, aad, Uint8Array.of(1), one, 0);
      key.seal(iv, aad, Uint8Array.of(1), two, 0);
      expect(one).toEqual(two);
    });

    it('does nothing with a key that was erased', () => {
      const erased = aead.key(new Uint8Array(32));
      erased.erase();
      erased.erase();
      expect(() => erased.seal(iv, aad, aad, new Uint8Array(99), 0)).toThrow(InvariantError);
      expect(() => erased.open(iv, aad, new Uint8Array(19))).toThrow(InvariantError);
    });

    it('takes no other key and no other IV', () => {
      for (const size of [0, 15, 24, 31, 33]) {
        expect(() => aead.key(new Uint8Array(size))).toThrow(InvariantError);
      }
      for (const size of [0, 7, 17]) {
        const other = new Uint8Array(size);
        expect(() => key.seal(other, aad, aad, new Uint8Array(19), 0)).toThrow(InvariantError);
        expect(() => key.open(other, aad, new Uint8Array(19))).toThrow(InvariantError);
      }
    });
  });

  describe('X25519', () => {
    it('agrees with all 518 Wycheproof cases and refuses a zero secret', () => {
      const cases = wycheproof('x25519');
      expect(cases).toHaveLength(518);
      for (const test of cases) {
        const shared = curve.x25519Key(fromHex(test.private!)).shared(fromHex(test.public!));
        if (test.shared === ZERO) expect(shared, `case ${test.tcId}`).toBe(DH_ZERO);
        else expect(toHex(shared as Uint8Array), `case ${test.tcId}`).toBe(test.shared);
      }
    });

    it('keeps its own copy of the key, until that is erased', () => {
      const octets = new Uint8Array(32).fill(7);
      const [one, two] = [curve.x25519Key(octets), curve.x25519Key(octets)];
      octets.fill(0);
      const shared = one.shared(two.publicKey);
      expect(shared).toEqual(two.shared(one.publicKey));
      expect(one.shared(two.publicKey), 'the same again, fresh').not.toBe(shared);
      one.erase();
      one.erase();
      expect(one.shared(two.publicKey)).toBe(KEY_ERASED);
      expect(two.shared(one.publicKey), 'which the other does not feel').toEqual(shared);
    });

    it('takes no other key', () => {
      for (const size of [0, 31, 33]) {
        const other = new Uint8Array(size);
        expect(() => curve.x25519Key(other)).toThrow(InvariantError);
        expect(() => curve.x25519Key(new Uint8Array(32)).shared(other)).toThrow(InvariantError);
        expect(() => curve.ed25519Key(other)).toThrow(InvariantError);
      }
    });
  });

  describe('ML-KEM-768', () => {
    it('agrees with all 193 Wycheproof cases', () => {
      const cases = wycheproof('mlkem_768');
      expect(cases).toHaveLength(193);
      for (const { tcId, seed, ek, c, K, result } of cases) {
        if (length(seed) !== 64) {
          expect(() => kem.keyPair(fromHex(seed!)), `case ${tcId}`).toThrow(InvariantError);
          continue;
        }
        const { publicKey, privateKey } = kem.keyPair(fromHex(seed!));
        const shared = kem.decapsulate(privateKey, fromHex(c!));
        if (result === 'invalid') {
          expect(shared, `case ${tcId}`).toBe(KEM_CIPHERTEXT);
          continue;
        }
        expect(toHex(publicKey), `case ${tcId}`).toBe(ek);
        expect(toHex(shared as Uint8Array), `case ${tcId}`).toBe(K);
      }
    });

    it('agrees on a secret with itself, the same for the same seeds', () => {
      const { publicKey, privateKey } = kem.keyPair(new Uint8Array(64).fill(1));
      const made = [1, 2].map(() => kem.encapsulate(publicKey, new Uint8Array(32).fill(2)));
      expect(made[0]).toEqual(made[1]);
      const [first] = made;
      if (first === undefined || first instanceof Fault) throw new Error('encapsulated');
      expect([first.ciphertext.length, first.shared.length]).toEqual([1088, 32]);
      expect(kem.decapsulate(privateKey, first.ciphertext)).toEqual(first.shared);
      const damaged = first.ciphertext.slice();
      damaged[500]! ^= 1;
      expect(kem.decapsulate(privateKey, damaged)).not.toEqual(first.shared);
    });

    it('refuses a public key that is not reduced, or of another length (FIPS 203 7.2)', () => {
      const { publicKey } = kem.keyPair(new Uint8Array(64).fill(1));
      const seed = new Uint8Array(32);
      // Twelve bits of the first coefficient: 3329, the modulus, and 4095.
      for (const [low, high] of [
        [0x01, 0x0d],
        [0xff, 0x0f],
      ] as const) {
        const large = publicKey.slice();
        large[0] = low;
        large[1] = (large[1]! & 0xf0) | high;
        expect(kem.encapsulate(large, seed)).toBe(KEM_KEY);
      }
      const reduced = publicKey.slice();
      reduced[0] = 0;
      reduced[1] = (reduced[1]! & 0xf0) | 0x0d;
      expect(kem.encapsulate(reduced, seed)).not.toBe(KEM_KEY);
      for (const size of [0, 1183, 1185]) {
        expect(kem.encapsulate(new Uint8Array(size), seed)).toBe(KEM_KEY);
      }
    });
  });

  it('agrees with all Wycheproof cases of HMAC-SHA-512', () => {
    const cases = wycheproof('hmac_sha512');
    expect(cases.length).toBeGreaterThan(100);
    for (const { tcId, key, msg, tag, tagSize, result } of cases) {
      const code = provider.hmacSha512(fromHex(key!), fromHex(msg!));
      expect(Object.getPrototypeOf(code)).toBe(Uint8Array.prototype);
      const cut = toHex(code).slice(0, tagSize! / 4);
      expect(cut === tag, `case ${tcId}`).toBe(result === 'valid');
    }
  });

  describe('Ed25519', () => {
    it('agrees with all 151 Wycheproof cases', () => {
      const cases = wycheproof('ed25519');
      expect(cases).toHaveLength(151);
      for (const { tcId, pk, msg, sig, result } of cases) {
        const verdict = curve.ed25519Verify(fromHex(pk!), fromHex(msg!), fromHex(sig!));
        expect(verdict, `case ${tcId}`).toBe(result === 'valid');
      }
    });

    it('refuses every public key of small order, canonical or not', () => {
      // R and S are zero or the key itself: for some message the bare equation holds.
      for (const publicKey of SMALL_ORDER_KEYS) {
        for (let octet = 0; octet < 64; octet++) {
          for (const r of SMALL_ORDER_KEYS.slice(0, 4)) {
            const signature = concat([r, new Uint8Array(32)]);
            expect(curve.ed25519Verify(publicKey, Uint8Array.of(octet), signature)).toBe(false);
          }
        }
      }
    });

    it('leaves a public key as it is, even in a Buffer, whose slices share its octets', () => {
      for (let fill = 0; fill < 8; fill++) {
        const publicKey = Buffer.from(curve.ed25519Key(new Uint8Array(32).fill(fill)).publicKey);
        const before = toHex(publicKey);
        curve.ed25519Verify(publicKey, Uint8Array.of(1), new Uint8Array(64));
        expect(toHex(publicKey)).toBe(before);
      }
    });

    it('verifies what it signed, and nothing of another length', () => {
      const seed = new Uint8Array(32).fill(3);
      const message = Uint8Array.of(1, 2, 3);
      const key = curve.ed25519Key(seed);
      seed.fill(0);
      const { publicKey } = key;
      const signature = key.sign(message);
      expect(curve.ed25519Verify(publicKey, message, signature)).toBe(true);
      expect(curve.ed25519Verify(publicKey.subarray(1), message, signature)).toBe(false);
      expect(curve.ed25519Verify(publicKey, message, signature.subarray(1))).toBe(false);
      expect(curve.ed25519Verify(publicKey, message, concat([signature, ONE]))).toBe(false);
    });
  });

  it('returns plain arrays of the right size', () => {
    const seed = new Uint8Array(32).fill(3);
    const [agreeing, signing] = [curve.x25519Key(seed), curve.ed25519Key(seed)];
    const shared = agreeing.shared(agreeing.publicKey) as Uint8Array;
    const results = [agreeing.publicKey, shared, signing.publicKey];
    for (const octets of [...results, signing.sign(ONE)]) {
      expect(Object.getPrototypeOf(octets)).toBe(Uint8Array.prototype);
    }
    expect(results.map((octets) => octets.length)).toEqual([32, 32, 32]);
    expect(signing.sign(ONE)).toHaveLength(64);
  });
}

function length(hex: string | undefined): number {
  return hex!.length / 2;
}

const ONE = Uint8Array.of(1);
const ZERO = '00'.repeat(32);

/** Encodings of the points of order 1, 2, 4 and 8, with both signs, and of y + p where that fits. */
export const SMALL_ORDER_KEYS = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]
  .flatMap((hex) => [hex, `${hex.slice(0, 62)}${withSign(hex.slice(62))}`])
  .map(fromHex);

function withSign(lastOctet: string): string {
  return (Number.parseInt(lastOctet, 16) | 0x80).toString(16);
}
