import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { hkdfSha512, hmacSha512, sha256, sha512 } from '#protocol/crypto/hash.ts';
import { wycheproof } from '../../contracts/wycheproof.ts';

describe('HMAC-SHA-512', () => {
  it('agrees with all 174 Wycheproof cases', () => {
    const cases = wycheproof('hmac_sha512');
    expect(cases).toHaveLength(174);
    for (const { tcId, key, msg, tag, tagSize, result } of cases) {
      const mac = toHex(hmacSha512(fromHex(key!), fromHex(msg!))).slice(0, tagSize! / 4);
      expect(mac === tag, `case ${tcId}`).toBe(result === 'valid');
    }
  });

  it('reads its parts as one octet string', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.uint8Array()), (key, parts) => {
        const expected = createHmac('sha512', key).update(Buffer.concat(parts)).digest('hex');
        expect(toHex(hmacSha512(key, ...parts))).toBe(expected);
      }),
    );
  });
});

describe('HKDF-SHA-512', () => {
  it('agrees with all 83 Wycheproof cases', () => {
    const cases = wycheproof('hkdf_sha512');
    expect(cases).toHaveLength(83);
    for (const { tcId, ikm, salt, info, size, okm, result } of cases) {
      const derive = () => hkdfSha512(fromHex(salt!), fromHex(ikm!), fromHex(info!), size!);
      if (result === 'invalid') expect(derive, `case ${tcId}`).toThrow();
      else expect(toHex(derive()), `case ${tcId}`).toBe(okm);
    }
  });
});

describe('SHA-2', () => {
  it('agrees with the platform on any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (octets) => {
        expect(toHex(sha256(octets))).toBe(createHash('sha256').update(octets).digest('hex'));
        expect(toHex(sha512(octets))).toBe(createHash('sha512').update(octets).digest('hex'));
      }),
    );
  });
});
