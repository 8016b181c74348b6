import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Bundle, decodeBundle, encodeBundle, payloadOf } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { encodeBundleAge, encodeHopCount } from '#protocol/bundle/extension-blocks.ts';
import { fragmentOf, mayFragment, splitBundle, wholeOf } from '#protocol/bundle/fragment.ts';
import { BUNDLE_FLAG, type PrimaryBlock } from '#protocol/bundle/primary-block.ts';
import { concat, fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { bundleVectors } from './vectors.ts';

const sound = [...bundleVectors('public'), ...bundleVectors('derived')];

describe('cutting', () => {
  test('a fragment has its flag, its place in the whole and a CRC of its own', () => {
    const whole = received(made(40));
    const fragments = splitBundle(whole, 110)!.map(received);
    expect(fragments.length).toBeGreaterThan(2);
    let offset = 0;
    for (const { primary, blocks } of fragments) {
      expect(primary.fragment).toEqual({ offset, totalLength: 40 });
      expect(primary).toEqual({
        ...whole.primary,
        flags: whole.primary.flags | BUNDLE_FLAG.fragment,
        fragment: primary.fragment,
        octets: primary.octets,
      });
      offset += blocks.at(-1)!.data.length;
    }
    expect(offset).toBe(40);
  });

  test('the first fragment has all blocks, the others what is flagged or guards every bundle', () => {
    const [first, ...others] = splitBundle(received(made(200)), 140)!.map(received);
    expect(typesOf(first!)).toEqual([...EXTENSIONS.map(({ type }) => type), 1]);
    for (const other of others) {
      expect(typesOf(other)).toEqual([BLOCK_TYPE.bundleAge, BLOCK_TYPE.hopCount, 201, 1]);
    }
  });

  test('what must not or cannot be cut is told beforehand', () => {
    expect(mayFragment(made(2))).toBe(true);
    expect(mayFragment(made(1))).toBe(false);
    expect(mayFragment(made(9, { flags: BUNDLE_FLAG.mustNotFragment }))).toBe(false);
    expect(mayFragment(made(9, { source: NULL_EID }))).toBe(false);
    const beyond = { offset: Number.MAX_SAFE_INTEGER, totalLength: Number.MAX_SAFE_INTEGER };
    expect(mayFragment(made(9, { flags: BUNDLE_FLAG.fragment, fragment: beyond }))).toBe(false);
    expect(() => splitBundle(made(1), 500)).toThrow('may be fragmented');
    const big = sound.find(({ id }) => id === 'd-big-values')!;
    expect(mayFragment(decode(fromHex(big.hex)))).toBe(false);
  });

  test('wide flags survive cutting and joining', () => {
    const flags = 2 ** 40 + 2 ** 31 + 0x40;
    const whole = made(9, { flags });
    const [first] = splitBundle(whole, 130)!.map(received);
    expect(first!.primary.flags).toBe(flags + 1);
    expect(wholeOf(first!, payloadOf(whole).data).primary.flags).toBe(flags);
  });

  test('there is no cut when the blocks leave no room, or when it takes too many', () => {
    expect(splitBundle(made(9), 60)).toBeUndefined();
    expect(splitBundle(made(90_000), 110)).toBeUndefined();
  });

  test('a primary block without a CRC gets one, but where the whole is made of it again', () => {
    const bundle = made(90, { crcType: 0 });
    const [first, ...others] = splitBundle(bundle, 130)!.map(received);
    expect(first!.primary.crcType).toBe(0);
    for (const { primary } of others) expect(primary.crcType).toBe(2);
    const whole = wholeOf(first!, payloadOf(bundle).data);
    expect(encodeBundle(whole)).toEqual(encodeBundle(bundle));
  });

  test('a block that is encrypted takes along the one that says so', () => {
    const bcb = extension(BLOCK_TYPE.confidentiality, 9, 0, fromHex('81030201028202820201828080'));
    const { primary, blocks } = made(90);
    const secured = { primary, blocks: [bcb, ...blocks] };
    const numbers = splitBundle(secured, 150)!.map((each) => typesOf(received(each)));
    for (const types of numbers) expect(types).toContain(BLOCK_TYPE.confidentiality);
    const other = { ...bcb, data: fromHex('81040201028202820201828080') };
    const [, second] = splitBundle({ primary, blocks: [other, ...blocks] }, 150)!;
    expect(typesOf(second!)).not.toContain(BLOCK_TYPE.confidentiality);
  });
});

describe('joining', () => {
  test('a signed primary block is restored although a stranger gave its fragments a CRC', () => {
    const bib = extension(BLOCK_TYPE.integrity, 9, 0, fromHex('81000100820282020181820141aa'));
    const { primary, blocks } = made(9, { crcType: 0 });
    const bundle = { primary, blocks: [bib, ...blocks] };
    const [first] = splitBundle(bundle, 150)!;
    const stranger = received({ ...first!, primary: { ...first!.primary, crcType: 1 } });
    const whole = wholeOf(stranger, payloadOf(bundle).data);
    expect(encodeBundle(whole)).toEqual(encodeBundle(bundle));
  });

  test('the fragment vectors overlap, and join to one payload', () => {
    const [first, second] = ['d-fragment-first', 'd-fragment-overlap'].map((id) =>
      decode(fromHex(sound.find((vector) => vector.id === id)!.hex)),
    );
    const { totalLength } = first!.primary.fragment!;
    const adu = new Uint8Array(totalLength);
    for (const { primary, blocks } of [first!, second!]) {
      adu.set(blocks.at(-1)!.data, primary.fragment!.offset);
    }
    const whole = received(wholeOf(first!, adu));
    expect(whole.primary.fragment).toBeUndefined();
    expect(Buffer.from(payloadOf(whole).data).toString()).toBe('hello world');
  });

  test('only a first fragment becomes the whole, with the whole of the payload', () => {
    const [first, second] = splitBundle(made(50), 130)!;
    const adu = new Uint8Array(50);
    expect(() => wholeOf(second!, adu)).toThrow('first fragment');
    expect(() => wholeOf(first!, adu.subarray(1))).toThrow('complete');
  });

  test('fragments of fragments, of any size, add up to the bundle they came from', () => {
    const sizes = fc.array(fc.integer({ min: 100, max: 300 }), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 900 }), sizes, (length, limits) => {
        const whole = made(length);
        let parts: readonly Bundle[] = [whole];
        for (const limit of limits) {
          parts = parts.flatMap(
            (part) => (mayFragment(part) && splitBundle(part, limit)) || [part],
          );
          for (const part of parts) {
            const octets = encodeBundle(part);
            if (part !== whole && limit > 150) expect(octets.length).toBeLessThanOrEqual(300);
            expect(decodeBundle(octets)).not.toBeInstanceOf(Fault);
          }
        }
        const adu = concat(parts.map((part) => payloadOf(part).data));
        expect(adu).toEqual(payloadOf(whole).data);
        if (parts[0] === whole) return;
        expect(encodeBundle(wholeOf(parts[0]!, adu))).toEqual(encodeBundle(whole));
      }),
    );
  });

  test('no fragment is larger than asked, and none but the last could be much larger', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3_000 }),
        fc.integer({ min: 140, max: 900 }),
        (n, max) => {
          const fragments = splitBundle(made(n), max)!;
          for (const [at, fragment] of fragments.entries()) {
            const { length } = encodeBundle(fragment);
            expect(length).toBeLessThanOrEqual(max);
            if (at < fragments.length - 1) expect(length).toBeGreaterThan(max - 16);
          }
        },
      ),
    );
  });
});

