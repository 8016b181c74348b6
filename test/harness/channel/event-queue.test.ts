import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '#harness/channel/event-queue.ts';

describe('event queue', () => {
  it('gives events by instant, and of equals the first added, whatever the order of adding', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (instants) => {
        const queue = new EventQueue<number>();
        instants.forEach((at, index) => {
          queue.add(at, index);
        });
        const expected = instants
          .map((at, index) => ({ at, index }))
          .sort((a, b) => a.at - b.at || a.index - b.index)
          .map(({ index }) => index);
        expect(drain(queue)).toEqual(expected);
      }),
    );
  });

  it('keeps its order when adding and taking alternate', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 0, max: 50 }))), (steps) => {
        const queue = new EventQueue<number>();
        const model: number[] = [];
        for (const step of steps) {
          if (step === null) {
            model.sort((a, b) => a - b);
            expect(queue.nextAt()).toBe(model[0]);
            expect(queue.take()).toBe(model.shift());
          } else {
            queue.add(step, step);
            model.push(step);
          }
          expect(queue.size).toBe(model.length);
        }
      }),
    );
  });
});

function drain(queue: EventQueue<number>): number[] {
  const taken: number[] = [];
  while (queue.size > 0) taken.push(queue.take() as number);
  return taken;
}
