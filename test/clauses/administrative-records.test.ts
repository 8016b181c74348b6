/** Section F of the conformance clauses: administrative records (RFC 9171 §6, RFC 9713). */
import { expect, test } from 'vitest';
import { payloadOf } from '#protocol/bundle/bundle.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { BUNDLE_FLAG, REPORT_FLAGS } from '#protocol/bundle/primary-block.ts';
import { toHex } from '#protocol/bytes/octets.ts';
import { statusReportVectors } from '../protocol/bundle/vectors.ts';
import { Device, recordVector } from './device.ts';
import {
  array,
  block,
  framed,
  ipn,
  MADE_AT_MS,
  NONE,
  payload,
  primary,
  text,
  uint,
} from './raw-bundle.ts';

const AWAY = { destination: ipn(900, 7) };
const REPORTING = { statusReports: true } as const;
const STAMP = array(uint(MADE_AT_MS), uint(9));
const [FALSE, TRUE] = [array('f4'), array('f5')];
const [RECEPTION, TIME] = [0x4000, 0x40];
/** The clock of a device stands 100 ms after the making of bundles. */
const TRUE_NOW = array('f5', uint(MADE_AT_MS + 100));

test('clause 71: a report has four elements, or six about a fragment', () => {
  const whole = { ...AWAY, timestamp: STAMP, flags: RECEPTION };
  expect(recordsOf(framed(primary(whole), payload()))).toEqual([record(TRUE)]);
  const fragment = [uint(300), uint(1_000)];
  const cut = framed(
    primary({ ...whole, flags: RECEPTION + 1, fragment }),
    payload('00'.repeat(70)),
  );
  const statuses = array(TRUE, FALSE, FALSE, FALSE);
  const six = array(statuses, '00', ipn(100, 1), STAMP, uint(300), uint(70));
  expect(recordsOf(cut)).toEqual([array('01', six)]);
});

test('clause 72: a time is there if it is asserted and asked for', () => {
  const first = { ...AWAY, timestamp: STAMP, flags: RECEPTION + TIME };
  expect(recordsOf(framed(primary(first), payload()))).toEqual([record(TRUE_NOW)]);
  const all = primary({ ...AWAY, timestamp: STAMP, flags: 0x74000 + TIME });
  expect(recordsOf(framed(all, payload()))).toEqual([record(TRUE_NOW), record(FALSE, TRUE_NOW)]);
  const here = primary({ timestamp: STAMP, flags: 0x20000 + TIME });
  expect(recordsOf(framed(here, payload()))).toEqual([record(FALSE, FALSE, TRUE_NOW)]);
  const gone = primary({ destination: NONE, timestamp: STAMP, flags: 0x40000 + TIME });
  expect(recordsOf(framed(gone, payload()))).toEqual([record(FALSE, FALSE, FALSE, TRUE_NOW, '05')]);
});

test('clause 73: a status is true or false, and nothing else is one', () => {
  const first = primary({ ...AWAY, timestamp: STAMP, flags: 0x74000 });
  expect(recordsOf(framed(first, payload()))).toEqual([record(TRUE), record(FALSE, TRUE)]);
  const device = new Device();
  for (const odd of ['00', '01', 'f6', 'f7', 'e0', '20', text('t'), 'f93c00']) {
    device.inject(toAdmin(record(array(odd))));
  }
  expect(device.node.all('report')).toEqual([]);
  expect(device.faults.length).toBe(8);
  device.expectAlive();
});

test.each([
  ['in three elements', ipn(977_000, 100, 1), STAMP],
  ['of 64 bits in two elements', ipn((977_000n << 32n) + 100n, 1), STAMP],
  ['of the dtn scheme', array('01', text('//far/away')), STAMP],
  ['with the largest numbers', ipn(100, 1), array(uint(2n ** 64n - 1n), uint(2n ** 64n - 1n))],
])('clause 74: source %s and timestamp are those of the subject', (_name, source, timestamp) => {
  const first = primary({ ...AWAY, source, timestamp, flags: RECEPTION });
  const statuses = array(TRUE, FALSE, FALSE, FALSE);
  expect(recordsOf(framed(first, payload()))).toEqual([
    array('01', array(statuses, '00', source, timestamp)),
  ]);
});

