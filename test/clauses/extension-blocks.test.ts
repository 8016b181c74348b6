/** Section C of the conformance clauses: the extension blocks of RFC 9171 §4.4. */
import { expect, test } from 'vitest';
import { ipnEid } from '#protocol/bundle/eid.ts';
import { Device, dataOf, read, vector } from './device.ts';
import { array, block, framed, ipn, payload, primary, text, uint } from './raw-bundle.ts';
import { everythingThatLeaves } from './traffic.ts';

const [PREVIOUS, AGE, HOPS] = [6, 7, 10];
const AWAY = { destination: ipn(900, 7) };
const UNTIMED = { ...AWAY, timestamp: array('00', '05') };

test('clause 34: what the device sources has no previous node, named source or none', () => {
  const device = new Device(200, { statusReports: true });
  device
    .send()
    .send({ anonymous: true })
    .inject(framed(primary({ flags: 0x4000 }), payload()));
  expect(device.left.length).toBe(3);
  for (const hex of device.left) expect(dataOf(read(hex), PREVIOUS)).toEqual([]);
});

test('clause 34: nor has what comes back to its source and leaves again', () => {
  const device = new Device().close(300);
  const own = primary({ ...AWAY, source: ipn(200, 9) });
  device.inject(framed(own, block(PREVIOUS, 2, ipn(100, 0)), payload())).open(300);
  expect(device.left.length).toBe(1);
  expect(dataOf(device.data[0], PREVIOUS)).toEqual([]);
});

test.each([
  ['with one', [block(PREVIOUS, 4, ipn(150, 0), { crc: 1 })]],
  ['with that of a node of another scheme', [block(PREVIOUS, 4, array('01', text('//a/')))]],
  ['without one', []],
])('clause 35: a bundle %s leaves with the one that names the device', (_name, extensions) => {
  const device = new Device().inject(framed(primary(AWAY), ...extensions, payload()));
  expect(dataOf(device.data[0], PREVIOUS)).toEqual([ipn(200, 0)]);
});

test('clause 35: d-all-ext leaves with the device for a previous node', () => {
  const device = new Device(150).inject(vector('d-all-ext'));
  expect(dataOf(device.data[0], PREVIOUS)).toEqual([ipn(150, 0)]);
});

test('clause 36: two previous node blocks are malformed', () => {
  const two = [block(PREVIOUS, 2, ipn(1, 0)), block(PREVIOUS, 3, ipn(1, 0))];
  const device = new Device().inject(framed(primary(AWAY), ...two, payload()));
  device.inject(vector('m-two-prevs')).expectDropped();
});

test.each([
  ['an endpoint of one item', array('02')],
  ['nothing', ''],
  ['two endpoints', ipn(1, 0) + ipn(1, 0)],
])('clause 36: a previous node block that holds %s is malformed', (_name, data) => {
  new Device().inject(framed(primary(AWAY), block(PREVIOUS, 2, data), payload())).expectDropped();
});

test('clause 37: what a clockless device makes carries exactly one age', () => {
  const device = new Device(200, { clockless: true, statusReports: true }).send();
  device.inject(framed(primary({ flags: 0x4000 }), payload()));
  expect(device.left.length).toBe(2);
  for (const bundle of device.left.map(read)) {
    expect(bundle.primary.creationTimeMs).toBe(0);
    expect(dataOf(bundle, AGE)).toEqual(['00']);
  }
  for (const hex of everythingThatLeaves()) {
    const bundle = read(hex);
    const isTimed = bundle.primary.creationTimeMs !== 0;
    expect(dataOf(bundle, AGE).length).toBe(isTimed ? 0 : 1);
  }
});

test.each([150, 200] as const)('clause 38: the age grows by the stay at node %i', (number) => {
  const destination = number === 200 ? ipn(900, 7) : ipn(200, 1);
  const timestamp = array('00', '11');
  const device = new Device(number).close(300);
  device.inject(framed(primary({ destination, timestamp }), block(AGE, 2, '18fa'), payload()));
  device.wait(5_000).open(300);
  expect(dataOf(device.data[0], AGE)).toEqual([uint(5_250)]);
});

test('clause 38: d-clockless ages, and so does a bundle with a time that carries an age', () => {
  const device = new Device(150).close(300).inject(vector('d-clockless'), vector('d-all-ext'));
  device.wait(5_000).open(300);
  expect(device.data.flatMap((bundle) => dataOf(bundle, AGE))).toEqual([uint(5_250), uint(6_000)]);
});

