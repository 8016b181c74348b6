import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { REPLAY, WINDOW } from '#protocol/association/faults.ts';
import { StrictOrder } from '#protocol/session/strict-order.ts';

describe('the strict order', () => {
  it('A04: accepts exactly the counters that are higher than all before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 22 })), (counters) => {
        const order = new StrictOrder();
        let top = 0;
        for (const counter of counters) {
          const expected = counter > top ? undefined : REPLAY;
          expect(order.check(counter)).toBe(expected);
          expect(order.accept(counter)).toBe(expected);
          top = Math.max(top, counter);
        }
      }),
    );
  });

  it('with a largest jump locks out what is further ahead, and nothing else', () => {
    const order = new StrictOrder(10);
    expect(order.accept(11)).toBe(WINDOW);
    expect(order.accept(10)).toBeUndefined();
    expect(order.accept(21)).toBe(WINDOW);
    expect(order.accept(20)).toBeUndefined();
  });

  it('always allows the next counter', () => {
    expect(() => new StrictOrder(0)).toThrow(InvariantError);
  });
});
