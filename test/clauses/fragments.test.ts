/** Section E of the conformance clauses: fragmentation and reassembly (RFC 9171 §5.8, §5.9). */
import { expect, test } from 'vitest';
import { payloadOf } from '#protocol/bundle/bundle.ts';
import { concat, fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Device, dataOf, read, vector } from './device.ts';
import {
  array,
  block,
  crcOf,
  framed,
  ipn,
  MADE_AT_MS,
  payload,
  primary,
  uint,
} from './raw-bundle.ts';
import { blocksOf } from './traffic.ts';

const AWAY = { destination: ipn(900, 7) };
const SMALL = { fragmentOctetsMax: 500 } as const;
const ADU = toHex(Uint8Array.from({ length: 1_200 }, (_, at) => (7 * at) & 0xff));

test('clause 62: a bundle that must not be fragmented waits', () => {
  const device = new Device(200, SMALL);
  device.inject(framed(primary({ ...AWAY, flags: 4 }), payload(ADU))).wait(60_000);
  expect(device.left).toEqual([]);
  expect(device.node.agent.ledger()).toMatchObject({ stored: 1 });
  device.expectAlive();
});

test.each([0, 1, 2] as const)('clause 63: fragments say what they are (CRC type %i)', (crc) => {
  const device = new Device(200, SMALL);
  device.inject(framed(primary({ ...AWAY, flags: 0x20, crc: 1 }), payload(ADU, { crc })));
  const total = ADU.length / 2;
  let offset = 0;
  for (const hex of device.left) {
    const { primary: first } = read(hex);
    expect(hex.length / 2).toBeLessThanOrEqual(500);
    expect(first.flags).toBe(0x21);
    expect(first.fragment).toEqual({ offset, totalLength: total });
    for (const { hex: each, crcType } of blocksOf(hex)) {
      if (crcType !== 0) expect(each.slice(-4 * crcType)).toBe(crcOf(each, crcType));
    }
    expect(blocksOf(hex)[0]!.crcType).toBe(1);
    expect(blocksOf(hex).at(-1)!.crcType).toBe(crc);
    offset += payloadOf(read(hex)).data.length;
  }
  expect(device.left.length).toBeGreaterThan(2);
  expect(offset).toBe(total);
});

test('clause 64: source and timestamp stay, and the parts add up to the payload', () => {
  const source = ipn(977_000, 100, 1);
  const timestamp = array(uint(MADE_AT_MS), uint(77));
  const whole = framed(primary({ ...AWAY, source, timestamp }), payload(ADU));
  const device = new Device(200, SMALL).inject(whole);
  const { primary: before } = read(whole);
  const fields = ({ primary: { flags, fragment, octets, ...rest } }: ReturnType<typeof read>) =>
    rest;
  for (const bundle of device.data) expect(fields(bundle)).toEqual(fields(read(whole)));
  expect(before.sequence).toBe(77);
  expect(toHex(concat(device.data.map((bundle) => payloadOf(bundle).data)))).toBe(ADU);
});

test('clause 65: all blocks are in the first fragment, replicated ones in every fragment', () => {
  const [every, once] = [
    block(192, 5, '01', { flags: 1, crc: 1 }),
    block(192, 6, '02', { crc: 2 }),
  ];
  const device = new Device(200, SMALL).inject(framed(primary(AWAY), once, every, payload(ADU)));
  const [first, ...others] = device.left.map((hex) => blocksOf(hex).map((each) => each.hex));
  expect(first).toEqual(expect.arrayContaining([every, once]));
  for (const blocks of others) {
    expect(blocks).toContain(every);
    expect(blocks).not.toContain(once);
  }
  expect(others.length).toBeGreaterThan(1);
});

test('clause 65: every fragment tells the previous node, its age and its hops', () => {
  const guards = [block(6, 4, ipn(99, 0)), block(7, 5, '00'), block(10, 6, array('05', '00'))];
  const device = new Device(200, SMALL).inject(framed(primary(AWAY), ...guards, payload(ADU)));
  expect(device.data.length).toBeGreaterThan(2);
  for (const bundle of device.data) {
    expect([6, 7, 10].flatMap((type) => dataOf(bundle, type))).toEqual([
      ipn(200, 0),
      '00',
      array('05', '01'),
    ]);
  }
});

test.each([
  ['last first', [2, 1, 0]],
  ['first last', [1, 2, 0]],
  ['each twice', [0, 0, 2, 2, 1, 1]],
])('clause 66: fragments that come %s are one delivery', (_name, order) => {
  const parts = fragmentsOf(30, [0, 10], [10, 10], [20, 10]);
  const device = new Device().inject(...order.map((at) => parts[at]!));
  expect(device.delivered).toEqual([ADU.slice(0, 60)]);
  device.inject(...parts);
  expect(device.delivered.length).toBe(1);
  expect(device.node.agent.ledger()).toMatchObject({ stored: 0 });
});

