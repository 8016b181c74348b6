/**
 * What the two strictness profiles make of bundles that can be read and should not have been sent
 * so, and of those that nobody can take. Numbers of clauses are in the other files here.
 */
import { describe, expect, test } from 'vitest';
import { decodeBundle, encodeBundle } from '#protocol/bundle/bundle.ts';
import { refuse } from '#protocol/bundle/strictness.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { bundleVectors } from '../protocol/bundle/vectors.ts';
import { Device, dataOf, read } from './device.ts';
import {
  array,
  block,
  bytes,
  crcOf,
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

type Primary = Parameters<typeof primary>[0];
const UNTIMED = array('00', '05');
const bundle = (more: Primary, ...blocks: string[]) => framed(primary(more), ...blocks, payload());

describe('what strict nodes refuse and tolerant ones forgive', () => {
  test.each<[string, string[], string]>([
    ['a definite outer array', ['bundle.framing'], array(primary(), payload())],
    ['a long head of it', ['bundle.framing', 'bundle.long-head'], `9802${primary()}${payload()}`],
    [
      'a text for nobody as source',
      ['bundle.text-none'],
      bundle({ source: dtn('none'), flags: 4 }),
    ],
    ['a text for nobody as report-to', ['bundle.text-none'], bundle({ reportTo: dtn('none') })],
    ['a dtn text without slashes', ['bundle.dtn-form'], bundle({ source: dtn('node/in') })],
    ['a dtn text with one slash', ['bundle.dtn-form'], bundle({ source: dtn('/node/in') })],
    ['a dtn node without a demux', ['bundle.dtn-form'], bundle({ source: dtn('//node') })],
    ['a dtn text without a node', ['bundle.dtn-form'], bundle({ reportTo: dtn('///in') })],
    ['a bare percent sign', ['bundle.dtn-form'], bundle({ reportTo: dtn('//n%/') })],
    ['no CRC', ['bundle.primary-crc'], bundle({ crc: 0 })],
    ['no time and no age', ['bundle.age-missing'], bundle({ timestamp: UNTIMED })],
    ['a nameless source that may be cut', ['bundle.anonymous-flags'], bundle({ source: NONE })],
    [
      'a nameless source that asks',
      ['bundle.anonymous-flags'],
      bundle({ source: NONE, flags: 0x40004 }),
    ],
    [
      'a nameless source with a block that asks',
      ['bundle.anonymous-flags'],
      bundle({ source: ipn(0, 0), flags: 4 }, block(200, 2, '00', { flags: 2 })),
    ],
    ['a record that asks', ['bundle.administrative-flags'], bundle({ flags: 0x20002 })],
    [
      'a record with a block that asks',
      ['bundle.administrative-flags'],
      bundle({ flags: 2 }, block(200, 2, '00', { flags: 2 })),
    ],
    [
      'a record whose payload asks',
      ['bundle.administrative-flags'],
      framed(primary({ flags: 2 }), payload('00', { flags: 2 })),
    ],
    [
      'a fragment beyond its whole',
      ['bundle.fragment-range'],
      bundle({ flags: 1, fragment: ['04', '08'] }),
    ],
    [
      'a fragment of nothing',
      ['bundle.fragment-range'],
      bundle({ flags: 1, fragment: ['00', '00'] }),
    ],
  ])('%s', (_name, keys, hex) => {
    expect(keyOf(decodeBundle(fromHex(hex), refuse))).toBe(keys[0]);
    expect(deviationsOf(hex)).toEqual(keys);
    new Device(150, { strictness: 'strict' }).inject(hex).expectDropped();
  });

  const LONG: Record<string, string> = {
    version: bundle({ version: '1807' }),
    'bundle flags': sum(array('07', '190004', '01', ...tail())),
    'CRC type': sum(array('07', '04', '1801', ...tail())),
    'array of the primary block': sum(`9809${array('07', '04', '01', ...tail()).slice(2)}`),
    scheme: bundle({ source: array('1802', array('1864', '01')) }),
    node: bundle({ source: array('02', array('190064', '01')) }),
    'node in eight octets': bundle({ source: array('02', array('1b0000000000000064', '01')) }),
    service: bundle({ source: array('02', array('1864', '1801')) }),
    'array of an endpoint': bundle({ source: `980202${array('1864', '01')}` }),
    'length of a text': bundle({
      source: '820178072f2f612f622f63',
    }),
    'creation time': bundle({ timestamp: array(uint(MADE_AT_MS), '1805') }),
    lifetime: bundle({ lifetime: '1b000000000036ee80' }),
    'fragment offset': bundle({ flags: 1, fragment: ['1800', '19ffff'] }),
    'block type': bundle({}, array('1900c8', '02', '00', '00', '40')),
    'block number': bundle({}, array('18c8', '1802', '00', '00', '40')),
    'block flags': bundle({}, array('18c8', '02', '1800', '00', '40')),
    'block data': bundle({}, array('18c8', '02', '00', '00', '5800')),
    'length of a CRC': framed(primary(), longCrc()),
    'previous node': bundle({}, block(6, 2, array('02', array('1805', '00')))),
    'bundle age': bundle({}, block(7, 2, '190005')),
    'hop count': bundle({}, block(10, 2, array('1805', '1801'))),
  };

  test.each(Object.entries(LONG))('a head of the %s that is too long', (_name, hex) => {
    expect(keyOf(decodeBundle(fromHex(hex), refuse))).toBe('bundle.long-head');
    expect(deviationsOf(hex)).toEqual(['bundle.long-head']);
    expect(toHex(encodeBundle(read(hex)))).toBe(hex);
  });

  test('data with long heads is understood, and leaves in the shortest form where it changes', () => {
    const device = new Device(150).inject(
      bundle(
        { destination: ipn(900, 7) },
        block(10, 2, array('1805', '1801')),
        block(7, 3, '190005'),
      ),
    );
    expect(dataOf(device.data[0], 10)).toEqual([array('05', '02')]);
    expect(dataOf(device.data[0], 7)).toEqual(['05']);
  });
});

describe('what both profiles take', () => {
  test.each([0, 1, 2] as const)(
    'CRCs of every kind, in arrays of both kinds (payload %i)',
    (crc) => {
      for (const first of [1, 2] as const) {
        const blocks = [
          primary({ crc: first }),
          block(200, 2, '00', { crc }),
          payload('00', { crc }),
        ];
        expect(keyOf(decodeBundle(fromHex(framed(...blocks)), refuse))).toBe('a bundle');
        expect(toHex(encodeBundle(read(array(...blocks))))).toBe(framed(...blocks));
      }
    },
  );

  test.each<[string, string]>([
    ['an empty payload', framed(primary(), payload(''))],
    [
      'a fragment without octets',
      framed(primary({ flags: 1, fragment: ['05', '05'] }), payload('')),
    ],
    ['reports for nobody', bundle({ reportTo: NONE, flags: 0x74040 })],
    ['a group of the dtn scheme', bundle({ destination: dtn('//all/~news') })],
    ['octets of a name in percent', bundle({ source: dtn('//n%20d/in%20?') })],
    ['a text of 1,023 characters', bundle({ source: dtn(`//a/${'b'.repeat(1_019)}`) })],
    ['the greatest service', bundle({ source: ipn(100, 2 ** 53 - 1) })],
    ['times of 64 bits', bundle({ timestamp: array(uint(2n ** 64n - 1n), uint(2n ** 64n - 1n)) })],
    ['a lifetime of 64 bits', bundle({ lifetime: uint(2n ** 64n - 1n) })],
    ['every flag there is', bundle({ flags: 2n ** 64n - 4n, source: ipn(1, 1) })],
    [
      'thirty-one extension blocks',
      bundle({}, ...Array.from({ length: 31 }, (_, at) => block(200, at + 2, '00'))),
    ],
    ['no time but an age', bundle({ timestamp: UNTIMED }, block(7, 2, '05'))],
  ])('%s', (_name, hex) => {
    expect(keyOf(decodeBundle(fromHex(hex), refuse))).toBe('a bundle');
    expect(toHex(encodeBundle(read(hex)))).toBe(hex);
  });
});

describe('what both profiles refuse', () => {
  test.each<[string, string, string]>([
    [
      'a text of 1,024 characters',
      'eid.dtn-text',
      bundle({ source: dtn(`//a/${'b'.repeat(1_020)}`) }),
    ],
    ['a text with a control character', 'eid.dtn-text', bundle({ source: dtn('//a/\n') })],
    ['a text beyond ASCII', 'eid.dtn-text', bundle({ source: array('01', '662f2f612fc3a9') })],
    ['a text that is not UTF-8', 'cbor.utf8', bundle({ source: array('01', '652f2f612fff') })],
    ['a service of 2^53', 'cbor.integer-range', bundle({ source: ipn(100, 2 ** 53) })],
    ['a block number of 2^53', 'cbor.integer-range', bundle({}, block(200, 2n ** 53n, '00'))],
    [
      'a fragment offset of 2^53',
      'cbor.integer-range',
      bundle({ flags: 1, fragment: [uint(2n ** 53n), uint(2n ** 60n)] }),
    ],
    [
      'thirty-two extension blocks',
      'bundle.too-many-blocks',
      bundle({}, ...Array.from({ length: 32 }, (_, at) => block(200, at + 2, '00'))),
    ],
    ['an array of 2^32 blocks', 'cbor.truncated', `9affffffff${primary()}${payload()}`],
    ['deep nesting', 'cbor.unexpected-type', `9f${'81'.repeat(100_000)}`],
    [
      'a primary block in an indefinite array',
      'cbor.indefinite-length',
      `9f9f${primary().slice(2)}ff${payload()}ff`,
    ],
    ['a tag', 'cbor.unexpected-type', `d9d9f7${bundle({})}`],
    ['a map', 'cbor.unexpected-type', 'a0'],
    ['BPv6', 'cbor.unexpected-type', '0600'],
  ])('%s', (_name, key, hex) => {
    expect(keyOf(decodeBundle(fromHex(hex), refuse))).toBe(key);
    expect(keyOf(decodeBundle(fromHex(hex)))).toBe(key);
  });
});

test.each<[string, string, (hex: string) => number]>([
  ['the version', bundle({ version: '06' }), (hex) => hex.indexOf('06') + 2],
  ['the scheme', bundle({ source: array('19ffff', '00') }), (hex) => hex.indexOf('19ffff') + 6],
  [
    'a hop limit',
    bundle({}, block(10, 2, array('00', '00'))),
    (hex) => hex.indexOf('43820000') + 6,
  ],
  ['an age', bundle({}, block(7, 2, text('x'))), (hex) => hex.indexOf('426178') + 2],
  ['data that breaks off', bundle({}).slice(0, -6), (hex) => hex.indexOf('4568656c') + 2],
  [
    'a block with a wrong CRC',
    bundle({ lifetime: '19ffff' }).replace('19ffff', '19fffe'),
    (hex) => hex.indexOf('85010100'),
  ],
  ['octets behind the break', `${bundle({})}00`, (hex) => hex.length - 2],
])('a person is told where it stops: at or behind %s', (_name, hex, place) => {
  const device = new Device().inject(hex);
  const [found] = device.node.all('fault').map((output) => output.found);
  expect(found).toEqual({ from: 100, offset: place(hex) / 2 });
});

test.each([...bundleVectors('public'), ...bundleVectors('derived')])(
  '$id is taken by the strict profile if RFC 9171 is kept',
  ({ hex, expect: { rfc9171 } }) => {
    const strict = keyOf(decodeBundle(fromHex(hex), refuse));
    expect(strict === 'a bundle').toBe(rfc9171 === 'accept');
    expect(keyOf(decodeBundle(fromHex(hex)))).toBe('a bundle');
  },
);

/** The fault, or that there is none. */
function keyOf(outcome: ReturnType<typeof decodeBundle>): string {
  return outcome instanceof Fault ? outcome.key : 'a bundle';
}

function deviationsOf(hex: string): string[] {
  const keys: string[] = [];
  const outcome = decodeBundle(fromHex(hex), ({ key }) => {
    keys.push(key);
    return undefined;
  });
  expect(keyOf(outcome)).toBe('a bundle');
  return keys;
}

/** What follows the CRC type in a primary block. */
function tail(): string[] {
  return [
    ipn(200, 1),
    ipn(100, 1),
    NONE,
    array(uint(MADE_AT_MS), '05'),
    uint(3_600_000),
    bytes('0000'),
  ];
}

/** A bundle of this primary block, with its CRC. */
function sum(first: string): string {
  return framed(first.slice(0, -4) + crcOf(first, 1), payload());
}

/** A payload block whose CRC field has a head of two octets. */
function longCrc(): string {
  const open = array('01', '01', '00', '01', bytes('00'), '58020000');
  return open.slice(0, -4) + crcOf(open, 1);
}
