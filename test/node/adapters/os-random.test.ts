import { expect, it } from 'vitest';
import { OsRandom } from '#node/adapters/os-random.ts';

it('gives fresh arrays of the size asked for that do not repeat', () => {
  const random = new OsRandom();
  const [a, b] = [random.octets(32), random.octets(32)];
  expect(a).toHaveLength(32);
  expect(a).not.toEqual(b);
  expect(a.buffer).not.toBe(b.buffer);
});
