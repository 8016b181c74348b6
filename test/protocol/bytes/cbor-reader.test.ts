import { Decoder } from 'cbor-x';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CborReader, INDEFINITE } from '#protocol/bytes/cbor-reader.ts';
import { CborWriter } from '#protocol/bytes/cbor-writer.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';

test.each([
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['1903e8', 1000],
  ['1a000f4240', 1_000_000],
  ['1b000000e8d4a51000', 1_000_000_000_000],
  ['1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
])('uint reads %s as %i', (hex, value) => {
  const reader = at(hex);
  expect(reader.uint()).toBe(value);
  expect(reader.atEnd).toBe(true);
});

test.each([
  ['1b0020000000000000', 2n ** 53n],
  ['1bffffffffffffffff', 2n ** 64n - 1n],
  ['05', 5],
])('uint64 reads %s exactly', (hex, value) => {
  const reader = at(hex);
  expect(reader.uint64()).toBe(value);
  expect(reader.atEnd).toBe(true);
});

test.each([
  ['20', -1],
  ['3903e7', -1000],
  ['3b001ffffffffffffe', -Number.MAX_SAFE_INTEGER],
  ['0a', 10],
])('int reads %s as %i', (hex, value) => {
  expect(at(hex).int()).toBe(value);
});

test('strings come as views and as text', () => {
  const input = fromHex('43010203');
  const view = new CborReader(input).bytes() as Uint8Array;
  expect(view).toEqual(Uint8Array.of(1, 2, 3));
  expect(view.buffer).toBe(input.buffer);
  expect(at('63c3a961').text()).toBe('éa');
});

test('arrays, maps, tags and booleans give their heads', () => {
  expect(at('820102').arrayHead()).toBe(2);
  expect(at('820102').arrayHead(true)).toBe(2);
  expect(at('9fff').arrayHead(true)).toBe(INDEFINITE);
  expect(at('a10102').mapHead()).toBe(1);
  expect(at('d28401').tag()).toBe(18);
  expect(at('f5').boolean()).toBe(true);
  expect(at('f4').boolean()).toBe(false);
});

test('takeBreak reads a break and nothing else', () => {
  const reader = at('ff01');
  expect(reader.takeBreak()).toBe(true);
  expect(reader.takeBreak()).toBe(false);
  expect(reader.uint()).toBe(1);
  expect(reader.takeBreak()).toBe(false);
});

const uint = (reader: CborReader) => reader.uint();
const bytes = (reader: CborReader) => reader.bytes();
const skip = (reader: CborReader) => reader.skip();

test('a head that is too long is read where the caller asks, and told of', () => {
  for (const [hex, value] of [
    ['1817', 23],
    ['1a0000ffff', 0xffff],
    ['1b00000000ffffffff', 0xffffffff],
  ] as const) {
    const reader = new CborReader(fromHex(hex), 0, hex.length / 2, true);
    expect([reader.uint(), reader.atEnd, reader.longHeads]).toEqual([value, true, true]);
  }
  const short = new CborReader(fromHex('1818'), 0, 2, true);
  expect([short.uint(), short.longHeads]).toEqual([24, false]);
});

test.each<[string, string, (reader: CborReader) => unknown, string]>([
  ['nothing', '', uint, 'cbor.truncated'],
  ['a cut head', '1903', uint, 'cbor.truncated'],
  ['a negative integer', '20', uint, 'cbor.unexpected-type'],
  ['a reserved argument', '1c', uint, 'cbor.reserved'],
  ['one octet too many', '1817', uint, 'cbor.not-shortest'],
  ['two octets for one', '1900ff', uint, 'cbor.not-shortest'],
  ['four octets for two', '1a0000ffff', uint, 'cbor.not-shortest'],
  ['eight octets for four', '1b00000000ffffffff', uint, 'cbor.not-shortest'],
  ['more than 2^53 − 1', '1b0020000000000000', uint, 'cbor.integer-range'],
  ['less than −2^53 + 1', '3b001fffffffffffff', (r) => r.int(), 'cbor.integer-range'],
  ['a cut string', '4301', bytes, 'cbor.truncated'],
  ['a string of 2^52 octets', '5b0010000000000000', bytes, 'cbor.truncated'],
  ['an indefinite string', '5f4101ff', bytes, 'cbor.indefinite-length'],
  ['text that is not UTF-8', '62c328', (r) => r.text(), 'cbor.utf8'],
  ['more items than octets', '83f4f4', (r) => r.arrayHead(), 'cbor.truncated'],
  ['an indefinite array', '9fff', (r) => r.arrayHead(), 'cbor.indefinite-length'],
  ['more pairs than octets', 'a2f4f4f4', (r) => r.mapHead(), 'cbor.truncated'],
  ['null for a boolean', 'f6', (r) => r.boolean(), 'cbor.unexpected-type'],
  ['nothing for a boolean', '', (r) => r.boolean(), 'cbor.truncated'],
  ['a float to skip', 'f97e00', skip, 'cbor.unexpected-type'],
  ['a stray break to skip', 'ff', skip, 'cbor.unexpected-type'],
  ['nothing to skip', '', skip, 'cbor.truncated'],
  ['a cut array to skip', '8201', skip, 'cbor.truncated'],
  ['a cut map to skip', 'a101', skip, 'cbor.truncated'],
  ['a map to skip with a key twice', 'a201000100', skip, 'cbor.key-order'],
  ['a map to skip whose keys fall', 'a202000100', skip, 'cbor.key-order'],
  ['a map to skip whose longer key comes first', 'a21818000100', skip, 'cbor.key-order'],
  ['seventeen arrays in each other', `${'81'.repeat(16)}00`, skip, 'cbor.depth'],
])('%s (%s) is refused', (_name, hex, read, key) => {
  const fault = read(at(hex));
  expect(fault).toBeInstanceOf(Fault);
  expect((fault as Fault).key).toBe(key);
});

test('skip passes one whole item of any kind', () => {
  const items = ['84012041aa6161', 'a101d202', '80', 'f4', 'f5', 'f6', 'f7', 'c100', '07'];
  const reader = at(items.join(''));
  let end = 0;
  for (const item of items) {
    expect(reader.skip()).toBeUndefined();
    end += item.length / 2;
    expect(reader.offset).toBe(end);
  }
});

test('a reader sees nothing outside its range', () => {
  const reader = new CborReader(fromHex('000102'), 1, 2);
  expect(reader.uint()).toBe(1);
  expect(reader.atEnd).toBe(true);
  expect(reader.uint()).toBeInstanceOf(Fault);
});

test('every verb is total on any octets and never runs past the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(9), (octets, verb) => {
      const reader = new CborReader(octets);
      verbs[verb]!(reader);
      expect(reader.offset).toBeLessThanOrEqual(octets.length);
    }),
    { numRuns: 2000 },
  );
});

