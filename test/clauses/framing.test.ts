/** Section A of the conformance clauses: framing and CRCs (RFC 9171 §4.1, §4.2.1, §4.2.2). */
import { expect, test } from 'vitest';
import { encodeBundle } from '#protocol/bundle/bundle.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Device, read, vector } from './device.ts';
import {
  array,
  block,
  bytes,
  crcOf,
  framed,
  ipn,
  MADE_AT_MS,
  NONE,
  payload,
  primary,
  sealed,
  uint,
} from './raw-bundle.ts';
import { asking, blocksOf, everythingThatLeaves, flipped } from './traffic.ts';

const AWAY = ipn(900, 7);

test('clause 1: what leaves is one indefinite array that ends with a break', () => {
  for (const hex of everythingThatLeaves()) {
    expect(hex.slice(0, 2)).toBe('9f');
    expect(hex.slice(-2)).toBe('ff');
    expect(
      `9f${blocksOf(hex)
        .map((each) => each.hex)
        .join('')}ff`,
    ).toBe(hex);
  }
});

test('clause 2: the primary block is first, one payload of number 1 is last', () => {
  for (const hex of everythingThatLeaves()) {
    const { blocks } = read(hex);
    expect(blocks.map(({ type, number }) => type === 1 || number === 1).indexOf(true)).toBe(
      blocks.length - 1,
    );
    expect(blocks.at(-1)).toMatchObject({ type: 1, number: 1 });
  }
});

test('clause 3: block numbers stay unique when blocks are added', () => {
  const numbers = [2, 3, 7, 1_000_000];
  const device = new Device(150, { clockless: true }).inject(
    framed(primary(), ...numbers.map((number) => block(200, number, '00')), payload()),
  );
  const leaving = device.data[0]!.blocks.map(({ number }) => number);
  expect(new Set(leaving).size).toBe(leaving.length);
  expect(leaving).toEqual(expect.arrayContaining([...numbers, 1]));
  expect(leaving.length).toBe(numbers.length + 2);
});

test('clause 4: what the device originates is deterministic CBOR', () => {
  for (const hex of everythingThatLeaves()) {
    const { primary: first, blocks } = read(hex);
    const anew = {
      primary: { ...first, octets: undefined },
      blocks: blocks.map((each) => ({ ...each, octets: undefined })),
    };
    expect(toHex(encodeBundle(anew))).toBe(hex);
  }
});

test('clause 5: a definite outer array is refused, or goes on as an indefinite one', () => {
  const definite = array(primary({ destination: AWAY }), payload());
  new Device(200, { strictness: 'strict' }).inject(definite).expectDropped();
  const tolerant = new Device().inject(definite);
  expect(tolerant.left[0]!.slice(0, 2)).toBe('9f');
  expect(read(tolerant.left[0]!).blocks.length).toBe(2);
  expect(tolerant.node.all('deviation').map(({ fault }) => fault.key)).toEqual(['bundle.framing']);
});

test.each([
  ['no break', vector('m-no-break')],
  ['half a bundle', vector('m-truncated-half')],
  ['nothing', ''],
  ['a lone break', 'ff'],
  ['octets behind the break', `${framed(primary(), payload())}00`],
  ['a second bundle behind the first', framed(primary(), payload()).repeat(2)],
  ['a definite array of too few items', `83${primary()}${payload()}`],
  ['a definite array of too many items', `81${primary()}${payload()}`],
  ['a break in a definite array', `83${primary()}${payload()}ff`],
])('clause 6: %s yields no bundle', (_name, hex) => {
  new Device().inject(hex).expectDropped();
});

test('clause 6: no octets cut off anywhere yield a bundle', () => {
  const whole = framed(primary({ crc: 2 }), block(7, 2, '00', { crc: 1 }), payload());
  const device = new Device();
  for (let end = 0; end < whole.length; end += 2) device.inject(whole.slice(0, end));
  device.expectDropped();
});

