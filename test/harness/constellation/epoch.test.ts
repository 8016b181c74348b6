import { expect, it } from 'vitest';
import { isoDate, julianDay, yearAndDay } from '#harness/constellation/epoch.ts';

it('counts Julian days from noon', () => {
  expect(julianDay(Date.UTC(2000, 0, 1, 12))).toBe(2_451_545);
});

it('writes an ISO date', () => {
  expect(isoDate(1_767_225_600_000)).toBe('2026-01-01T00:00:00.000Z');
});

it('counts the days of a year from one, leap days included', () => {
  expect(yearAndDay(Date.UTC(2024, 11, 31, 18))).toEqual({ year: 2024, day: 366.75 });
});