test('clause 75: a report is a flagged bundle from the node to the report-to', () => {
  const reportTo = ipn(0, 900, 3);
  const device = new Device(200, REPORTING);
  device.inject(framed(primary({ ...AWAY, reportTo, flags: RECEPTION }), payload()));
  const { primary: first, blocks } = device.records[0]!;
  expect(first.flags).toBe(BUNDLE_FLAG.administrativeRecord);
  expect(first.flags & REPORT_FLAGS).toBe(0);
  expect(first.destination).toMatchObject({ node: 900, service: 3 });
  expect([first.source, first.reportTo]).toEqual([ipnEid(200, 0), NULL_EID]);
  expect(blocks.at(-1)!.type).toBe(1);
});

test.each([
  ...['ar-unknown-type', 'ar-not-array', 'ar-status-3items'].map((id) => [id, recordVector(id)]),
  ['a type of 64 bits', array(uint(2n ** 64n - 1n), array())],
  ['type 0', array('00', array())],
  ['a record of three items', array('01', array(), '00')],
  [
    'a report of five items',
    array('01', array(array(TRUE, FALSE, FALSE, FALSE), '00', NONE, STAMP, '00')),
  ],
  ...['83', '85', '86', '87'].map((head) => [
    `a head ${head} of a report of four`,
    record(TRUE).replace(/^820184/, `8201${head}`),
  ]),
  ['a head of one item on two', record(TRUE).replace(/^82/, '81')],
  ['nothing', ''],
  ['a half of a report', recordVector('sr-received').slice(0, 30)],
  ['a report and an octet', `${recordVector('sr-received')}00`],
  ['deep nesting', '81'.repeat(2_000)],
  ['a string longer than the bundle', array('01', '5b7fffffffffffffff')],
  ['four thousand statuses', array('01', array(`9a00000fa0${TRUE}`, '00', NONE, STAMP))],
])('clause 76: %s is ignored', (_name, data) => {
  const device = new Device(200, REPORTING).inject(toAdmin(data!));
  expect(device.node.all('report')).toEqual([]);
  expect(device.faults.length).toBe(1);
  expect(device.left).toEqual([]);
  expect(device.node.agent.ledger()).toMatchObject({ delivered: 1, stored: 0 });
  device.expectAlive();
});

test('clause 76: every report of the vectors is taken in, and nothing else of them', () => {
  const device = new Device();
  const vectors = statusReportVectors();
  for (const { adminRecordHex } of vectors) device.inject(toAdmin(adminRecordHex));
  const sound = vectors.filter(({ decoded }) => decoded !== undefined);
  expect(device.node.all('report').map(({ report }) => report.reason)).toEqual(
    sound.map(({ decoded }) => decoded!.reason),
  );
});

test('clause 77: nothing is reported about a report', () => {
  const flags = 0x74042;
  const data = recordVector('sr-received');
  for (const destination of [ipn(77, 0), ipn(200, 0), ipn(900, 0), NONE, ipn(0xffff_ffff, 0)]) {
    const device = new Device(200, REPORTING);
    const unknown = block(192, 2, '00', { flags: 0x06 });
    device.inject(framed(primary({ destination, flags }), payload(data)));
    device.inject(framed(primary({ destination, flags }), unknown, payload(data)));
    device.inject(framed(primary({ destination, flags }), payload(data).slice(0, -2)));
    device.wait(900_000);
    expect(device.said).toEqual([]);
    expect(device.node.all('store').filter(({ id }) => id.startsWith('ipn:200'))).toEqual([]);
  }
});

test('clause 77: nor about a report of its own that cannot go', () => {
  const device = new Device(200, REPORTING);
  device.inject(framed(primary({ ...AWAY, reportTo: ipn(77, 0), flags: 0x74000 }), payload()));
  const made = () => device.node.all('store').filter(({ id }) => id.startsWith('ipn:200'));
  expect(made().length).toBe(2);
  device.wait(87_000_000);
  expect(device.node.agent.ledger()).toMatchObject({ expired: 2, stored: 0 });
  expect(made().length).toBe(2);
});

/** What a device says of a bundle, as the records it sends. */
function recordsOf(hex: string): string[] {
  const { records } = new Device(200, REPORTING).inject(hex);
  return records.map((bundle) => toHex(payloadOf(bundle).data));
}

/** A report on a bundle from ipn:100.1 made at STAMP. */
function record(
  received = FALSE,
  forwarded = FALSE,
  delivered = FALSE,
  deleted = FALSE,
  why = '00',
) {
  const statuses = array(received, forwarded, delivered, deleted);
  return array('01', array(statuses, why, ipn(100, 1), STAMP));
}

function toAdmin(data: string): string {
  return framed(primary({ destination: ipn(200, 0), flags: 2 }), payload(data));
}