describe('the public bundles', () => {
  test.each(sound)('$id joins again as it was, when it may be cut', ({ hex }) => {
    const whole = decode(fromHex(hex));
    if (!mayFragment(whole)) return;
    const { length } = payloadOf(whole).data;
    const cut = length >> 1;
    const parts = [fragmentOf(whole, 0, cut), fragmentOf(whole, cut, length)].map(received);
    expect(concat(parts.map((part) => payloadOf(part).data))).toEqual(payloadOf(whole).data);
    if (whole.primary.fragment !== undefined || whole.primary.crcType === 0) return;
    expect(encodeBundle(wholeOf(parts[0]!, payloadOf(whole).data))).toEqual(fromHex(hex));
  });
});

const EXTENSIONS: readonly CanonicalBlock[] = [
  extension(BLOCK_TYPE.bundleAge, 2, 0, encodeBundleAge(7)),
  extension(BLOCK_TYPE.hopCount, 3, 0, encodeHopCount({ limit: 9, count: 1 })),
  extension(200, 4, 0, Uint8Array.of(0)),
  extension(201, 5, 1, Uint8Array.of(0)),
];

function made(length: number, changes: Partial<PrimaryBlock> = {}): Bundle {
  const primary: PrimaryBlock = {
    flags: 0,
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
  const data = Uint8Array.from({ length }, (_, at) => at * 7);
  const payload = { ...extension(BLOCK_TYPE.payload, 1, 0, data), crcType: 2 } as const;
  return { primary, blocks: [...EXTENSIONS, payload] };
}

function extension(type: number, number: number, flags: number, data: Uint8Array): CanonicalBlock {
  return { type, number, flags, crcType: 0, data, octets: undefined };
}

function received(bundle: Bundle): Bundle {
  return decode(encodeBundle(bundle));
}

function decode(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}

function typesOf({ blocks }: Bundle): number[] {
  return blocks.map(({ type }) => type);
}
