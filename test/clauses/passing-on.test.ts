/** Any bundle at all, as it leaves a node, read by another decoder than the project's own. */
import { Decoder } from 'cbor-x';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Device } from './device.ts';
import {
  array,
  block,
  dtn,
  framed,
  ipn,
  MADE_AT_MS,
  NONE,
  payload,
  primary,
  uint,
} from './raw-bundle.ts';
import { blocksOf } from './traffic.ts';

const [PREVIOUS, AGE, HOPS] = [6, 7, 10];
const STAY_MS = 1_234;

test('whatever comes in leaves with all its octets but those that a hop changes', () => {
  fc.assert(
    fc.property(anyBundle, ({ first, others, last, aged, hops }) => {
      const age = aged === undefined ? [] : [block(AGE, 1_000_001, uint(aged))];
      const count = hops === undefined ? [] : [block(HOPS, 1_000_002, array('18ff', uint(hops)))];
      const device = new Device(200).close(300);
      device
        .inject(framed(first, ...age, ...others, ...count, last))
        .wait(STAY_MS)
        .open(300);
      const [left] = device.left;
      const items = blocksOf(left!).map(({ hex }) => hex);
      expect(items[0]).toBe(first);
      expect(items.at(-1)).toBe(last);
      const blocks = (second(fromHex(left!)) as Block[]).slice(1);
      const typeAt = (at: number) => Number(blocks[at]![0]);
      expect(items.slice(1, -1).filter((_, at) => !OURS.has(typeAt(at)))).toEqual(others);
      const dataOf = (type: number) =>
        blocks.filter((each) => Number(each[0]) === type).map((each) => second(each[4]));
      expect(dataOf(PREVIOUS)).toEqual([[2, [200, 0]]]);
      expect(dataOf(AGE).map(Number)).toEqual(aged === undefined ? [] : [aged + STAY_MS]);
      expect(dataOf(HOPS)).toEqual(hops === undefined ? [] : [[255, hops + 1]]);
      expect(new Set(blocks.map((each) => Number(each[1]))).size).toBe(blocks.length);
    }),
  );
});

/** A block, as the other decoder gives it. */
type Block = readonly [number, number, number, number, Uint8Array];

const OURS = new Set([PREVIOUS, AGE, HOPS]);
const crc = fc.constantFrom(0, 1, 2);
const flags64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const source = fc.constantFrom(
  ipn(100, 1),
  ipn(0, 100, 1),
  ipn((9n << 32n) + 100n, 1),
  ipn(9, 100, 1),
  dtn('//far/away'),
  dtn('far'),
  '9f029f186401ffff',
  '82028219006401',
);
/** Flags that keep a bundle whole and of data, and a block where it is. */
const first = fc
  .record({ crc, source, flags: flags64, reportTo: fc.oneof(source, fc.constant(NONE)) })
  .chain((fields) =>
    fc.nat(1_000_000).map((sequence) =>
      primary({
        ...fields,
        flags: (fields.flags & ~0x3n) | 0x4n,
        destination: ipn(900, 7),
        timestamp: array(uint(MADE_AT_MS), uint(sequence)),
      }),
    ),
  );
const other = fc.record({
  type: fc.constantFrom(2, 9, 192, 201, 255, 2 ** 40),
  data: fc.uint8Array({ maxLength: 40 }),
  flags: flags64.map((flags) => flags & ~0x14n),
  crc,
});
const anyBundle = fc.record({
  first,
  others: fc
    .array(other, { maxLength: 6 })
    .map((blocks) =>
      blocks.map(({ type, data, ...more }, at) =>
        block(type, at % 2 === 0 ? at + 2 : 2 ** 45 + at, toHex(data), more),
      ),
    ),
  last: fc
    .tuple(fc.uint8Array({ maxLength: 300 }), crc)
    .map(([data, each]) => payload(toHex(data), { crc: each })),
  aged: fc.option(fc.nat(2 ** 31 - 1), { nil: undefined }),
  hops: fc.option(fc.nat(255), { nil: undefined }),
});

const decoder = new Decoder({ useRecords: false, mapsAsObjects: false });

function second(octets: Uint8Array): unknown {
  return decoder.decode(Uint8Array.from(octets));
}
