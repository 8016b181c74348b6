/** Section A of the conformance clauses: the primary block (RFC 9171 §4.2, §4.3.1). */
import { expect, test } from 'vitest';
import type { SendRequest } from '#protocol/agent/agent.ts';
import { DTN_EPOCH_UNIX_MS } from '#protocol/bundle/dtn-time.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { BUNDLE_FLAG, REPORT_FLAGS } from '#protocol/bundle/primary-block.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Node, planOf } from '../protocol/agent/mesh.ts';
import { Device, dataOf, read, vector } from './device.ts';
import {
  array,
  block,
  bytes,
  dtn,
  framed,
  ipn,
  MADE_AT_MS,
  NONE,
  payload,
  primary,
  text,
  uint,
} from './raw-bundle.ts';
import { asking, blocksOf, everythingThatLeaves } from './traffic.ts';

const AWAY = ipn(900, 7);

test('clause 12: a primary block that the device originates has a CRC', () => {
  for (const { primary: first } of everythingThatLeaves().map(read)) {
    expect(first.crcType).not.toBe(0);
  }
});

test.each([
  ['three elements', { destination: ipn(0, 900, 7), source: ipn(977_000, 7, 0) }],
  ['an allocator in two elements', { source: ipn((977_000n << 32n) + 7n, 0) }],
  ['flags without a meaning', { flags: 2n ** 63n + 2n ** 40n + 0x98n }],
  ['integers longer than they need be', { lifetime: '1b000000000036ee80' }],
  ['values of 64 bits', { timestamp: array(uint(2n ** 64n - 1n), uint(2n ** 64n - 2n)) }],
  ['the longest lifetime', { lifetime: uint(2n ** 64n - 1n) }],
  [
    'indefinite arrays',
    { destination: '9f029f19038407ffff', timestamp: '9f1b000000afe9537a3805ff' },
  ],
  ['a text for nobody', { reportTo: dtn('none') }],
  ['no CRC', { crc: 0 }],
] as const)('clause 13: a primary block with %s leaves as it came', (_name, more) => {
  const first = primary({ destination: AWAY, ...more });
  const device = new Device().inject(framed(first, payload()));
  expect(blocksOf(device.left[0]!)[0]!.hex).toBe(first);
});

test.each([0, 6, 8, 255])('clause 14: version %i is not processed', (version) => {
  new Device()
    .inject(framed(primary({ version: uint(version) }), payload()), vector('m-version-6'))
    .expectDropped();
});

test('clause 15: bundle flags without a meaning are ignored', () => {
  const device = new Device();
  for (let bit = 3; bit < 64; bit++) {
    if (![5, 6, 14, 16, 17, 18].includes(bit)) {
      device.inject(
        framed(primary({ destination: AWAY, flags: 4n + 2n ** BigInt(bit) }), payload()),
      );
    }
  }
  expect(device.data.length).toBe(55);
});

test('clause 16: block flags without a meaning are ignored', () => {
  const device = new Device();
  for (let bit = 3; bit < 64; bit++) {
    if (bit === 4) continue;
    const flags = 2n ** BigInt(bit);
    const unknown = block(200, 2, '00', { flags, crc: 1 });
    device.inject(framed(primary({ destination: AWAY }), unknown, payload()));
    expect(blocksOf(device.left.at(-1)!).map(({ hex }) => hex)).toContain(unknown);
  }
  expect(device.inject(vector('d-unknown-block-flags')).delivered).toEqual([
    '68656c6c6f20776f726c64',
  ]);
});

test('clause 17: what has no source is whole and asks for nothing', () => {
  const reports = { reception: true, deletion: true, times: true };
  const [made] = new Device().send({ anonymous: true, reports }).data;
  expect(made!.primary).toMatchObject({ source: NULL_EID, reportTo: NULL_EID, flags: 4 });
  expect(made!.blocks.some(({ flags }) => (flags & 2) !== 0)).toBe(false);
});

test('clause 17: nobody is told of a bundle without a source, whatever it asks', () => {
  const illegal = framed(primary({ source: NONE, flags: 0x74040, destination: AWAY }), payload());
  const unknown = block(200, 2, '00', { flags: 2 });
  for (const strictness of ['tolerant', 'strict'] as const) {
    const device = new Device(200, { statusReports: true, strictness });
    device.inject(illegal, vector('m-anon-reports'), vector('m-anon-fragmentable'));
    device.inject(
      framed(primary({ source: NONE, flags: 4, destination: AWAY }), unknown, payload()),
    );
    device.wait(500_000);
    expect(device.records).toEqual([]);
  }
});

