import { expect, test } from 'vitest';
import { encodeOnward, raiseAge } from '#protocol/agent/onward.ts';
import { BLOCKS_MAX, type Bundle, decodeBundle } from '#protocol/bundle/bundle.ts';
import { BLOCK_TYPE, type CanonicalBlock } from '#protocol/bundle/canonical-block.ts';
import { type IpnEid, ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { bundleVectors } from '../bundle/vectors.ts';

const sound = [...bundleVectors('public'), ...bundleVectors('derived')];

test.each(sound)('$id goes on with all its other blocks as they came', ({ hex }) => {
  const before = decode(fromHex(hex));
  const after = decode(encodeOnward(before, ipnEid(4_000, 0), 17));
  expect(toHex(after.primary.octets!)).toBe(toHex(before.primary.octets!));
  expect(untouched(after)).toEqual(untouched(before));
  const added = after.blocks.filter(({ type }) => REPLACED.has(type));
  expect(added.map(({ type }) => type)).toEqual(expect.arrayContaining([6, 7]));
  expect(toHex(added.find(({ type }) => type === 6)!.data)).toBe('820282190fa000');
  expect(toHex(added.find(({ type }) => type === 7)!.data)).toBe('11');
  expect(after.blocks.at(-1)!.type).toBe(1);
});

test.each(sound)('$id goes on twice and then is still a bundle', ({ hex }) => {
  const once = decode(encodeOnward(decode(fromHex(hex)), ipnEid(4_000, 0), undefined));
  const twice = decode(encodeOnward(once, ipnEid(4_001, 0), undefined));
  expect(twice.blocks.map(({ type }) => type)).toEqual(once.blocks.map(({ type }) => type));
});

test('an age grows while a bundle waits for its turn, unless it is secured or there is none', () => {
  const aged = encodeOnward(bundleOf([]), NODE, 250);
  expect(onward(decode(raiseAge(aged, 100)), undefined, undefined)).toContain('7:2:19015e');
  expect(raiseAge(aged, 0)).toBe(aged);
  const bib = block(BLOCK_TYPE.integrity, 3, '820204');
  const secured = encodeOnward(bundleOf([bib, block(BLOCK_TYPE.bundleAge, 2, '05')]), NODE, 9);
  for (const octets of [secured, encodeOnward(bundleOf([]), NODE, undefined)]) {
    expect(toHex(raiseAge(octets, 100))).toBe(toHex(octets));
  }
});

test('what a node made goes on without a previous node, even when it names no source', () => {
  const made = bundleOf([block(BLOCK_TYPE.hopCount, 2, '820a00')], { source: NULL_EID });
  expect(onward(made, undefined)).toEqual(['10:2:820a01', '1:1:00']);
  const returned = bundleOf([block(BLOCK_TYPE.previousNode, 2, '8202820500')], {
    source: ipnEid(4_000, 7),
  });
  expect(onward(returned, NODE)).toEqual(['1:1:00']);
});

test('added blocks take the lowest numbers that are neither taken nor spoken for', () => {
  const numbers = [3, 7, 1_000_000].map((number) => block(200, number, '00'));
  const bib = block(BLOCK_TYPE.integrity, 2, '820405');
  expect(onward(bundleOf([bib, ...numbers]), NODE, 9)).toEqual([
    '11:2:820405',
    ...numbers.map(({ number }) => `200:${number}:00`),
    '7:6:09',
    '6:8:820282190fa000',
    '1:1:00',
  ]);
});

test('encrypted blocks stay as they are, and a secured previous node gives way to another', () => {
  const hidden = [
    block(BLOCK_TYPE.previousNode, 2, 'aa'),
    block(BLOCK_TYPE.bundleAge, 3, '18fa'),
    block(BLOCK_TYPE.hopCount, 4, '820a00'),
  ];
  const bcb = block(BLOCK_TYPE.confidentiality, 5, '83020304');
  expect(onward(bundleOf([...hidden, bcb]), NODE, 9)).toEqual([
    '7:3:18fa',
    '10:4:820a00',
    '12:5:83020304',
    '6:6:820282190fa000',
    '1:1:00',
  ]);
});

test('a signed age and hop count stay as they are, and numbers with operations on them free', () => {
  const signed = [block(BLOCK_TYPE.bundleAge, 3, '18fa'), block(BLOCK_TYPE.hopCount, 4, '820a00')];
  const bib = block(BLOCK_TYPE.integrity, 5, '850203040600');
  expect(onward(bundleOf([...signed, bib]), NODE, 9)).toEqual([
    '7:3:18fa',
    '10:4:820a00',
    '11:5:850203040600',
    '6:7:820282190fa000',
    '1:1:00',
  ]);
});

test('a bundle with as many blocks as nodes take gets no more of them', () => {
  const full = Array.from({ length: BLOCKS_MAX - 1 }, (_, at) => block(200, at + 2, '00'));
  expect(onward(bundleOf(full), NODE, 9).length).toBe(BLOCKS_MAX);
  expect(onward(bundleOf(full.slice(1)), NODE, 9).at(-2)).toBe('7:2:09');
});

const NODE = ipnEid(4_000, 0);
const REPLACED = new Set([6, 7, 10]);

function untouched(bundle: Bundle): string[] {
  return bundle.blocks
    .filter(({ type }) => !REPLACED.has(type))
    .map(({ octets }) => toHex(octets!));
}

/** The blocks of a bundle as it goes on, as `type:number:data`; it is still one that nodes take. */
function onward(bundle: Bundle, node: IpnEid | undefined, ageMs?: number) {
  const { blocks } = decode(encodeOnward(bundle, node, ageMs));
  return blocks.map(({ type, number, data }) => `${type}:${number}:${toHex(data)}`);
}

function block(type: number, number: number, data: string): CanonicalBlock {
  return { type, number, flags: 0, crcType: 0, data: fromHex(data), octets: undefined };
}

function bundleOf(extensions: CanonicalBlock[], more: Partial<Bundle['primary']> = {}): Bundle {
  const primary: Bundle['primary'] = {
    ...{ flags: 0, crcType: 2, destination: ipnEid(2, 1), source: ipnEid(1, 1) },
    ...{ reportTo: NULL_EID, creationTimeMs: 1, sequence: 0, lifetimeMs: 1 },
    ...{ fragment: undefined, octets: undefined, ...more },
  };
  return { primary, blocks: [...extensions, block(BLOCK_TYPE.payload, 1, '00')] };
}

function decode(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}
