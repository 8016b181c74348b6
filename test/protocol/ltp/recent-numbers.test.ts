import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecentNumbers } from '#protocol/ltp/recent-numbers.ts';

it('remembers the last numbers that were new, and no others', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { maxLength: 200 }),
      fc.integer({ min: 1, max: 8 }),
      (all, max) => {
        const recent = new RecentNumbers(max);
        const order: number[] = [];
        for (const number of all) {
          expect(recent.has(number)).toBe(order.includes(number));
          recent.add(number);
          if (!order.includes(number)) order.push(number);
          if (order.length > max) order.shift();
          for (let other = 0; other <= 30; other++) {
            expect(recent.has(other)).toBe(order.includes(other));
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});
