/** What a security source does where rules, blocks and operations meet. */
import { describe, expect, it } from 'vitest';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import { parseEndpointPattern } from '#protocol/bpsec/endpoint-pattern.ts';
import type { SecurityRule } from '#protocol/bpsec/policy.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import type { Bundle } from '#protocol/bundle/bundle.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import {
  accepts,
  blockOf,
  bundleOf,
  eid,
  hexOf,
  policy,
  ring,
  seals,
  signs,
  success,
} from './bpsec.ts';

/** Primary block, age and payload, each with a CRC. */
const bundle = withCrcs(
  bundleOf(
    '9f88070000820282010282028202018202820201820018281a000f4240' +
      '8507020000410085010100004568656c6c6fff',
  ),
);
const nobody = success(parseEndpointPattern('ipn:9.9'));

describe('a security source', () => {
  it('gives back the very bundle when no rule is for it', () => {
    for (const rule of [{ source: nobody }, { destination: nobody }, { targets: [10] }]) {
      expect(apply(signs(rule), seals(rule))).toBe(bundle);
    }
  });

  it('names itself, and takes numbers that are free', () => {
    const secured = success(apply(signs({ targets: ['payload'] })));
    const [bib] = success(readSecurityBlocks(secured)).integrity;
    expect(bib).toMatchObject({ block: { number: 3 }, content: { source: eid('ipn:2.1') } });
  });

  it('lets the first rule that fits a target decide', () => {
    const secured = success(
      apply(signs({ targets: [7], shaVariant: 5 }), signs({ targets: [7, 'payload'] })),
    );
    const made = success(readSecurityBlocks(secured)).integrity.map(({ content }) => [
      content.targets,
      toHex(content.parameters![0]!.value),
    ]);
    expect(made).toEqual([
      [[1], '06'],
      [[2], '05'],
    ]);
  });

  it('takes the CRC of targets, and of the primary block before anything binds it', () => {
    const secured = success(apply(signs({ targets: [7] }), signs({ targets: ['primary'] })));
    expect(secured.primary.crcType).toBe(0);
    expect(secured.blocks.map(({ crcType }) => crcType)).toEqual([0, 0, 0, 2]);
    const accepting = policy(accepts('integrity'));
    expect(checkSecurity(secured, accepting, ring(), true)).toMatchObject({
      verdict: 'pass',
      findings: [],
    });
    expect(success(apply(signs({ targets: [7] }))).primary.crcType).toBe(2);
  });

  it('leaves the primary block alone where operations bind it with its CRC', () => {
    const signed = success(apply(signs({ targets: [7] })));
    const primary = signs({ targets: ['primary'] });
    expect(applySecurity(signed, policy(primary), ring())).toMatchObject({
      key: 'bpsec.bound-primary',
    });
    const without = success(apply(primary));
    const both = applySecurity(without, policy(signs({ targets: [7] })), ring());
    expect(success(readSecurityBlocks(success(both))).signed).toEqual(new Set([0, 2]));
  });

  it('encrypts a BIB whose targets it encrypts, and leaves in clear what signs others', () => {
    const secured = success(
      apply(signs({ targets: ['primary', 7, 'payload'] }), seals({ targets: ['payload'] })),
    );
    const there = success(readSecurityBlocks(secured));
    expect(there.signed).toEqual(new Set([0, 2]));
    const hidden = [...there.encrypted].filter((number) => number !== 1);
    expect(hidden.map((number) => blockOf(secured, number).type)).toEqual([11]);
  });

  it('encrypts along what a BIB of others signs, but for the primary block', () => {
    const signed = success(apply(signs({ targets: ['primary', 7, 'payload'] })));
    const secured = success(applySecurity(signed, policy(seals()), ring()));
    const bib = success(readSecurityBlocks(signed)).integrity[0]!.block.number;
    expect(success(readSecurityBlocks(secured)).encrypted).toEqual(new Set([1, 2, bib]));
  });

  it('encrypts nothing twice, though a BIB signs it', () => {
    const signed = success(apply(signs({ targets: [7, 'payload'] })));
    const sealed = success(apply(seals({ scopeFlags: 0 })));
    const bcb = { ...sealed.blocks[0]!, number: 9, octets: undefined };
    const blocks = [bcb, ...signed.blocks.slice(0, -1), blockOf(sealed, 1)];
    const more = success(
      applySecurity({ primary: bundle.primary, blocks }, policy(seals({ targets: [7] })), ring()),
    );
    expect(blockOf(more, 1)).toBe(blockOf(sealed, 1));
    expect(success(readSecurityBlocks(more)).encrypted).toEqual(new Set([1, 2, 3]));
  });

  it('refuses a key that is not there or is of another kind', () => {
    for (const rule of [signs({ key: 'aes256' }), seals({ key: 'hmac' }), seals({ key: 'none' })]) {
      expect(apply(rule)).toMatchObject({ key: 'bpsec.key' });
    }
  });

  it('refuses a bundle that is not as it should be', () => {
    const bib = success(apply(signs())).blocks[0]!;
    const broken = { ...bib, data: bib.data.subarray(1), octets: undefined };
    const bad = { primary: bundle.primary, blocks: [broken, ...bundle.blocks] };
    expect(applySecurity(bad, policy(seals()), ring())).toMatchObject({ layer: 'cbor' });
  });

  it('leaves out what cannot be added where its rule says so, and adds the rest', () => {
    const signed = success(apply(signs({ targets: [7] })));
    const keep = { targets: ['primary', 7, 'payload'], onFailure: 'keep' } as const;
    const more = success(applySecurity(signed, policy(signs(keep)), ring()));
    // The age is signed already, and the primary block is bound with its CRC.
    expect(success(readSecurityBlocks(more)).signed).toEqual(new Set([1, 2]));
    const sealed = success(apply(seals()));
    expect(applySecurity(sealed, policy(seals({ onFailure: 'keep' })), ring())).toBe(sealed);
    const mixed = policy(signs({ onFailure: 'keep' }), seals({ targets: [7] }));
    const both = success(readSecurityBlocks(success(applySecurity(sealed, mixed, ring()))));
    expect([both.signed, both.encrypted]).toEqual([new Set(), new Set([1, 2])]);
  });

  it('takes no number that an operation on a block that has gone was on', () => {
    const signed = success(apply(signs({ targets: [7] })));
    const blocks = signed.blocks.filter(({ number }) => number !== 2);
    const more = success(applySecurity({ ...signed, blocks }, policy(seals()), ring()));
    expect(more.blocks.map(({ number }) => number)).toEqual([4, 3, 1]);
  });

  it('makes no bundle of more blocks than a node takes', () => {
    const age = blockOf(bundle, 2);
    const many = Array.from({ length: 30 }, (_, at) => ({
      ...age,
      type: 200,
      number: at + 3,
      octets: undefined,
    }));
    const full: Bundle = { ...bundle, blocks: [...many, ...bundle.blocks] };
    expect(applySecurity(full, policy(signs()), ring())).toMatchObject({
      key: 'bpsec.too-many-blocks',
    });
    const room: Bundle = { ...bundle, blocks: [...many.slice(1), ...bundle.blocks] };
    expect(success(applySecurity(room, policy(signs()), ring())).blocks).toHaveLength(32);
  });
});

function apply(...rules: SecurityRule[]) {
  return applySecurity(bundle, policy(...rules), ring());
}

function withCrcs({ primary, blocks }: Bundle): Bundle {
  return bundleOf(
    hexOf({
      primary: { ...primary, crcType: 2, octets: undefined },
      blocks: blocks.map((block) => ({ ...block, crcType: 2 as const, octets: undefined })),
    }),
  );
}
