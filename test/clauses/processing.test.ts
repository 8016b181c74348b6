/** Section D of the conformance clauses: reception and forwarding (RFC 9171 §5). */
import { expect, test } from 'vitest';
import { payloadOf } from '#protocol/bundle/bundle.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { Device, dataOf, recordVector, vector } from './device.ts';
import { array, block, framed, ipn, MADE_AT_MS, payload, primary, uint } from './raw-bundle.ts';
import { blocksOf } from './traffic.ts';

const AWAY = { destination: ipn(900, 7) };
const REPORTING = { statusReports: true } as const;
const [RECEPTION, FORWARDING, DELIVERY, DELETION, ALL] = [
  0x4000, 0x10000, 0x20000, 0x40000, 0x74000,
];

test('clause 44: status reports are off by default', () => {
  const device = new Device().inject(vector('d-all-reports'));
  device.inject(framed(primary({ ...AWAY, flags: ALL }), payload())).wait(1_000);
  expect(device.delivered.length).toBe(1);
  expect(device.records).toEqual([]);
});

test('clause 45: reception is reported with reason 0 to the report-to', () => {
  const device = new Device(200, REPORTING);
  device.inject(framed(primary({ ...AWAY, flags: RECEPTION }), payload()));
  expect(device.said).toEqual(['received 0']);
  expect(device.records[0]!.primary.destination).toEqual(ipnEid(900, 1));
  const other = new Device(200, REPORTING).inject(vector('d-all-reports'));
  expect(other.said).toEqual(['received 0', 'delivered 0']);
});

test('clause 46: an unsupported block with the delete flag deletes with reason 11', () => {
  const unknown = block(192, 2, '00', { flags: 0x04 });
  const device = new Device(200, REPORTING);
  device.inject(framed(primary({ ...AWAY, flags: DELETION }), unknown, payload()));
  expect(device.said).toEqual(['deleted 11']);
  device.expectDropped();
  new Device().inject(vector('m-unknown-delete')).expectDropped();
});

test('clause 47: an unsupported block with the discard flag is removed, and nothing else', () => {
  const first = primary(AWAY);
  const [keep, drop] = [block(193, 3, '01', { crc: 2 }), block(192, 2, '00', { flags: 0x10 })];
  const device = new Device().inject(framed(first, drop, keep, payload('6869', { crc: 1 })));
  const left = blocksOf(device.left[0]!).map(({ hex }) => hex);
  expect(left).not.toContain(drop);
  expect(left).toEqual(expect.arrayContaining([first, keep, payload('6869', { crc: 1 })]));
  const relay = new Device(150).inject(vector('d-unknown-block-discard'));
  expect(dataOf(relay.data[0], 192)).toEqual([]);
  expect(toHex(payloadOf(relay.data[0]!).data)).toBe('68656c6c6f20776f726c64');
});

test.each([2, 5, 8, 9, 13, 191, 192, 255, 256, 65_536, 2 ** 53 - 1])(
  'clause 48: an unsupported block of type %i without flags goes on octet for octet',
  (type) => {
    const unknown = block(type, 2 ** 40, '00ff', { flags: 2 ** 52, crc: 2 });
    const device = new Device().inject(framed(primary(AWAY), unknown, payload()));
    expect(blocksOf(device.left[0]!).map(({ hex }) => hex)).toContain(unknown);
  },
);

test('clause 49: an unsupported block with the report flag is reported with reason 11', () => {
  const unknown = block(192, 2, '00', { flags: 0x02 });
  const device = new Device(200, REPORTING);
  device.inject(framed(primary(AWAY), unknown, payload()));
  device.inject(framed(primary({ ...AWAY, flags: RECEPTION }), unknown, payload()));
  expect(device.said).toEqual(['received 11', 'received 0', 'received 11']);
  const other = new Device(200, REPORTING).inject(vector('d-unknown-block-report'));
  expect(other.said).toEqual(['received 0', 'received 11']);
  expect(other.delivered.length).toBe(1);
});

test('clause 50: deletion comes before discarding, after reporting', () => {
  const device = new Device(200, REPORTING);
  const unknown = block(192, 2, '00', { flags: 0x16 });
  device.inject(framed(primary({ ...AWAY, flags: RECEPTION + DELETION }), unknown, payload()));
  expect(device.said).toEqual(['received 0', 'received 11', 'deleted 11']);
  device.expectDropped();
});

test.each([
  ['nobody for a destination', { destination: array('01', '00') }, []],
  ['a spent hop count', AWAY, [block(10, 3, array('05', '06'))]],
])('clause 50: an unsupported block is judged before %s', (_name, more, extensions) => {
  const unknown = block(192, 2, '00', { flags: 0x04 });
  const first = primary({ ...more, flags: DELETION });
  const device = new Device(200, REPORTING);
  device.inject(framed(first, unknown, ...extensions, payload()));
  expect(device.said).toEqual(['deleted 11']);
});

test.each<[string, Parameters<typeof primary>[0]]>([
  ['made in 2000', { timestamp: array('01', '00'), lifetime: uint(1_000) }],
  ['a millisecond too old', { timestamp: array(uint(MADE_AT_MS), '00'), lifetime: uint(99) }],
  ['without a lifetime', { timestamp: array(uint(MADE_AT_MS), '00'), lifetime: '00' }],
])('clause 51: a bundle %s is deleted with reason 1', (_name, more) => {
  const device = new Device(200, REPORTING);
  device.inject(framed(primary({ ...AWAY, flags: DELETION, ...more }), payload()));
  expect(device.said).toEqual(['deleted 1']);
  device.inject(vector('m-expired-clock')).expectDropped();
});

