import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REPLAY } from '#protocol/association/faults.ts';
import { TOO_OLD } from '#protocol/session/faults.ts';
import { ReplayWindow } from '#protocol/session/replay-window.ts';

const WIDTH = 4064;

describe('the replay window', () => {
  it('A04: agrees with a plain set about any order of counters', () => {
    const step = fc.oneof(
      fc.integer({ min: -70, max: 70 }),
      fc.integer({ min: -WIDTH - 40, max: 40 }),
      fc.integer({ min: -5000, max: 20_000 }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const window = new ReplayWindow();
        const accepted = new Set<number>();
        let top = 0;
        for (const jump of steps) {
          const counter = Math.max(1, top + jump);
          const old = top - counter >= WIDTH ? TOO_OLD : undefined;
          const expected = old ?? (accepted.has(counter) ? REPLAY : undefined);
          expect(window.check(counter)).toBe(expected);
          expect(window.accept(counter)).toBe(expected);
          if (expected === undefined) accepted.add(counter);
          top = Math.max(top, counter);
        }
      }),
    );
  });

  it('A03: reaches back 4064 counters and not one more', () => {
    const window = new ReplayWindow();
    window.accept(10_000);
    expect(window.accept(10_000 - WIDTH)).toBe(TOO_OLD);
    expect(window.accept(10_000 - WIDTH + 1)).toBeUndefined();
    expect(window.accept(10_000 - WIDTH + 1)).toBe(REPLAY);
    expect(window.accept(10_000)).toBe(REPLAY);
  });

  it('A04: loses nothing when all within it arrive backwards', () => {
    const window = new ReplayWindow();
    for (let counter = WIDTH; counter > 0; counter--) {
      expect(window.accept(counter)).toBeUndefined();
    }
  });

  it.each([64, 256, 1024, 4064] as const)('A03: of width %i holds to it exactly', (width) => {
    const window = new ReplayWindow(width);
    for (let counter = 20_001; counter < 20_001 + 2 * width; counter++) {
      expect(window.accept(counter)).toBeUndefined();
      expect(window.accept(counter)).toBe(REPLAY);
      expect(window.check(counter - width)).toBe(TOO_OLD);
      const oldest = counter - width + 1;
      expect(window.check(oldest)).toBe(oldest > 20_000 ? REPLAY : undefined);
    }
  });

  it('has forgotten a word of the ring when its turn comes again', () => {
    for (const rings of [1, 2, 100]) {
      const window = new ReplayWindow();
      window.accept(5);
      window.accept(rings * 4096 + 6);
      expect(window.accept(rings * 4096 + 5)).toBeUndefined();
    }
  });

  it('does not move when it is only asked', () => {
    const window = new ReplayWindow();
    window.check(9_000);
    expect(window.accept(1)).toBeUndefined();
  });

  it('takes a jump to the last counter of all', () => {
    const window = new ReplayWindow();
    for (let counter = 1; counter <= WIDTH; counter++) window.accept(counter);
    expect(window.accept(2 ** 22)).toBeUndefined();
    expect(window.accept(2 ** 22 - WIDTH + 1)).toBeUndefined();
    expect(window.accept(WIDTH)).toBe(TOO_OLD);
  });
});
