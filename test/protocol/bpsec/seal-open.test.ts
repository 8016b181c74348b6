/** What one node adds another accepts, for all parameters, and no change goes unseen. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { applySecurity } from '#protocol/bpsec/apply-security.ts';
import { checkSecurity } from '#protocol/bpsec/check-security.ts';
import type { SecurityPolicy } from '#protocol/bpsec/policy.ts';
import { readSecurityBlocks } from '#protocol/bpsec/security-blocks.ts';
import { type Bundle, decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { encodeBundleAge, encodeHopCount } from '#protocol/bundle/extension-blocks.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { nobleProvider } from '#protocol/crypto/noble.ts';
import { Fault } from '#protocol/fault.ts';
import { accepts, blockOf, hexOf, policy, ring, seals, signs, success } from './bpsec.ts';

const providers = [nobleProvider, nativeProvider];

describe('what is added is accepted', () => {
  it('for all parameters, with any payload, by either provider from either', () => {
    fc.assert(
      fc.property(bundles, parameters, fc.boolean(), (bundle, { source, receiver }, swap) => {
        const [one, other] = swap ? [...providers].reverse() : providers;
        const secured = success(applySecurity(bundle, source, ring(one!.aead)));
        const wire = success(decodeBundle(encodeBundle(secured)));
        const outcome = checkSecurity(wire, receiver, ring(other!.aead), true);
        if (outcome.verdict === 'discard') throw new Error(outcome.fault.key);
        expect(outcome.findings).toEqual([]);
        expect(contents(outcome.bundle)).toEqual(contents(bundle));
        expect(outcome.bundle.blocks.some(({ type }) => type === 11 || type === 12)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('octet for octet the same by both providers', () => {
    fc.assert(
      fc.property(bundles, parameters, (bundle, { source }) => {
        const [one, other] = providers.map(({ aead }) =>
          hexOf(success(applySecurity(bundle, source, ring(aead)))),
        );
        expect(one).toBe(other);
      }),
    );
  });

  it('leaves the bundle that was given as it was', () => {
    fc.assert(
      fc.property(bundles, parameters, (bundle, { source, receiver }) => {
        const before = hexOf(bundle);
        const secured = success(applySecurity(bundle, source, ring()));
        expect(hexOf(bundle)).toBe(before);
        const between = hexOf(secured);
        checkSecurity(secured, receiver, ring(), true);
        expect(hexOf(secured)).toBe(between);
      }),
    );
  });

  it('has no CRC on any target, and one BCB a target, each with an IV of its own', () => {
    fc.assert(
      fc.property(bundles, parameters, (bundle, { source }) => {
        const secured = success(applySecurity(bundle, source, ring()));
        const there = success(readSecurityBlocks(secured));
        const targets = [...there.signed, ...there.encrypted].filter((target) => target !== 0);
        for (const target of targets) expect(blockOf(secured, target).crcType).toBe(0);
        if (there.signed.has(0)) expect(secured.primary.crcType).toBe(0);
        const ivs = there.confidentiality.map(({ content }) =>
          toHex(content.parameters![0]!.value),
        );
        expect(new Set(ivs).size).toBe(there.encrypted.size);
      }),
    );
  });
});

describe('a flipped bit', () => {
  const everything = policy(
    signs({ targets: ['primary', 'payload', 7], scopeFlags: 7 }),
    seals({ targets: ['payload'], scopeFlags: 7 }),
  );
  const strict = policy(
    accepts('confidentiality', { targets: ['payload', 11], required: true }),
    accepts('integrity', { targets: ['primary', 'payload', 7], required: true }),
  );

  it('anywhere is refused, or changes nothing of primary block, payload and age', () => {
    const plain = bundleWith(Uint8Array.of(1, 2, 3, 4, 5), [age(5)]);
    const octets = encodeBundle(success(applySecurity(plain, everything, ring())));
    let passed = 0;
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const flipped = octets.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const bundle = decodeBundle(flipped);
      if (bundle instanceof Fault) continue;
      const outcome = checkSecurity(bundle, strict, ring(), true);
      if (outcome.verdict === 'discard') continue;
      // Flags that nobody has assigned count as 0. An age that lost its BIB is gone, and a block
      // that lost its type is none that the rules are for.
      const [primary, blocks] = contents(outcome.bundle);
      const [expected, [ofAge, ofPayload]] = contents(plain);
      const found = blocks.filter(([type]) => type === 7 || type === 1);
      expect(primary, `bit ${bit}`).toEqual(expected);
      expect([[ofPayload], [ofAge, ofPayload]], `bit ${bit}`).toContainEqual(found);
      passed++;
    }
    expect(passed).toBeLessThan(octets.length);
  });

  it('in a covered payload is refused in any bundle, whatever binds it', () => {
    fc.assert(
      fc.property(bundles, parameters, fc.nat(), (bundle, { source, receiver }, where) => {
        const secured = success(applySecurity(bundle, source, ring()));
        const there = success(readSecurityBlocks(secured));
        const payload = blockOf(secured, 1);
        const bits = payload.data.length * 8;
        if ((!there.signed.has(1) && !there.encrypted.has(1)) || bits === 0) return;
        const data = payload.data.slice();
        data[(where % bits) >> 3]! ^= 1 << (where & 7);
        const blocks = secured.blocks.map((block) =>
          block.number === 1 ? { ...block, data } : block,
        );
        const outcome = checkSecurity({ ...secured, blocks }, receiver, ring(), true);
        expect(outcome).toMatchObject({ verdict: 'discard', reason: 15 });
      }),
    );
  });
});

/** The values that an application or a node acts on. */
function contents({ primary, blocks }: Bundle) {
  const { octets: _, crcType: _crc, ...rest } = primary;
  return [rest, blocks.map(({ type, number, data }) => [type, number, toHex(data)])] as const;
}