test.each([3, 4, 255, 2 ** 32])('clause 7: CRC type %i is malformed', (crcType) => {
  const [first, last] = [primary({ crcType: uint(crcType) }), payload()];
  const data = sealed(1, uint(1), uint(1), '00', uint(crcType), bytes('00'));
  new Device()
    .inject(vector('m-crc-type-3'), framed(first, last), framed(primary(), data))
    .expectDropped();
});

test('clause 8: a CRC is 2 or 4 octets in network order', () => {
  for (const hex of everythingThatLeaves()) {
    for (const { hex: each, crcType } of blocksOf(hex)) {
      if (crcType !== 0) expect(each.at(-4 * crcType - 1)).toBe(`${2 * crcType}`);
      if (crcType !== 0) expect(each.at(-4 * crcType - 2)).toBe('4');
    }
  }
  const crcSwapped = (hex: string) => hex.slice(0, -4) + hex.slice(-2) + hex.slice(-4, -2);
  new Device()
    .inject(vector('m-crc-little-endian'), framed(crcSwapped(primary()), payload()))
    .inject(framed(primary(), crcSwapped(payload('00', { crc: 1 }))))
    .expectDropped();
});

test('clause 9: a CRC covers the whole block with its own octets cleared', () => {
  for (const hex of everythingThatLeaves()) {
    for (const { hex: each, crcType } of blocksOf(hex)) {
      if (crcType !== 0) expect(each.slice(-4 * crcType)).toBe(crcOf(each, crcType));
    }
  }
});

test('clause 9: a CRC over the block without its field is a mismatch', () => {
  const good = primary();
  const short = good.slice(0, -6);
  const wrong = short + bytes(crcOf(`${short}0000`, 1));
  expect(wrong.length).toBe(good.length);
  new Device().inject(framed(wrong, payload())).expectDropped();
});

test.each<[string, (flip: typeof flipped) => string, string[]]>([
  ['primary', (flip) => framed(flip(primary(), 20), payload()), []],
  ['extension', (flip) => asking(flip(block(200, 2, '00', { crc: 2 }), 7)), ['deleted 8']],
  ['payload', (flip) => asking(flip(payload('6869', { crc: 1 }), 6)), ['deleted 8']],
])('clause 10: a mismatch in the %s block deletes with reason 8', (_name, make, said) => {
  const device = new Device(200, { statusReports: true }).inject(make(flipped));
  expect(device.faults).toEqual(['bundle.crc']);
  expect(device.said).toEqual(said);
  device.expectDropped();
});

test.each(['m-crc16-bit', 'm-crc32-payload-crc', 'elixir-4', 'elixir-6'])(
  'clause 10: %s is deleted',
  (id) => {
    const device = new Device().inject(vector(id));
    expect(device.faults).toEqual(['bundle.crc']);
    device.expectDropped();
  },
);

test.each([
  ['a CRC field that no type announces', framed(`89${items(0)}4200008501`, payload())],
  ['a CRC type without its field', framed(primary({ crcType: '01', crc: 0 }), payload())],
  ['a flag without offset and length', framed(primary({ flags: 1 }), payload())],
  ['offset and length without the flag', framed(primary({ fragment: ['00', '05'] }), payload())],
  ['a head of nine with eight items', framed(`89${items(0)}`, payload())],
  ['a head of seven with eight items', framed(`87${items(0)}`, payload())],
  ['a head of eight with nine items', framed(sealed(1, items(1)).replace(/^8./, '88'), payload())],
  ['a head of ten with nine items', framed(sealed(1, items(1)).replace(/^8./, '8a'), payload())],
  ['only an offset', framed(primary({ flags: 1, fragment: ['00'] }), payload())],
  ['m-crc-extra', vector('m-crc-extra')],
  ['m-frag-fields-no-flag', vector('m-frag-fields-no-flag')],
])('clause 11: %s is malformed', (_name, hex) => {
  new Device().inject(hex).expectDropped();
});

/** The eight items of a primary block that says its CRC type is this. */
function items(crcType: number): string {
  const stamp = array(uint(MADE_AT_MS), '05');
  return ['07', '00', uint(crcType), ipn(200, 1), ipn(100, 1), NONE, stamp, '19ffff'].join('');
}
