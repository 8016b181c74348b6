/** Section A of the conformance clauses: canonical blocks (RFC 9171 §4.1, §4.3.2). */
import { test } from 'vitest';
import { Device, vector } from './device.ts';
import { array, block, bytes, framed, payload, primary, sealed, text } from './raw-bundle.ts';

test.each([
  ['an array', array('68', '65')],
  ['an indefinite byte string', '5f426869426868ff'],
  ['a text', text('hello')],
  ['an integer', '05'],
  ['null', 'f6'],
  ['a string longer than the bundle', '5b7fffffffffffffff6869'],
  ['a tagged string', 'c2426869'],
])('clause 24: block data as %s is malformed', (_name, data) => {
  const first = primary();
  new Device()
    .inject(framed(first, array('01', '01', '00', '00', data)))
    .inject(framed(first, array('07', '02', '00', '00', data), payload()))
    .inject(vector('m-data-array'), vector('m-payload-indef-bstr'))
    .expectDropped();
});

test.each([
  ['four items', array('01', '01', '00', '00')],
  ['six items without a CRC type', array('01', '01', '00', '00', bytes('00'), bytes('0000'))],
  ['five items with a CRC type', array('01', '01', '00', '01', bytes('00'))],
  ['seven items', sealed(1, '01', '01', '00', '01', bytes('00'), '00')],
  ['a head of six with five items', payload().replace(/^85/, '86')],
  ['a head of four with five items', payload().replace(/^85/, '84')],
  ['a head of five with six items', payload('00', { crc: 1 }).replace(/^86/, '85')],
  ['no items', array()],
  ['an indefinite array', `9f01010000${bytes('00')}ff`],
])('clause 25: a canonical block of %s is malformed', (_name, last) => {
  new Device()
    .inject(framed(primary(), last), vector('m-block-6-crc0'), vector('m-block-7-elems'))
    .expectDropped();
});

test.each([
  ['one number twice', [block(200, 2, '00'), block(201, 2, '00'), payload()]],
  ['two payloads', [payload(), payload()]],
  ['a second payload of number 2', [block(1, 2, '00'), payload()]],
  ['a payload that is not last', [payload(), block(200, 2, '00')]],
  ['a payload of number 2', [block(1, 2, '00')]],
  ['a block of number 0', [block(200, 0, '00'), payload()]],
  ['another block of number 1', [block(200, 1, '00')]],
  ['a second primary block', [primary(), payload()]],
  ['no payload', [block(200, 2, '00')]],
  ['no blocks', []],
])('clause 26: %s is malformed', (_name, blocks) => {
  new Device()
    .inject(framed(primary(), ...blocks), vector('m-dup-number'), vector('m-payload-first'))
    .expectDropped();
});
