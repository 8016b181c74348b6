import { expect, test } from 'vitest';
import { DTN_EPOCH_UNIX_MS, dtnTimeMs } from '#protocol/bundle/dtn-time.ts';

test('DTN time counts milliseconds from the beginning of 2000, rounded down', () => {
  expect(DTN_EPOCH_UNIX_MS).toBe(Date.UTC(2000, 0, 1));
  expect(dtnTimeMs(Date.UTC(2000, 0, 1, 0, 0, 1), 0)).toBe(1000);
  expect(dtnTimeMs(Date.UTC(2026, 0, 1), 1_999)).toBe(Date.UTC(2026, 0, 1) - DTN_EPOCH_UNIX_MS + 1);
});
