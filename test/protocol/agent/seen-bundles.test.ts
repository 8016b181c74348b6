import { expect, test } from 'vitest';
import { SeenBundles } from '#protocol/agent/seen-bundles.ts';

test('the last few thousand bundles are known, with the hops they had made', () => {
  const seen = new SeenBundles();
  for (let k = 0; k < 30_000; k++) seen.add(`b${k}`, k % 7);
  expect(seen.hopsOf('b29999')).toBe(29_999 % 7);
  expect(seen.hopsOf('b21900')).toBe(21_900 % 7);
});

test('memory is bounded: old bundles are forgotten', () => {
  const seen = new SeenBundles();
  seen.add('old', 3);
  for (let k = 0; k < 20_000; k++) seen.add(`b${k}`, 0);
  expect(seen.hopsOf('old')).toBeUndefined();
});

test('a bundle that returns is known by its latest hops, a delivered one for good', () => {
  const seen = new SeenBundles();
  seen.add('a', 2);
  seen.add('a', 5);
  expect(seen.hopsOf('a')).toBe(5);
  seen.addDelivered('a');
  expect(seen.hopsOf('a')).toBe(Number.POSITIVE_INFINITY);
});
