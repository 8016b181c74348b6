import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Fifo } from '#protocol/fifo.ts';

it('gives back what was pushed, in order, like an array', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -40, max: 40 }), { maxLength: 30 }), (steps) => {
      const fifo = new Fifo<number>();
      const model: number[] = [];
      let next = 0;
      for (const step of steps) {
        for (let n = 0; n < Math.abs(step); n++) {
          if (step > 0) {
            fifo.push(next);
            model.push(next++);
          } else expect(fifo.shift()).toBe(model.shift());
        }
        expect(fifo.length).toBe(model.length);
      }
    }),
  );
});
