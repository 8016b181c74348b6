/** Section B of the conformance clauses: the update of the ipn scheme (RFC 9758). */
import { expect, test } from 'vitest';
import { type Eid, formatEid, isLocalNode, parseEid } from '#protocol/bundle/eid.ts';
import { decodePreviousNode } from '#protocol/bundle/extension-blocks.ts';
import { fromHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { Device, dataOf, read as readBundle, recordVector, vector } from './device.ts';
import { array, block, dtn, framed, ipn, NONE, payload, primary, uint } from './raw-bundle.ts';
import { everythingThatLeaves } from './traffic.ts';

const FQNN = (977_000n << 32n) + 100n;
const LOCAL = ipn(0xffff_ffff, 1);
const HELLO = '68656c6c6f';

test('clause 27: both forms of an endpoint are delivered to', () => {
  const device = new Device();
  for (const destination of [
    ipn(200, 1),
    ipn(0, 200, 1),
    '9f029f18c801ffff',
    '9f029f0018c801ffff',
  ]) {
    device.inject(framed(primary({ destination }), payload()));
  }
  expect(device.delivered).toEqual([HELLO, HELLO, HELLO, HELLO]);
});

test('clause 28: equal endpoints are one, whatever their encodings', () => {
  const endpoint = eid('ipn:977000.100.1');
  const device = new Device(200, { endpoints: [{ endpoint, service: 1 }] });
  device
    .inject(vector('d-ipn3'))
    .inject(
      framed(primary({ destination: ipn(977_000, 100, 1) }), payload()),
      framed(primary({ destination: ipn(FQNN, 1) }), payload()),
    );
  expect(device.delivered).toEqual(['68656c6c6f20776f726c64', HELLO, HELLO]);
  expect(device.left).toEqual([]);
  // The identity of a bundle is equal as well (RFC 9171 §4.2.7).
  device.inject(vector('d-ipn2-fqnn'));
  expect(device.node.all('duplicate').length).toBe(1);
  const other = new Device(200, { endpoints: [{ endpoint, service: 1 }] });
  expect(other.inject(vector('d-ipn2-fqnn')).delivered.length).toBe(1);
});

test('clause 28: an endpoint of the dtn scheme is registered likewise, text by text', () => {
  const endpoint = eid('dtn://here/in');
  const device = new Device(200, { endpoints: [{ endpoint, service: 1 }] });
  for (const ssp of ['//here/in', '//here/in/', '//here/In', '//there/in']) {
    device.inject(framed(primary({ destination: dtn(ssp) }), payload()));
  }
  expect(device.delivered).toEqual([HELLO]);
});

test.each([
  ['dtn:none', NONE],
  ['the text none', dtn('none')],
  ['ipn:0.0', ipn(0, 0)],
  ['ipn:0.0.0', ipn(0, 0, 0)],
])('clause 29: with %s for a report-to nobody is told', (_name, reportTo) => {
  const device = new Device(200, { statusReports: true });
  const asking = primary({ destination: ipn(900, 7), reportTo, flags: 0x74040 });
  device.inject(framed(asking, payload()), vector('d-null-report-to')).wait(500_000);
  expect(device.data.length).toBe(1);
  expect(device.records).toEqual([]);
});

test.each([
  ['ipn:0.0', ipn(0, 0)],
  ['ipn:0.0.0', ipn(0, 0, 0)],
])('clause 29: %s is no source that anybody is told of', (_name, source) => {
  const device = new Device(200, { statusReports: true });
  device.inject(framed(primary({ source, flags: 0x74044 }), payload()));
  expect(device.delivered).toEqual([HELLO]);
  expect(device.records).toEqual([]);
});

test('clause 30: what names the very node is discarded without a word', () => {
  const device = new Device(200, { statusReports: true });
  const flags = 0x74040;
  for (const local of [LOCAL, ipn(0, 0xffff_ffff, 1), ipn(0xffff_ffff, 0)]) {
    device.inject(
      framed(primary({ destination: local, flags }), payload()),
      framed(primary({ source: local, flags, destination: ipn(900, 7) }), payload()),
      framed(primary({ reportTo: local, flags, destination: ipn(900, 7) }), payload()),
    );
  }
  device.inject(vector('m-localnode-src')).wait(500_000);
  expect(device.left).toEqual([]);
  device.expectDropped();
});

test('clause 30: node 2^32 - 1 of another allocator is a node like others', () => {
  const device = new Device();
  const source = ipn(977_000, 0xffff_ffff, 1);
  device.inject(framed(primary({ source }), payload()));
  expect(device.delivered).toEqual([HELLO]);
});

test('clause 31: no endpoint that leaves is the very node', () => {
  const device = new Device();
  device.send({ destination: eid('ipn:!.7') });
  device.send({ reports: { delivery: true, to: eid('ipn:!.0') } });
  device.inject(framed(primary({ destination: ipn(900, 7) }), block(6, 2, LOCAL), payload()));
  expect(dataOf(device.data[0], 6)).toEqual([ipn(200, 0)]);
  expect(device.data.length).toBe(1);
  for (const bundle of [...device.data, ...everythingThatLeaves().map(readBundle)]) {
    const { destination, source, reportTo } = bundle.primary;
    const previous = dataOf(bundle, 6).map((hex) => decodePreviousNode(fromHex(hex)) as Eid);
    expect([destination, source, reportTo, ...previous].filter(isLocalNode)).toEqual([]);
  }
});

test('clause 32: service 0 is the administrative endpoint, which takes records only', () => {
  const device = new Device(200, { statusReports: true });
  device.node.agent.register(0, 0);
  const record = recordVector('sr-received');
  for (const destination of [ipn(200, 0), ipn(0, 200, 0)]) {
    device.inject(framed(primary({ destination, flags: 2 }), payload(record)));
    device.inject(framed(primary({ destination, flags: 0x40000 }), payload()));
  }
  expect(device.node.all('report').length).toBe(2);
  expect(device.delivered).toEqual([]);
  expect(device.said).toEqual(['deleted 5', 'deleted 5']);
  device.expectAlive();
});

test.each([
  ['no element', array('02', array())],
  ['one element', array('02', array('18c8'))],
  ['four elements', array('02', array('00', '00', '18c8', '01'))],
  ['node 2^32 in three elements', ipn(0, 2 ** 32, 1)],
  ['allocator 2^32 in three elements', ipn(2 ** 32, 200, 1)],
  ['an indefinite array of one', array('02', '9f18c8ff')],
  ['an indefinite array of four', array('02', '9f000018c801ff')],
  ['a service that is a text', array('02', array('18c8', '6131'))],
  ['a number without an array', array('02', uint(200))],
])('clause 33: an ipn endpoint with %s is invalid', (_name, endpoint) => {
  const device = new Device();
  for (const field of ['destination', 'source', 'reportTo'] as const) {
    device.inject(framed(primary({ [field]: endpoint }), payload()));
  }
  device.inject(framed(primary(), block(6, 2, endpoint), payload()));
  expect(device.faults.length).toBe(4);
  device.inject(vector('m-eid-ipn-4'), vector('m-eid-ipn3-big-node')).expectDropped();
});

test.each([
  ['ipn:977000.100.1', 'ipn:977000.100.1'],
  ['ipn:0.100.1', 'ipn:100.1'],
  ['ipn:!.5', 'ipn:!.5'],
  ['ipn:4294967295.5', 'ipn:!.5'],
  ['ipn:0.4294967295.5', 'ipn:!.5'],
  ['ipn:1.4294967295.5', 'ipn:1.4294967295.5'],
  ['ipn:4294967295.4294967295.0', 'ipn:4294967295.4294967295.0'],
  ['ipn:0.0', 'ipn:0.0'],
  ['dtn:none', 'dtn:none'],
  ['dtn://node/', 'dtn://node/'],
  ['dtn://node/~group', 'dtn://node/~group'],
  ['dtn://n%20d.e-1_~!$&()*+,;=/in/out?x=1#y', 'dtn://n%20d.e-1_~!$&()*+,;=/in/out?x=1#y'],
])('clause 33: the text %s is read, and written as %s', (before, after) => {
  expect(formatEid(eid(before))).toBe(after);
});

test.each([
  ...['ipn:1', 'ipn:1.2.3.4', 'ipn:01.2', 'ipn:1.02', 'ipn:1.2.03', 'ipn:.1', 'ipn:1.', 'ipn:!.!'],
  ...[
    'ipn:!',
    'ipn:!.1.2',
    'ipn:1.!.2',
    'ipn:+1.2',
    'ipn:0x1.2',
    'ipn:1.2 ',
    'IPN:1.2',
    'ipn:1.-2',
  ],
  ...['ipn:4294967296.1', 'ipn:4294967296.1.1', 'ipn:1.4294967296.1', 'ipn:١.2', 'ipn://1.2', ''],
  ...[
    'dtn:',
    'dtn:None',
    'dtn:none/',
    'dtn:/node/',
    'dtn://node',
    'dtn://node/a b',
    'dtn://node/é',
  ],
  ...['dtn://no%dg/', 'dtn://no%4/', 'dtn://n d/', 'dtn://a@b/', 'dtn://a:1/', 'dtn://node/a\n'],
])('clause 33: %j is no text of an endpoint', (text) => {
  expect(parseEid(text)).toBeInstanceOf(Fault);
});

function eid(text: string): Eid {
  const value = parseEid(text);
  if (value instanceof Fault) throw new Error(`${text}: ${value.key}`);
  return value;
}