test('it reads what cbor-x reads, wherever it reads at all', () => {
  const second = new Decoder({ mapsAsObjects: false, int64AsType: 'bigint' } as object);
  fc.assert(
    fc.property(value, (tree) => {
      const octets = encode(tree);
      const reader = new CborReader(octets);
      expect(read(reader)).toEqual(tree);
      expect(reader.atEnd).toBe(true);
      expect(plain(second.decode(octets))).toEqual(tree);
    }),
    { numRuns: 500 },
  );
});

test('octets that it can skip are octets that cbor-x can decode', () => {
  const second = new Decoder({ mapsAsObjects: false });
  fc.assert(
    fc.property(fc.array(initial, { maxLength: 12 }), (list) => {
      const octets = Uint8Array.from(list);
      const reader = new CborReader(octets);
      fc.pre(reader.skip() === undefined);
      expect(() => second.decode(octets.slice(0, reader.offset))).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

type Tree = number | boolean | string | Uint8Array | Tree[] | Map<number, Tree>;

const value = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.maxSafeInteger(),
    fc.integer({ min: -300, max: 300 }),
    fc.boolean(),
    fc.string(),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('tree'), { maxLength: 5 }),
    fc
      .uniqueArray(fc.tuple(fc.nat(), tie('tree')), { maxLength: 5, selector: ([key]) => key })
      .map((pairs) => new Map(pairs)),
  ),
})).tree;

/** Octets that often start a small item, without tags, which cbor-x gives meanings to. */
const initial = fc.oneof(
  fc.constantFrom(0, 0x17, 0x18, 0x19, 0x20, 0x38, 0x40, 0x41, 0x60, 0x61, 0x80, 0x81, 0x82),
  fc.constantFrom(0xa0, 0xa1, 0xf4, 0xf5, 0xf6, 0xf7),
  fc.integer({ min: 0, max: 0x7f }),
);

const verbs: readonly ((reader: CborReader) => unknown)[] = [
  uint,
  bytes,
  skip,
  (reader) => reader.uint64(),
  (reader) => reader.int(),
  (reader) => reader.text(),
  (reader) => reader.boolean(),
  (reader) => reader.arrayHead(true),
  (reader) => reader.mapHead(),
  (reader) => reader.tag(),
];

function encode(tree: Tree): Uint8Array {
  const writer = new CborWriter();
  write(writer, tree);
  return writer.finish();
}

function write(writer: CborWriter, tree: Tree): void {
  if (typeof tree === 'number') writer.int(tree);
  else if (typeof tree === 'boolean') writer.boolean(tree);
  else if (typeof tree === 'string') writer.text(tree);
  else if (tree instanceof Uint8Array) writer.bytes(tree);
  else if (Array.isArray(tree)) {
    writer.array(tree.length);
    for (const item of tree) write(writer, item);
  } else {
    writer.map(tree.size);
    for (const [key, item] of tree) write(writer.int(key), item);
  }
}

function read(reader: CborReader): Tree {
  switch (reader.octets[reader.offset]! >> 5) {
    case 2:
      return reader.bytes() as Uint8Array;
    case 3:
      return reader.text() as string;
    case 4:
      return Array.from({ length: reader.arrayHead() as number }, () => read(reader));
    case 5: {
      const pairs = Array.from({ length: reader.mapHead() as number }, (): [number, Tree] => [
        reader.int() as number,
        read(reader),
      ]);
      return new Map(pairs);
    }
    case 7:
      return reader.boolean() as boolean;
    default:
      return reader.int() as number;
  }
}

/** cbor-x gives a Buffer for a byte string and a bigint for eight octets of integer. */
function plain(tree: unknown): unknown {
  if (typeof tree === 'bigint') return Number(tree);
  if (tree instanceof Uint8Array) return Uint8Array.from(tree);
  if (Array.isArray(tree)) return tree.map(plain);
  if (tree instanceof Map) {
    return new Map([...tree].map(([key, item]) => [Number(key), plain(item)]));
  }
  return tree;
}

function at(hex: string): CborReader {
  return new CborReader(fromHex(hex));
}
