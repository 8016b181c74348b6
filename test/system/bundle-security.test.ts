import { expect, it } from 'vitest';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { KeyRing } from '#protocol/bpsec/key-ring.ts';
import { bytesOf } from '#protocol/bpsec/security-block.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { decodeBundle } from '#protocol/bundle/bundle.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { accepts, Counting, policy, success } from '../protocol/bpsec/bpsec.ts';
import { SEALING_KEY, SIGNING_KEY, securedBundlesOf } from './secured-node.ts';

it('a node that is killed and started again never encrypts under an IV twice', async () => {
  const bundles = (await securedBundlesOf(LIVES)).map((octets) => success(decodeBundle(octets)));
  expect(bundles.length).toBeGreaterThanOrEqual(10 * LIVES);
  const ivs = bundles.flatMap((bundle) =>
    success(readSecurityBlocks(bundle)).confidentiality.map(({ content }) =>
      toHex(success(bytesOf(content.parameters ?? [], IV, new Uint8Array(0)))),
    ),
  );
  // One for the payload, one for the BIB that signs it.
  expect(ivs).toHaveLength(2 * bundles.length);
  expect(new Set(ivs).size).toBe(ivs.length);
  // Within a life they are counted up; each life begins somewhere else.
  expect(new Set(ivs.map((iv) => iv.slice(0, 16))).size).toBe(LIVES);
  const keys = new KeyRing(nobleProvider.aead, new Counting());
  keys.add('hmac', 'hmac', fromHex(SIGNING_KEY));
  keys.add('aes256', 'aes-gcm', fromHex(SEALING_KEY));
  const rules = policy(
    accepts('confidentiality'),
    accepts('integrity', { required: true, targets: ['payload'] }),
  );
  for (const bundle of bundles) {
    expect(checkSecurity(bundle, rules, keys, true)).toMatchObject({
      verdict: 'pass',
      findings: [],
    });
  }
}, 60_000);

const LIVES = 4;
/** The id of the parameter (RFC 9173 §4.3.1). */
const IV = 1;