test('clause 18: administrative records ask for nothing', () => {
  const device = new Device(200, { statusReports: true });
  const [record] = device.inject(asking(payload(), 0x74040)).records;
  expect(record!.primary.flags & (REPORT_FLAGS | BUNDLE_FLAG.statusTime)).toBe(0);
  expect(record!.blocks.filter(({ flags }) => (flags & 2) !== 0)).toEqual([]);
});

test.each([
  ['one item', array('02')],
  ['three items', array('02', array('18c8', '01'), '00')],
  ['no array', '02'],
  ['an indefinite array of three', '9f028218c80100ff'],
  ['an indefinite array of one', '9f02ff'],
  ['a tag', `c1${ipn(200, 1)}`],
  ['an ipn text', array('02', text('200.1'))],
  ['a dtn integer other than 0', array('01', '01')],
  ['an empty dtn text', dtn('')],
  ['a dtn byte string', array('01', bytes('2f2f612f'))],
  ['scheme 99', array(uint(99), '00')],
  ['a negative scheme', array('21', array('18c8', '01'))],
  ['a negative node', array('02', array('20', '01'))],
  ['a float for a node', array('02', array('f94240', '01'))],
])('clause 19: an endpoint with %s is malformed', (_name, endpoint) => {
  const device = new Device();
  for (const field of ['destination', 'source', 'reportTo'] as const) {
    device.inject(framed(primary({ [field]: endpoint }), payload()));
  }
  expect(device.faults.length).toBe(3);
  device.expectDropped();
});

test.each(['81', '83', '80', '84'])('clause 19: a head %s of two items is malformed', (head) => {
  const stamp = array(uint(MADE_AT_MS), '05');
  const wrong = (item: string) => item.replace(/^82/, head);
  const device = new Device().inject(
    framed(primary({ destination: wrong(ipn(200, 1)) }), payload()),
    framed(primary({ destination: wrong(dtn('//a/b')) }), payload()),
    framed(primary({ destination: `8202${wrong(array('18c8', '01'))}` }), payload()),
    framed(primary({ timestamp: wrong(stamp) }), payload()),
    framed(primary(), block(10, 2, wrong(array('05', '00'))), payload()),
  );
  device.expectDropped();
});

test.each(['m-eid-3elem', 'm-eid-ipn-text', 'm-eid-scheme-99'])(
  'clause 19: %s is deleted',
  (id) => {
    new Device().inject(vector(id)).expectDropped();
  },
);

test('clause 20: nobody is written as the unsigned integer 0', () => {
  const device = new Device(200, { statusReports: true }).inject(asking(payload(), 0x4000));
  expect(device.records[0]!.primary.reportTo).toBe(NULL_EID);
  expect(toHex(device.records[0]!.primary.octets!)).toContain(NONE);
  const [anonymous] = new Device().send({ anonymous: true }).left;
  expect(blocksOf(anonymous!)[0]!.hex.split(NONE).length).toBe(3);
});

test('clause 21: service 0 names the node, in previous node blocks and in reports', () => {
  const device = new Device(200, { statusReports: true }).inject(
    framed(primary({ destination: AWAY, flags: 0x4000 }), payload()),
  );
  expect(dataOf(device.data[0], 6)).toEqual([ipn(200, 0)]);
  expect(device.records[0]!.primary.source).toEqual(ipnEid(200, 0));
});

test('clause 22: creation time is in milliseconds since 2000', () => {
  const epochUnixMs = Date.UTC(2026, 10, 26, 5, 30);
  const node = new Node(1, planOf([1, 2, 0, 10]), { epochUnixMs });
  node.agent.originate(1_234_567, request({ destination: ipnEid(2, 1) }));
  node.drain(1_234_567);
  const { primary: first } = read(toHex(node.all('store')[0]!.octets));
  expect(first.creationTimeMs).toBe(epochUnixMs - Date.UTC(2000, 0, 1) + 1_234);
  expect(DTN_EPOCH_UNIX_MS).toBe(Date.UTC(2000, 0, 1));
});

test('clause 23: ten thousand bundles of one instant have as many timestamps', () => {
  for (const clockless of [false, true]) {
    const node = new Node(1, planOf([1, 2, 0, 10]), { clockless, storeOctetsMax: 1e8 });
    const ids = Array.from({ length: 10_000 }, () => node.agent.originate(0, request({})));
    expect(new Set(ids).size).toBe(10_000);
    expect(ids).not.toContain(undefined);
  }
});

function request(more: Partial<SendRequest>): SendRequest {
  const fixed = { sourceService: 1, lifetimeMs: 1_000, trafficClass: 1 } as const;
  return { adu: Uint8Array.of(1), destination: ipnEid(900, 1), ...fixed, ...more };
}
