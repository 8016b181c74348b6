import { Decoder } from 'cbor-x';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Bundle,
  bundleId,
  decodeBundle,
  encodeBundle,
  payloadOf,
} from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { formatEid, ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import {
  decodeBundleAge,
  decodeHopCount,
  decodePreviousNode,
} from '#protocol/bundle/extension-blocks.ts';
import { mayFragment, splitBundle } from '#protocol/bundle/fragment.ts';
import { BUNDLE_FLAG, type PrimaryBlock } from '#protocol/bundle/primary-block.ts';
import { type Judge, refuse, tolerate } from '#protocol/bundle/strictness.ts';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { type BlockVector, bundleVectors, type PrimaryVector } from './vectors.ts';

const sound = [...bundleVectors('public'), ...bundleVectors('derived')];
const malformed = bundleVectors('malformed');

/** The lifetime of 2^64 − 1 ms is read as the longest we count, so the values alone say that. */
const LOSSY = 'd-big-values';

test('every vector of the two sound files is here', () => {
  expect(sound.length).toBe(30 + 18);
});

test.each(sound)('$id decodes to its values and leaves as it came', ({ id, hex, decoded }) => {
  const bundle = decode(hex);
  expectPrimary(bundle.primary, decoded.primary);
  expect(bundle.blocks.length).toBe(decoded.blocks.length);
  decoded.blocks.forEach((block, index) => {
    expectBlock(bundle.blocks[index]!, block);
  });
  expect(toHex(encodeBundle(bundle))).toBe(hex);
  const fresh = encodeBundle(withoutOctets(bundle));
  if (id === LOSSY) expect(decode(toHex(fresh)).primary.lifetimeMs).toBe(Number.MAX_SAFE_INTEGER);
  else expect(toHex(fresh)).toBe(hex);
});

/** Every malformed vector that must not pass, and what it is refused for. */
const REFUSED: Readonly<Record<string, string>> = {
  'bp7rs-oldsample': 'cbor.unexpected-type',
  'bplib-bad-bundle': 'cbor.unexpected-type',
  'bplib-bundle-primary-and-payload-with-dtn-none': 'bundle.crc',
  'bplib-candprimary': 'bundle.payload',
  'bplib-unsupportedflagprimaryblk': 'bundle.item-count',
  'bsl-invalid-duplicate-block-number': 'bundle.block-number',
  'bsl-invalid-invalid-block-type': 'bundle.block-number',
  'bsl-invalid-no-payload-block-number-1': 'bundle.block-number',
  'bsl-invalid-no-primary': 'cbor.unexpected-type',
  'bsl-invalid-only-primary': 'bundle.payload',
  'demo-empty-primary': 'bundle.payload',
  'dtn7go-fuzz-1': 'bundle.crc-type',
  'dtn7go-fuzz-3': 'bundle.item-count',
  'dtn7go-fuzz-4': 'bundle.item-count',
  'elixir-4': 'bundle.crc',
  'elixir-6': 'bundle.crc',
  'm-empty': 'cbor.truncated',
  'm-empty-array': 'cbor.unexpected-type',
  'm-no-break': 'cbor.truncated',
  'm-truncated-half': 'cbor.truncated',
  'm-tagged': 'cbor.unexpected-type',
  'm-version-6': 'bundle.version',
  'm-primary-only': 'bundle.payload',
  'm-payload-first': 'bundle.payload',
  'm-payload-num-2': 'bundle.block-number',
  'm-ext-num-1': 'bundle.block-number',
  'm-dup-number': 'bundle.duplicate-block',
  'm-crc16-bit': 'bundle.crc',
  'm-crc32-payload-crc': 'bundle.crc',
  'm-crc-little-endian': 'bundle.crc',
  'm-crc-type-3': 'bundle.crc-type',
  'm-crc-wrong-size': 'bundle.crc-field',
  'm-crc-extra': 'bundle.item-count',
  'm-frag-fields-no-flag': 'bundle.item-count',
  'm-lifetime-float': 'cbor.unexpected-type',
  'm-timestamp-1elem': 'bundle.timestamp',
  'm-timestamp-text': 'cbor.unexpected-type',
  'm-eid-3elem': 'eid.structure',
  'm-eid-ipn-text': 'cbor.unexpected-type',
  'm-eid-ipn-4': 'eid.structure',
  'm-eid-ipn3-big-node': 'eid.ipn-range',
  'm-eid-scheme-99': 'eid.scheme',
  'm-data-array': 'cbor.unexpected-type',
  'm-payload-indef-bstr': 'cbor.indefinite-length',
  'm-block-6-crc0': 'bundle.block-item-count',
  'm-block-7-elems': 'bundle.block-item-count',
  'm-two-ages': 'bundle.duplicate-block',
  'm-two-prevs': 'bundle.duplicate-block',
  'm-hop-limit-256': 'bundle.hop-count',
  'm-hop-1elem': 'bundle.hop-count',
  'm-age-text': 'cbor.unexpected-type',
  'm-deep-nesting': 'cbor.unexpected-type',
  'm-bpv6': 'cbor.unexpected-type',
  // Unsure in the standard: data of a block is the encoding of one value, so more is malformed.
  'm-age-trailing': 'bundle.block-data',
};

/** Every malformed vector that the tolerant profile forgives, and what the strict one calls it. */
const FORGIVEN: Readonly<Record<string, string>> = {
  'm-no-primary-crc': 'bundle.primary-crc',
  'm-nonshortest-lifetime': 'bundle.long-head',
  'm-time0-no-age': 'bundle.age-missing',
  'm-anon-fragmentable': 'bundle.anonymous-flags',
  'm-anon-reports': 'bundle.anonymous-flags',
  'm-admin-blockflag': 'bundle.administrative-flags',
  'm-frag-beyond-total': 'bundle.fragment-range',
};

/** Every malformed vector that the codec lets pass, and why the agent judges it instead. */
const PASSED: Readonly<Record<string, string>> = {
  'm-dst-null': 'the agent deletes what is for nobody',
  'm-localnode-src': 'the agent discards it silently (RFC 9758 §5.4)',
  'm-unknown-delete': 'the agent knows which blocks it supports (§5.6 step 4)',
  'm-expired-clock': 'the agent has the clock (§5.5)',
  'm-expired-age': 'the agent has the clock (§5.5)',
};

test('every malformed vector is refused, forgiven or passed on by name', () => {
  const names = [REFUSED, FORGIVEN, PASSED].flatMap((table) => Object.keys(table));
  expect(names.sort()).toEqual(malformed.map((vector) => vector.id).sort());
});

test.each(malformed.filter(({ id }) => id in REFUSED))('$id is refused', ({ id, hex }) => {
  for (const judge of [refuse, tolerate]) {
    const fault = decodeBundle(fromHex(hex), judge);
    expect(fault).toBeInstanceOf(Fault);
    expect((fault as Fault).key).toBe(REFUSED[id]);
  }
});

test.each(malformed.filter(({ id }) => id in FORGIVEN))(
  '$id is refused by the strict profile, and leaves the tolerant one as it came',
  ({ id, hex, decoded }) => {
    expect(decodeBundle(fromHex(hex), refuse)).toMatchObject({ key: FORGIVEN[id] });
    const bundle = decode(hex);
    expectPrimary(bundle.primary, decoded.primary);
    expect(toHex(encodeBundle(bundle))).toBe(hex);
    expect(deviationsOf(hex)).toEqual([FORGIVEN[id]]);
  },
);

test.each(malformed.filter(({ id }) => id in PASSED))(
  '$id passes the codec in both profiles',
  ({ hex, decoded }) => {
    expect(decodeBundle(fromHex(hex), refuse)).toEqual(decode(hex));
    expectPrimary(decode(hex).primary, decoded.primary);
    expect(toHex(encodeBundle(decode(hex)))).toBe(hex);
  },
);

/** What the vectors call an issue, and what the deviation is called here. */
const ISSUES: Readonly<Record<string, string>> = {
  'primary-crc-absent-without-bib-on-primary (RFC 9171 4.3.1)': 'bundle.primary-crc',
  'creation-time-zero-without-bundle-age (RFC 9171 4.4.2)': 'bundle.age-missing',
  'block-report-flag-on-admin-or-anonymous (RFC 9171 4.2.4)': 'bundle.anonymous-flags',
  'source dtn URI not in RFC 9171 form': 'bundle.dtn-form',
  'reportTo dtn URI not in RFC 9171 form': 'bundle.dtn-form',
};

/** Its total length is 0; the vector says nothing of it. */
const BEYOND_TOTAL = 'hardy-fragment-pics56';

test.each(sound)('$id deviates as its vector says', ({ id, hex, expect: { issues } }) => {
  const known = deviationsOf(hex).filter((key) => key !== 'bundle.unassigned-flags');
  const named = (issues ?? []).map((issue) => ISSUES[issue] ?? issue);
  if (id === BEYOND_TOTAL) named.push('bundle.fragment-range');
  expect(new Set(known)).toEqual(new Set(named));
});

test('an integrity block over the primary stands for its CRC', () => {
  const target = (targets: string) => ({
    ...extension(BLOCK_TYPE.integrity, 2),
    data: fromHex(targets),
  });
  const bare = (targets: string) => {
    const { primary, blocks } = withExtensions(target(targets));
    return deviationsOf(framed({ primary: { ...primary, crcType: 0 }, blocks }));
  };
  expect(bare('820100')).toEqual([]);
  for (const other of ['8101', '80', '', 'ff']) expect(bare(other)).toEqual(['bundle.primary-crc']);
});

test('no profile refuses a flag without a meaning, and each tells of it', () => {
  const strict: string[] = [];
  const judge: Judge = (deviation) => {
    strict.push(deviation.key);
    return refuse(deviation);
  };
  for (const flags of [0x08, 0x200000, 2 ** 40, BUNDLE_FLAG.mustNotFragment + 2 ** 33]) {
    const octets = fromHex(framed(made({ flags })));
    expect(decodeBundle(octets, judge)).not.toBeInstanceOf(Fault);
  }
  expect(strict).toEqual(new Array(4).fill('bundle.unassigned-flags'));
});

test('a bundle in a definite array leaves in an indefinite one', () => {
  const hex = framed(made());
  const definite = `82${hex.slice(2, -2)}`;
  expect(deviationsOf(definite)).toEqual(['bundle.framing']);
  expect(toHex(encodeBundle(decode(definite)))).toBe(hex);
  expect((decodeBundle(fromHex(`83${hex.slice(2, -2)}`)) as Fault).key).toBe('cbor.truncated');
});

test('the null endpoint as a text is a deviation, and leaves as it came', () => {
  const hex = framed(made({ crcType: 0 })).replace('820100', '8201646e6f6e65');
  expect(deviationsOf(hex)).toEqual(['bundle.text-none', 'bundle.primary-crc']);
  expect(toHex(encodeBundle(decode(hex)))).toBe(hex);
});

test('blocks and payload are views of the octets received', () => {
  const octets = encodeBundle(made());
  const bundle = decodeBundle(octets) as Bundle;
  expect(bundle.primary.octets!.buffer).toBe(octets.buffer);
  expect(payloadOf(bundle).data.buffer).toBe(octets.buffer);
  octets[octets.indexOf(0x68)] = 0x48;
  expect(toHex(payloadOf(bundle).data)).toBe('4869');
});

test('a block made anew goes out beside blocks that go out as they came', () => {
  const received = decode(toHex(encodeBundle(made())));
  const [payload] = received.blocks;
  const age: CanonicalBlock = {
    type: BLOCK_TYPE.bundleAge,
    number: 2,
    flags: 0,
    crcType: 2,
    data: fromHex('05'),
    octets: undefined,
  };
  const sent = decode(toHex(encodeBundle({ primary: received.primary, blocks: [age, payload!] })));
  expect(sent.primary).toEqual(received.primary);
  expect(sent.blocks[1]).toEqual(payload);
  expect({ ...sent.blocks[0], octets: undefined }).toEqual(age);
});

test('a bundle whose payload is not last is our own mistake', () => {
  const { primary, blocks } = made();
  expect(() => encodeBundle({ primary, blocks: [] })).toThrow('has a payload');
  const age = { ...blocks[0]!, type: BLOCK_TYPE.bundleAge, number: 2 };
  expect(() => encodeBundle({ primary, blocks: [blocks[0]!, age] })).toThrow('the last block');
  expect(() => encodeBundle(made({ flags: BUNDLE_FLAG.fragment }))).toThrow('flagged');
});

test.each<[string, string, string]>([
  ['octets behind the break', `${framed(made())}00`, 'bundle.trailing-octets'],
  ['block number 0', framed(withExtensions(extension(9, 0))), 'bundle.block-number'],
  ['two hop counts', framed(withExtensions(hops(2), hops(3))), 'bundle.duplicate-block'],
  ['33 blocks', framed(withExtensions(...range(32))), 'bundle.too-many-blocks'],
])('%s is refused', (_name, hex, key) => {
  expect((decodeBundle(fromHex(hex)) as Fault).key).toBe(key);
});

test('32 blocks, and two blocks of a type that may repeat, are accepted', () => {
  expect(decode(framed(withExtensions(...range(31)))).blocks.length).toBe(32);
  expect(decode(framed(withExtensions(extension(192, 2), extension(192, 3)))).blocks.length).toBe(
    3,
  );
});

test('data that block confidentiality hides is not looked into, all other data is', () => {
  const hidden = { ...hops(2), data: fromHex('ff') };
  const hiding = { ...extension(BLOCK_TYPE.confidentiality, 3), data: fromHex('8102') };
  expect((decodeBundle(fromHex(framed(withExtensions(hidden)))) as Fault).key).toBe(
    'cbor.unexpected-type',
  );
  expect(decode(framed(withExtensions(hidden, hiding))).blocks.length).toBe(3);
  expect(decode(framed(withExtensions(hiding, hidden))).blocks.length).toBe(3);
  for (const targets of ['8101', '80', '820204', 'ff', '']) {
    const other = { ...hiding, data: fromHex(targets) };
    const isHidden = targets === '820204';
    expect(decodeBundle(fromHex(framed(withExtensions(hidden, other)))) instanceof Fault).toBe(
      !isHidden,
    );
  }
});

test('flags above 2^53 − 1 keep their low bits, and the octets keep all', () => {
  const flags = 0x80000004;
  const hex = framed(made({ crcType: 0, flags }));
  const large = hex.replace('1a80000004', '1b8000000080000004');
  const bundle = decode(large);
  expect(bundle.primary.flags).toBe(flags);
  expect(toHex(encodeBundle(bundle))).toBe(large);
});

test('the id holds source, creation time, sequence and fragment, and no two share one', () => {
  const fragment = { offset: 3, totalLength: 9 };
  expect(bundleId(made().primary, 2)).toBe('ipn:101.1001-755533838904-7');
  expect(bundleId({ ...made().primary, fragment }, 2)).toBe('ipn:101.1001-755533838904-7+3+2');
  const big = { ...made().primary, creationTimeMs: 2n ** 63n, sequence: 2n ** 64n - 1n };
  expect(bundleId(big, 2)).toBe('ipn:101.1001-9223372036854775808-18446744073709551615');
});

test('every bundle reads back as it was written', () => {
  fc.assert(
    fc.property(anyBundle, (bundle) => {
      expect(withoutOctets(decode(toHex(encodeBundle(bundle))))).toEqual(bundle);
    }),
  );
});

test('any octets give a bundle that leaves as it came, or a fault', () => {
  const seeds = sound.map((vector) => fromHex(vector.hex));
  const change = fc.record({ at: fc.nat(5000), to: fc.nat(255), cut: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(change, { maxLength: 3 }), (seed, changes) => {
      let octets: Uint8Array = seed.slice();
      for (const { at, to, cut } of changes) {
        const index = at % octets.length;
        if (cut) octets = concat([octets.subarray(0, index), octets.subarray(index + 1)]);
        else octets[index] = to;
      }
      const bundle = decodeBundle(octets, refuse);
      if (!(bundle instanceof Fault)) expect(encodeBundle(bundle)).toEqual(octets);
      const tolerated = decodeBundle(octets);
      if (!(tolerated instanceof Fault))
        expect(encodeBundle(tolerated).slice(1, -1)).toEqual(
          octets[0] === 0x9f ? octets.slice(1, -1) : octets.slice(octets[0] === 0x98 ? 2 : 1),
        );
    }),
    { numRuns: 1000 },
  );
  fc.assert(fc.property(fc.uint8Array(), (octets) => void decodeBundle(octets)));
});

test('another decoder sees the same in every bundle', () => {
  const decoder = new Decoder({ useRecords: false, mapsAsObjects: false });
  const expectSame = (octets: Uint8Array, { primary, blocks }: Bundle) => {
    const [first, ...others] = decoder.decode(octets);
    expect(first.slice(0, 3).map(Number)).toEqual([7, primary.flags, primary.crcType]);
    expect(first[6].map(BigInt)).toEqual([primary.creationTimeMs, primary.sequence].map(BigInt));
    const lifetime = BigInt(first[7]);
    expect(Number(lifetime)).toBeGreaterThanOrEqual(primary.lifetimeMs);
    const { offset, totalLength } = primary.fragment ?? {};
    const place = primary.fragment === undefined ? [] : [offset, totalLength];
    expect(first.slice(8, 8 + place.length).map(Number)).toEqual(place);
    expect(first.length).toBe(8 + place.length + (primary.crcType === 0 ? 0 : 1));
    expect(others.length).toBe(blocks.length);
    blocks.forEach(({ type, number, flags, crcType: crc, data }, at) => {
      expect(others[at].slice(0, 4).map(Number)).toEqual([type, number, flags, crc]);
      expect(new Uint8Array(others[at][4])).toEqual(new Uint8Array(data));
    });
  };
  for (const { hex } of sound) expectSame(fromHex(hex), decode(hex));
  fc.assert(
    fc.property(anyBundle, (bundle) => {
      expectSame(encodeBundle(bundle), bundle);
      if (!mayFragment(bundle)) return;
      for (const part of splitBundle(bundle, 2_000) ?? []) expectSame(encodeBundle(part), part);
    }),
  );
});

test('every octet of a bundle with a CRC on each block is guarded', () => {
  const octets = encodeBundle(made());
  for (let index = 0; index < octets.length; index++) {
    for (let bit = 0; bit < 8; bit++) {
      const damaged = octets.slice();
      damaged[index]! ^= 1 << bit;
      expect(decodeBundle(damaged)).toBeInstanceOf(Fault);
    }
  }
});

function expectPrimary(primary: PrimaryBlock, vector: PrimaryVector): void {
  const lifetime = BigInt(vector.lifetime);
  const longest = BigInt(Number.MAX_SAFE_INTEGER);
  expect(primary.flags).toBe(vector.flags);
  expect(primary.crcType).toBe(vector.crcType);
  expect(formatEid(primary.destination)).toBe(vector.destination);
  expect(formatEid(primary.source)).toBe(vector.source.replace('ipn:4294967295.', 'ipn:!.'));
  expect(formatEid(primary.reportTo)).toBe(vector.reportTo);
  expect(String(primary.creationTimeMs)).toBe(String(vector.creationTime));
  expect(String(primary.sequence)).toBe(String(vector.sequence));
  expect(BigInt(primary.lifetimeMs)).toBe(lifetime < longest ? lifetime : longest);
  expect(primary.fragment?.offset).toBe(vector.fragmentOffset);
  expect(primary.fragment?.totalLength).toBe(vector.totalAduLength);
  expect(toHex(primary.octets!)).toBe(vector.hex);
}

function expectBlock(block: CanonicalBlock, vector: BlockVector): void {
  const { type, number, flags, crcType, data } = block;
  const { previousNode, age, hopLimit, hopCount } = vector;
  expect({ type, number, flags, crcType, data: toHex(data) }).toEqual({
    type: vector.type,
    number: vector.number,
    flags: vector.flags,
    crcType: vector.crcType,
    data: vector.data,
  });
  if (previousNode !== undefined) {
    const eid = decodePreviousNode(data);
    expect(eid instanceof Fault ? eid : formatEid(eid)).toBe(previousNode);
  }
  if (age !== undefined) expect(decodeBundleAge(data)).toBe(age);
  if (hopLimit !== undefined) {
    expect(decodeHopCount(data)).toEqual({ limit: hopLimit, count: hopCount });
  }
}

function decode(hex: string): Bundle {
  const bundle = decodeBundle(fromHex(hex));
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}

/** What the tolerant profile forgives. */
function deviationsOf(hex: string): string[] {
  const keys: string[] = [];
  const bundle = decodeBundle(fromHex(hex), ({ key }) => {
    keys.push(key);
    return undefined;
  });
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return keys;
}

function framed(bundle: Bundle): string {
  return toHex(encodeBundle(bundle));
}

function withoutOctets({ primary, blocks }: Bundle): Bundle {
  return {
    primary: { ...primary, octets: undefined },
    blocks: blocks.map((block) => ({ ...block, octets: undefined })),
  };
}

/** A bundle of our own making, with a CRC on both blocks. */
function made(changes: Partial<PrimaryBlock> = {}): Bundle {
  const primary: PrimaryBlock = {
    flags: BUNDLE_FLAG.mustNotFragment,
    crcType: 1,
    destination: ipnEid(202, 1002),
    source: ipnEid(101, 1001),
    reportTo: NULL_EID,
    creationTimeMs: 755533838904,
    sequence: 7,
    lifetimeMs: 3600000,
    fragment: undefined,
    octets: undefined,
    ...changes,
  };
  const payload: CanonicalBlock = {
    type: BLOCK_TYPE.payload,
    number: 1,
    flags: 0,
    crcType: 2,
    data: fromHex('6869'),
    octets: undefined,
  };
  return { primary, blocks: [payload] };
}

/** The same bundle with extension blocks before its payload. */
function withExtensions(...extensions: CanonicalBlock[]): Bundle {
  const { primary, blocks } = made();
  return { primary, blocks: [...extensions, ...blocks] };
}

function extension(type: number, number: number): CanonicalBlock {
  return { type, number, flags: 0, crcType: 0, data: new Uint8Array(0), octets: undefined };
}

function hops(number: number): CanonicalBlock {
  return { ...extension(BLOCK_TYPE.hopCount, number), data: fromHex('82181e02') };
}

function range(count: number): CanonicalBlock[] {
  return Array.from({ length: count }, (_, index) => extension(200, index + 2));
}

const crcType = fc.constantFrom(0, 1, 2);
const wide = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value));
const anyEid = fc.oneof(
  fc.constant(NULL_EID),
  fc.tuple(fc.nat(0xffffffff), fc.maxSafeNat()).map(([node, service]) => ipnEid(node, service)),
);
const anyPrimary: fc.Arbitrary<PrimaryBlock> = fc
  .record({
    flags: fc.nat(0x1fffff),
    crcType,
    destination: anyEid,
    source: anyEid,
    reportTo: anyEid,
    creationTimeMs: wide,
    sequence: wide,
    lifetimeMs: fc.maxSafeNat(),
    fragment: fc.option(fc.record({ offset: fc.maxSafeNat(), totalLength: fc.maxSafeNat() }), {
      nil: undefined,
    }),
    octets: fc.constant(undefined),
  })
  .map((primary) => ({
    ...primary,
    flags: primary.fragment === undefined ? primary.flags & ~1 : primary.flags | 1,
  }));
const anyBlock = fc.record({
  type: fc.integer({ min: 13, max: 300 }),
  flags: fc.nat(255),
  crcType,
  data: fc.uint8Array({ maxLength: 300 }),
  octets: fc.constant(undefined),
});
const anyBundle: fc.Arbitrary<Bundle> = fc
  .record({ primary: anyPrimary, blocks: fc.array(anyBlock, { minLength: 1, maxLength: 5 }) })
  .map(({ primary, blocks }) => ({
    primary,
    blocks: blocks.map((block, index) => {
      const last = index === blocks.length - 1;
      return { ...block, type: last ? 1 : block.type, number: last ? 1 : index + 2 };
    }),
  }));
