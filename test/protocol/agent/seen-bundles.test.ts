import { expect, test } from 'vitest';
import { SeenBundles } from '#protocol/agent/seen-bundles.ts';

const FAR = 1e15;

test('bundles are known until they expire, with the hops they had made', () => {
  const seen = new SeenBundles();
  for (let k = 0; k < 60_000; k++) seen.add(k, `b${k}`, k % 7, FAR);
  expect(seen.hopsOf('b59999')).toBe(59_999 % 7);
  expect(seen.hopsOf('b0')).toBe(0);
});

test('memory is bounded: the one that was added first is forgotten', () => {
  const seen = new SeenBundles();
  seen.add(0, 'old', 3, FAR);
  for (let k = 0; k < 65_536; k++) seen.add(0, `b${k}`, 0, FAR);
  expect(seen.hopsOf('old')).toBeUndefined();
  expect(seen.hopsOf('b0')).toBe(0);
});

test('the expired make room, so that a long life is remembered among many short ones', () => {
  const seen = new SeenBundles();
  seen.add(0, 'long', 3, FAR);
  for (let k = 0; k < 300_000; k++) seen.add(k, `b${k}`, 0, k + 100);
  expect(seen.hopsOf('long')).toBe(3);
  expect(seen.hopsOf('b1000')).toBeUndefined();
});

test('a bundle that returns is known by its latest hops, also when those are infinite', () => {
  const seen = new SeenBundles();
  seen.add(0, 'a', 2, FAR);
  seen.add(0, 'a', 5, FAR);
  expect(seen.hopsOf('a')).toBe(5);
  seen.add(0, 'a', Number.POSITIVE_INFINITY, FAR);
  expect(seen.hopsOf('a')).toBe(Number.POSITIVE_INFINITY);
});
