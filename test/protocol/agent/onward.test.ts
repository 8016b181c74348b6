import { expect, test } from 'vitest';
import { encodeOnward } from '#protocol/agent/onward.ts';
import { type Bundle, decodeBundle } from '#protocol/bundle/bundle.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
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

const REPLACED = new Set([6, 7, 10]);

function untouched(bundle: Bundle): string[] {
  return bundle.blocks
    .filter(({ type }) => !REPLACED.has(type))
    .map(({ octets }) => toHex(octets!));
}

function decode(octets: Uint8Array): Bundle {
  const bundle = decodeBundle(octets);
  if (bundle instanceof Fault) throw new Error(bundle.key);
  return bundle;
}
