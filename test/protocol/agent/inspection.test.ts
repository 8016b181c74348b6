import { expect, test } from 'vitest';
import { expiryOf } from '#protocol/agent/inspection.ts';
import { DTN_EPOCH_UNIX_MS } from '#protocol/bundle/dtn-time.ts';
import { ipnEid, NULL_EID } from '#protocol/bundle/eid.ts';

const EPOCH = DTN_EPOCH_UNIX_MS + 1_000_000;

test('a bundle with a creation time expires by the clock, whatever age it carries', () => {
  expect(expiry({ creationTimeMs: 1_000_100, lifetimeMs: 50 }, undefined, 0)).toBe(150_001);
  expect(expiry({ creationTimeMs: 1_000_100, lifetimeMs: 50 }, 40, 99)).toBe(150_001);
});

test('a bundle without a creation time expires by the age it carries and its stay', () => {
  expect(expiry({ creationTimeMs: 0, lifetimeMs: 50 }, 40, 7)).toBe(10_008);
  expect(expiry({ creationTimeMs: 0, lifetimeMs: 50 }, undefined, 7)).toBe(50_008);
  expect(expiry({ creationTimeMs: 0, lifetimeMs: 50 }, 60, 20_000)).toBeLessThan(20_000);
});

test('the longest lifetimes stay safe integers', () => {
  const lifetimeMs = Number.MAX_SAFE_INTEGER;
  expect(expiry({ creationTimeMs: 5, lifetimeMs }, undefined, 0)).toBe(lifetimeMs);
  expect(expiry({ creationTimeMs: 2n ** 64n - 1n, lifetimeMs }, undefined, 0)).toBe(lifetimeMs);
});

interface Times {
  readonly creationTimeMs: number | bigint;
  readonly lifetimeMs: number;
}

function expiry(times: Times, ageMs: number | undefined, now: number): number {
  const ends = { destination: ipnEid(2, 1), source: ipnEid(1, 1), reportTo: NULL_EID };
  const rest = { flags: 0, crcType: 2, sequence: 0, fragment: undefined } as const;
  return expiryOf({ ...ends, ...rest, ...times, octets: undefined }, ageMs, EPOCH, now);
}
