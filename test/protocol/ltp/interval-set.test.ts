import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalSet } from '#protocol/ltp/interval-set.ts';

describe('a set of intervals', () => {
  it('holds what a set of single octets holds, and joins what meets', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 40 }), ([...steps]) => {
        const set = new IntervalSet();
        const model = new Set<number>();
        for (const { adds, from, length } of steps) {
          if (adds) set.add(from, from + length);
          else set.remove(from, from + length);
          for (let n = from; n < from + length; n++) adds ? model.add(n) : model.delete(n);
          expect(set.intervals).toEqual(runsOf(model, 0, 100));
          expect(set.within(from, from + 20)).toEqual(runsOf(model, from, from + 20));
          const all = Array.from({ length: 9 }, (_, n) => from + n).every((n) => model.has(n));
          expect(set.covers(from, from + 9)).toBe(all);
        }
      }),
    );
  });

  it('covers nothing at all, always', () => {
    const set = new IntervalSet();
    expect([set.covers(5, 5), set.covers(0, 1), set.count, set.first]).toEqual([
      true,
      false,
      0,
      undefined,
    ]);
    set.add(3, 3);
    expect(set.count).toBe(0);
  });
});

const anyStep = fc.record({ adds: fc.boolean(), from: fc.nat(60), length: fc.nat(20) });

function runsOf(model: ReadonlySet<number>, from: number, to: number) {
  const runs: { from: number; to: number }[] = [];
  for (let n = from; n < to; n++) {
    if (!model.has(n)) continue;
    const last = runs.at(-1);
    if (last?.to === n) last.to = n + 1;
    else runs.push({ from: n, to: n + 1 });
  }
  return runs;
}
