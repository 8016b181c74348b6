import { expect, it } from 'vitest';
import { commitOf } from '#harness/report/commit.ts';

it('names the commit of this checkout, or says that it is not known', () => {
  expect(commitOf()).toMatch(/^([0-9a-f]{12}|unknown)$/);
});
