import { expect, test } from 'vitest';
import { LightTimes } from '#protocol/routing/light-times.ts';

const RANGES = [
  { a: 1, b: 2, startsAt: 0, endsAt: 10, owltUs: 100 },
  { a: 1, b: 3, startsAt: 0, endsAt: 90, owltUs: 900 },
  { a: 1, b: 2, startsAt: 10, endsAt: 20, owltUs: 110 },
  { a: 1, b: 2, startsAt: 30, endsAt: 40, owltUs: 120 },
  { a: 8, b: 9, startsAt: 40, endsAt: 50, owltUs: 999 },
];
const times = new LightTimes(RANGES, 2, (range) => [undefined, undefined, 0, 1][range.b]);

test('the interval in force at the instant gives the light time', () => {
  expect([0, 9, 15, 30, 35].map((at) => times.owltUs(0, at))).toEqual([100, 100, 110, 120, 120]);
  expect(times.owltUs(1, 50)).toBe(900);
});

test('where two intervals meet the later one is in force', () => {
  expect(times.owltUs(0, 10)).toBe(110);
});

test('an interval still holds at its very end', () => {
  expect(times.owltUs(0, 20)).toBe(110);
  expect(times.owltUs(0, 40)).toBe(120);
});

test('outside every interval there is no light time', () => {
  expect([21, 29, 41].map((at) => times.owltUs(0, at))).toEqual([-1, -1, -1]);
  expect(times.owltUs(1, 91)).toBe(-1);
});