test.each([
  ['an age twice', [block(AGE, 2, '05'), block(AGE, 3, '05')]],
  ['a text for an age', [block(AGE, 2, text('5'))]],
  ['a float for an age', [block(AGE, 2, 'f94500')]],
  ['two ages in one block', [block(AGE, 2, '0505')]],
  ['an empty age block', [block(AGE, 2, '')]],
])('clause 39: %s is malformed', (_name, extensions) => {
  const device = new Device().inject(framed(primary(AWAY), ...extensions, payload()));
  device.inject(framed(primary(UNTIMED), ...extensions, payload())).inject(vector('m-two-ages'));
  device.expectDropped();
});

test('clause 39: no time and no age is refused, or told of and mended', () => {
  const ageless = framed(primary(UNTIMED), payload());
  const strict = new Device(200, { strictness: 'strict' });
  strict.inject(ageless, vector('m-time0-no-age')).expectDropped();
  const tolerant = new Device().inject(ageless);
  expect(tolerant.node.all('deviation').map(({ fault }) => fault.key)).toEqual([
    'bundle.age-missing',
  ]);
  expect(dataOf(tolerant.data[0], AGE)).toEqual(['00']);
});

test('clause 40: a hop is counted, and the limit stays', () => {
  const device = new Device(150).inject(vector('d-all-ext'), vector('d-hop-1-255'));
  expect(device.data.flatMap((bundle) => dataOf(bundle, HOPS))[0]).toBe(array(uint(30), '02'));
});

test.each<[number, number, string | undefined]>([
  [5, 4, array('05', '05')],
  [5, 5, array('05', '06')],
  [5, 6, undefined],
  [1, 2, undefined],
  [255, 255, array(uint(255), uint(256))],
  [255, 256, undefined],
  [1, Number.MAX_SAFE_INTEGER, undefined],
])('clause 41: of limit %i and count %i', (limit, count, leaves) => {
  const device = new Device(200, { statusReports: true });
  const hops = block(HOPS, 2, array(uint(limit), uint(count)));
  device.inject(framed(primary({ ...AWAY, flags: 0x40000 }), hops, payload()));
  expect(device.data.flatMap((bundle) => dataOf(bundle, HOPS))).toEqual(
    leaves === undefined ? [] : [leaves],
  );
  expect(device.said).toEqual(leaves === undefined ? ['deleted 9'] : []);
});

test('clause 41: a spent hop count stops delivery as well', () => {
  const hops = block(HOPS, 2, array('05', '06'));
  new Device().inject(framed(primary(), hops, payload())).expectDropped();
});

test.each([
  ['limit 0', array('00', '00')],
  ['limit 256', array(uint(256), '00')],
  ['a negative limit', array('20', '00')],
  ['one item', array('05')],
  ['three items', array('05', '00', '00')],
  ['no array', '05'],
  ['a count of 64 bits', array('05', uint(2n ** 64n - 1n))],
  ['an octet too many', `${array('05', '00')}00`],
  ['an indefinite array of three', '9f050000ff'],
  ['an indefinite array of one', '9f05ff'],
  ['nothing', ''],
])('clause 42: a hop count of %s is malformed', (_name, data) => {
  const device = new Device().inject(framed(primary(AWAY), block(HOPS, 2, data), payload()));
  device.inject(vector('m-hop-limit-256'), vector('m-hop-1elem')).expectDropped();
});

test('clause 42: two hop count blocks are malformed', () => {
  const two = [block(HOPS, 2, array('05', '00')), block(HOPS, 3, array('05', '00'))];
  new Device().inject(framed(primary(AWAY), ...two, payload())).expectDropped();
});

test('clause 43: the three blocks are supported, whatever their flags ask if not', () => {
  const device = new Device(200, { statusReports: true });
  for (const flags of [0x02, 0x04, 0x10, 0x16]) {
    const extensions = [
      block(PREVIOUS, 2, ipn(150, 0), { flags }),
      block(AGE, 3, '05', { flags }),
      block(HOPS, 4, array('05', '00'), { flags }),
    ];
    device.inject(framed(primary({ ...AWAY, flags: 0x40000 }), ...extensions, payload()));
  }
  expect(device.said).toEqual([]);
  expect(device.data.map(({ blocks }) => blocks.length)).toEqual([4, 4, 4, 4]);
  expect(device.data[0]!.primary.source).toEqual(ipnEid(100, 1));
});