test('clause 66: the vectors of fragments are one delivery', () => {
  for (const order of [
    ['d-fragment-first', 'd-fragment-overlap'],
    ['d-fragment-overlap', 'd-fragment-first'],
  ]) {
    const device = new Device().inject(...order.map(vector));
    expect(device.delivered.length).toBe(1);
  }
});

test.each<[string, [number, number][]]>([
  [
    'overlap',
    [
      [0, 20],
      [10, 20],
    ],
  ],
  [
    'lie within others',
    [
      [5, 5],
      [0, 20],
      [10, 5],
      [20, 10],
    ],
  ],
  [
    'meet only in a third',
    [
      [0, 12],
      [18, 12],
      [6, 18],
    ],
  ],
  [
    'hold nothing',
    [
      [0, 0],
      [15, 0],
      [0, 30],
      [30, 0],
    ],
  ],
])('clause 67: fragments that %s reassemble', (_name, places) => {
  const device = new Device().inject(...fragmentsOf(30, ...places));
  expect(device.delivered).toEqual([ADU.slice(0, 60)]);
});

test('clause 67: of octets that contradict each other the older are believed', () => {
  const first = fragmentsOf(30, [0, 20]);
  const timestamp = array(uint(MADE_AT_MS), uint(sequence));
  const fragment = [uint(10), uint(30)];
  const liar = framed(primary({ flags: 1, timestamp, fragment }), payload('00'.repeat(20)));
  const device = new Device().inject(...first, liar);
  expect(device.delivered).toEqual([]);
  expect(device.faults).toEqual(['agent.fragment-conflict']);
  device.inject(part(30, 20, 10));
  expect(device.delivered).toEqual([ADU.slice(0, 60)]);
});

test('clause 68: source and timestamp tell which fragments belong together', () => {
  const stamps = [array(uint(MADE_AT_MS), '01'), array(uint(MADE_AT_MS), '02')];
  const sources = [ipn(100, 1), ipn(100, 2)];
  const wholes = stamps.flatMap((timestamp) => sources.map((source) => ({ timestamp, source })));
  const device = new Device();
  for (const offset of [0, 1]) {
    wholes.forEach((more, at) => {
      const fragment = [uint(offset), uint(2)];
      device.inject(framed(primary({ ...more, flags: 1, fragment }), payload(uint(at))));
    });
  }
  expect(device.delivered).toEqual(['0000', '0101', '0202', '0303']);
});

test('clause 69: fragments of fragments count from the start of the whole', () => {
  const total = 5_000;
  const fragment = [uint(1_000), uint(total)];
  const device = new Device(200, SMALL);
  device.inject(framed(primary({ ...AWAY, flags: 1, fragment }), payload(ADU)));
  let offset = 1_000;
  for (const { primary: first, blocks } of device.data) {
    expect(first.fragment).toEqual({ offset, totalLength: total });
    offset += blocks.at(-1)!.data.length;
  }
  expect(offset).toBe(1_000 + ADU.length / 2);
});

test('clause 70: ten thousand first fragments are bounded', () => {
  const device = new Device(200, { reassembly: { setsMax: 100 } });
  for (let at = 0; at < 10_000; at++) {
    const timestamp = array(uint(MADE_AT_MS), uint(at));
    device.inject(framed(primary({ timestamp, flags: 1, fragment: ['00', '02'] }), payload('00')));
  }
  expect(device.node.agent.ledger()).toMatchObject({
    stored: 100,
    deleted: { 'depleted-storage': 9_900 },
  });
  device.expectAlive();
});

test.each([
  ['beyond its whole', [uint(25), uint(30)]],
  ['behind its whole', [uint(31), uint(30)]],
  ['of 2^53 octets', [uint(2 ** 53 - 1), uint(2 ** 53 - 1)]],
])('clause 66: a fragment %s is refused, or gathered with none', (_name, fragment) => {
  const hex = framed(primary({ flags: 1, fragment }), payload(ADU.slice(0, 20)));
  new Device(200, { strictness: 'strict' }).inject(hex).expectDropped();
  new Device().inject(hex).expectDropped();
});

let sequence = 500;

/** Fragments of a new whole that is the beginning of ADU: `[offset, octets]` of each. */
function fragmentsOf(total: number, ...places: readonly [number, number][]): string[] {
  sequence += 1;
  return places.map(([offset, octets]) => part(total, offset, octets));
}

/** A fragment of the whole of the latest `fragmentsOf`. */
function part(total: number, offset: number, octets: number): string {
  const timestamp = array(uint(MADE_AT_MS), uint(sequence));
  const data = ADU.slice(2 * offset, 2 * (offset + octets));
  const fragment = [uint(offset), uint(total)];
  return framed(primary({ flags: 1, timestamp, fragment }), payload(toHex(fromHex(data))));
}