function bundleWith(
  payload: Uint8Array,
  extensions: CanonicalBlock[],
  crcType: 0 | 1 | 2 = 2,
): Bundle {
  return {
    primary: {
      flags: 4,
      crcType,
      destination: ipnEid(1, 2),
      source: ipnEid(2, 1),
      reportTo: ipnEid(2, 1),
      creationTimeMs: 700_000_000_000,
      sequence: 5,
      lifetimeMs: 60_000,
      fragment: undefined,
      octets: undefined,
    },
    blocks: [
      ...extensions,
      { type: 1, number: 1, flags: 0, crcType, data: payload, octets: undefined },
    ],
  };
}

function extension(type: number, number: number, data: Uint8Array): CanonicalBlock {
  return { type, number, flags: 0, crcType: 2, data, octets: undefined };
}

function age(ms: number): CanonicalBlock {
  return extension(BLOCK_TYPE.bundleAge, 2, encodeBundleAge(ms));
}

const bundles = fc
  .record({
    payload: fc.uint8Array({ maxLength: 300 }),
    ageMs: fc.option(fc.nat(), { nil: undefined }),
    hops: fc.boolean(),
    crcType: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  })
  .map(({ payload, ageMs, hops, crcType }) =>
    bundleWith(
      payload,
      [
        ...(ageMs === undefined ? [] : [age(ageMs)]),
        ...(hops
          ? [extension(BLOCK_TYPE.hopCount, 4, encodeHopCount({ limit: 9, count: 1 }))]
          : []),
      ],
      crcType,
    ),
  );

const scopes = fc.integer({ min: 0, max: 7 });
const encryptable = fc.uniqueArray(fc.constantFrom<'payload' | 7 | 10>('payload', 7, 10), {
  minLength: 1,
});
const signable = fc.uniqueArray(
  fc.constantFrom<'primary' | 'payload' | 7 | 10>('primary', 'payload', 7, 10),
  { minLength: 1 },
);

/** What the source does, and what accepts it. */
const parameters: fc.Arbitrary<{ source: SecurityPolicy; receiver: SecurityPolicy }> = fc
  .record({
    sign: fc.option(fc.record({ targets: signable, variant: fc.constantFrom<5 | 6 | 7>(5, 6, 7) })),
    seal: fc.option(fc.record({ targets: encryptable, appended: fc.boolean() })),
    aesVariant: fc.constantFrom<1 | 3>(1, 3),
    wrapped: fc.tuple(fc.boolean(), fc.boolean()),
    scopes: fc.tuple(scopes, scopes),
  })
  .map(({ sign, seal, aesVariant, wrapped, scopes: [bibScope, bcbScope] }) => {
    const macKey = wrapped[0] ? 'kek' : 'hmac';
    const aesKey = wrapped[1] ? 'kek' : aesVariant === 1 ? 'aes128' : 'aes256';
    const signing =
      sign === null
        ? []
        : [
            signs({
              targets: sign.targets,
              shaVariant: sign.variant,
              scopeFlags: bibScope,
              key: macKey,
            }),
          ];
    const sealing =
      seal === null
        ? []
        : [
            seals({
              targets: seal.targets,
              aesVariant,
              scopeFlags: bcbScope,
              key: aesKey,
              tagAppended: seal.appended,
            }),
          ];
    const targets = ['primary', 'payload', 7, 10] as const;
    return {
      source: policy(...signing, ...sealing),
      receiver: policy(
        accepts('confidentiality', { key: aesKey, targets: ['payload', 7, 10, 11] }),
        accepts('integrity', { key: macKey, targets }),
      ),
    };
  });