test('clause 51: a bundle as old as its lifetime has not expired', () => {
  const lifetime = uint(100);
  const device = new Device().inject(framed(primary({ ...AWAY, lifetime }), payload()));
  expect(device.data.length).toBe(1);
});

test('clause 52: without a creation time a bundle expires by its age', () => {
  const untimed = { ...AWAY, timestamp: array('00', '05'), flags: DELETION };
  const lifetime = uint(5_000);
  const device = new Device(200, REPORTING);
  device.inject(framed(primary({ ...untimed, lifetime }), block(7, 2, uint(5_001)), payload()));
  expect(device.said).toEqual(['deleted 1']);
  device.inject(vector('m-expired-age')).expectDropped();
  const young = framed(primary({ ...untimed, lifetime }), block(7, 2, uint(5_000)), payload());
  expect(new Device().inject(young).data.length).toBe(1);
});

test.each([
  ['by the clock', { lifetime: uint(5_100) }, []],
  ['by its age', { timestamp: array('00', '09'), lifetime: uint(5_100) }, [block(7, 2, uint(100))]],
])('clause 53: a stored bundle expires %s while it waits', (_name, more, extensions) => {
  const device = new Device(200, REPORTING).close(300);
  const first = primary({ ...AWAY, flags: DELETION, ...more });
  device.inject(framed(first, ...extensions, payload())).wait(5_000);
  expect(device.node.agent.ledger()).toMatchObject({ stored: 1, expired: 0 });
  device.wait(3_000).open(300);
  expect(device.said).toEqual(['deleted 1']);
  device.expectDropped();
});

test('clause 53: one for a service that is away expires as well', () => {
  const device = new Device(200, REPORTING);
  const first = primary({ destination: ipn(200, 9), flags: DELETION, lifetime: uint(5_100) });
  device.inject(framed(first, payload())).wait(8_000);
  device.node.agent.register(8_000_000, 9);
  expect(device.said).toEqual(['deleted 1']);
  device.expectDropped();
});

test('clause 54: a bundle for a member is delivered once and not sent on', () => {
  const device = new Device().inject(vector('d-min-crc16'), vector('d-min-crc16')).wait(60_000);
  expect(device.delivered).toEqual(['68656c6c6f20776f726c64']);
  expect(device.left).toEqual([]);
});

test('clause 55: without any route a bundle is kept until it expires', () => {
  const device = new Device(200, REPORTING);
  for (const destination of [ipn(77, 1), ipn(9, 200, 1), array('01', '672f2f6e6f64652f')]) {
    const first = primary({ destination, flags: DELETION, lifetime: uint(60_100) });
    device.inject(framed(first, payload()));
  }
  device.wait(60_000);
  expect(device.node.agent.ledger()).toMatchObject({ stored: 3 });
  device.wait(1);
  expect(device.said).toEqual(['deleted 1', 'deleted 1', 'deleted 1']);
  device.expectDropped();
});

test('clause 55: a bundle for nobody fails at once with reason 5', () => {
  const device = new Device(200, REPORTING);
  const destination = array('01', '00');
  device.inject(framed(primary({ destination, flags: DELETION }), payload()));
  expect(device.said).toEqual(['deleted 5']);
  device.inject(vector('m-dst-null')).expectDropped();
});

test('clause 56: forwarding goes on when the contact comes', () => {
  const device = new Device().close(300);
  device.inject(framed(primary(AWAY), payload())).wait(30_000);
  expect(device.left).toEqual([]);
  expect(device.open(300).data.length).toBe(1);
});

test('clause 57: forwarding is reported with reason 0, once it is done', () => {
  const device = new Device(200, REPORTING).close(300);
  device.inject(framed(primary({ ...AWAY, flags: FORWARDING }), payload())).wait(1_000);
  expect(device.node.all('store').length).toBe(1);
  device.open(300);
  expect(device.said).toEqual(['forwarded 0']);
});

test('clause 58: delivery is reported when it is made', () => {
  const device = new Device(200, REPORTING);
  const first = primary({ destination: ipn(200, 9), flags: DELIVERY + 0x40 });
  device.inject(framed(first, payload())).wait(7_000);
  expect(device.said).toEqual([]);
  device.node.agent.register(7_000_000, 9);
  device.node.drain(7_000_000);
  expect(device.said).toEqual(['delivered 0']);
  expect(device.reports[0]!.delivered).toEqual({ timeMs: MADE_AT_MS + 7_100 });
  expect(recordVector('sr-delivered-time')).toContain('82f5');
});

test('clause 59: a service that is away has its bundles in order of receipt', () => {
  const device = new Device();
  const texts = ['01', '02', '03', '04'];
  for (const data of texts) {
    device.inject(framed(primary({ destination: ipn(200, 9) }), payload(data)));
  }
  device.node.agent.register(0, 9);
  device.node.drain(0);
  expect(device.delivered).toEqual(texts);
});

test('clause 60: of two that expire only the one that asks is reported', () => {
  const device = new Device(200, REPORTING).close(300);
  for (const flags of [0, DELETION, ALL - DELETION]) {
    const first = primary({ ...AWAY, flags, lifetime: uint(5_100) });
    device.inject(framed(first, payload()));
  }
  device.wait(8_000).open(300);
  expect(device.said.filter((word) => word.startsWith('deleted'))).toEqual(['deleted 1']);
});
