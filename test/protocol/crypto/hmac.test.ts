import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { hmacOf } from '#protocol/crypto/hmac.ts';
import { wycheproof } from '../../contracts/wycheproof.ts';

describe.each(['256', '384', '512'] as const)('HMAC-SHA-%s', (size) => {
  it('agrees with all 174 Wycheproof cases', () => {
    const cases = wycheproof(`hmac_sha${size}`);
    expect(cases).toHaveLength(174);
    for (const { tcId, key, msg, tag, tagSize, result } of cases) {
      const mac = toHex(hmacOf(`hmac-sha${size}`, fromHex(key!), [fromHex(msg!)]));
      expect(mac.slice(0, tagSize! / 4) === tag, `case ${tcId}`).toBe(result === 'valid');
    }
  });

  it('reads its parts as one octet string', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.uint8Array()), (key, parts) => {
        const hmac = createHmac(`sha${size}`, key).update(Buffer.concat(parts));
        expect(toHex(hmacOf(`hmac-sha${size}`, key, parts))).toBe(hmac.digest('hex'));
      }),
    );
  });
});
