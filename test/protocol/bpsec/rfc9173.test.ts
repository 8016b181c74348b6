/** Appendix A of RFC 9173, octet for octet. */
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { aad, encryptTarget } from '#protocol/bpsec/bcb-aes-gcm.ts';
import { ippt, signTarget } from '#protocol/bpsec/bib-hmac-sha2.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { bytesItem, uintItem } from '#protocol/bpsec/security-block.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { BLOCK_TYPE } from '#protocol/bundle/canonical-block.ts';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import {
  A3,
  accepts,
  blockOf,
  bpsecVectors,
  bundleOf,
  hexOf,
  KEYS,
  policy,
  ring,
  signs,
  success,
} from './bpsec.ts';

const vectors = new Map(bpsecVectors('bpsec-rfc9173').map((vector) => [vector.id, vector]));
const vector = (id: string) => vectors.get(id)!;
const IV = fromHex('5477656c7665313231323132');

describe.each([nobleProvider, nativeProvider])('Appendix A with $name', ({ aead }) => {
  it('is here but for A.3, which this file has', () => {
    expect([...vectors.keys()]).toEqual(['rfc9173-A.1', 'rfc9173-A.2', 'rfc9173-A.4']);
  });

  it('A.1: signs the payload with HMAC 512/512 and scope 0, and accepts it', () => {
    const { originalBundle, finalBundle, printed } = vector('rfc9173-A.1');
    const original = bundleOf(originalBundle);
    const rule = signs({ shaVariant: 7, scopeFlags: 0 });
    const signed = success(applySecurity(original, policy(rule), ring(aead)));
    expect(hexOf(signed)).toBe(finalBundle);
    const operation = {
      primary: signed.primary,
      target: blockOf(signed, 1),
      security: signed.blocks[0]!,
    };
    expect(toHex(concat(ippt(0, operation)))).toBe(printed.ippt);
    expect(hexOf(accepted(finalBundle, accepts('integrity')))).toBe(originalBundle);
  });

  it('A.2: encrypts the payload with a wrapped key, and decrypts it by the wrapping key alone', () => {
    const { originalBundle, finalBundle, printed } = vector('rfc9173-A.2');
    const original = bundleOf(originalBundle);
    const security = { type: BLOCK_TYPE.confidentiality, number: 2, flags: 1 };
    const operation = { primary: original.primary, target: blockOf(original, 1), security };
    const parameters = { iv: IV, aesVariant: 1, wrappedKey: undefined, scopeFlags: 0 } as const;
    const key = aead.key(fromHex(KEYS.aes128));
    const { data, results } = encryptTarget(key, parameters, operation, false);
    expect(toHex(data)).toBe(printed.ciphertext);
    expect(results).toEqual([bytesItem(1, fromHex(printed.tag!))]);
    expect(toHex(aad(0, operation))).toBe(printed.aad);
    const rule = accepts('confidentiality', { key: 'kek' });
    expect(hexOf(accepted(finalBundle, rule))).toBe(originalBundle);
  });

  it('A.3: signs primary and age block, and encrypts the payload, from two sources', () => {
    const rules = [
      accepts('integrity', { targets: ['primary', 7] }),
      accepts('confidentiality', { key: 'aes128' }),
    ];
    const age = '85070200004319012c';
    // The payload goes out as in A.1; the primary block has a CRC again, for no BIB is left.
    const inClear = accepted(A3, ...rules);
    expect(inClear.blocks.map(({ octets }) => toHex(octets!))).toEqual([
      age,
      vector('rfc9173-A.1').originalBundle.slice(2 + 56, -2),
    ]);
    expect(inClear.primary.crcType).toBe(2);
    const { primary } = bundleOf(A3);
    const [bib] = success(readSecurityBlocks(bundleOf(A3))).integrity;
    const { block: security, content } = bib!;
    const parameters = { shaVariant: 5, scopeFlags: 0, wrappedKey: undefined } as const;
    const codes = [undefined, blockOf(bundleOf(A3), 2)].map((target) =>
      signTarget(fromHex(KEYS.hmac), parameters, { primary, target, security }),
    );
    expect(content.results).toEqual(codes);
    expect(content.parameters).toEqual([uintItem(1, 5), uintItem(3, 0)]);
  });

  it('A.3: fails when the primary block or the age is changed', () => {
    const rules = [accepts('integrity', { targets: ['primary', 7] })];
    for (const [from, to] of [
      ['1a000f4240', '1a000f4241'],
      ['4319012c', '4319012d'],
    ] as const) {
      const outcome = checkSecurity(
        bundleOf(A3.replace(from, to)),
        policy(...rules),
        ring(aead),
        false,
      );
      expect(outcome).toMatchObject({ verdict: 'discard', reason: 15 });
    }
  });

  it('A.4: signs the payload, then encrypts it and the BIB, with full scope', () => {
    const { originalBundle, finalBundle, printed } = vector('rfc9173-A.4');
    const { primary, blocks } = bundleOf(originalBundle);
    const payload = blocks[0]!;
    const bib = { type: 11, number: 3, flags: 0 };
    const bcb = { type: 12, number: 2, flags: 1 };
    const signing = { primary, target: payload, security: bib };
    expect(toHex(concat(ippt(7, signing)))).toBe(printed.ippt);
    const bibParameters = { shaVariant: 6, scopeFlags: 7, wrappedKey: undefined } as const;
    expect(signTarget(fromHex(KEYS.hmac), bibParameters, signing)).toEqual([
      bytesItem(1, fromHex(printed.mac!)),
    ]);
    const opened = accepted(finalBundle, accepts('confidentiality'));
    for (const [name, target] of [
      ['payload', payload],
      ['bib', { ...blockOf(opened, 3), data: blockOf(opened, 3).data }],
    ] as const) {
      const operation = { primary, target, security: bcb };
      const parameters = { iv: IV, aesVariant: 3, wrappedKey: undefined, scopeFlags: 7 } as const;
      const key = aead.key(fromHex(KEYS.aes256));
      const { data, results } = encryptTarget(key, parameters, operation, false);
      expect(toHex(data)).toBe(printed[`${name}Ciphertext`]);
      expect(results).toEqual([bytesItem(1, fromHex(printed[`${name}Tag`]!))]);
      expect(toHex(aad(7, operation))).toBe(printed[`${name}Aad`]);
    }
    const both = accepted(finalBundle, accepts('confidentiality'), accepts('integrity'));
    expect(hexOf(both).slice(2 + 56)).toBe(originalBundle.slice(2 + 56));
  });

  function accepted(hex: string, ...rules: ReturnType<typeof accepts>[]) {
    const outcome = checkSecurity(bundleOf(hex), policy(...rules), ring(aead), true);
    if (outcome.verdict === 'discard') throw new Error(outcome.fault.key);
    expect(outcome.findings).toEqual([]);
    return outcome.bundle;
  }
});
