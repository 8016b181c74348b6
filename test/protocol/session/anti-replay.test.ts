import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { REPLAY, WINDOW } from '#protocol/association/faults.ts';
import {
  createAntiReplay,
  REPLAY_PROFILE,
  type ReplayProfile,
} from '#protocol/session/anti-replay.ts';
import { TOO_OLD } from '#protocol/session/faults.ts';

describe('a profile of anti-replay', () => {
  it.each<[ReplayProfile, unknown]>([
    [REPLAY_PROFILE, undefined],
    [{ kind: 'window', width: 64 }, undefined],
    [{ kind: 'strict' }, REPLAY],
  ])('%j decides about one counter late', (profile, verdict) => {
    const antiReplay = createAntiReplay(profile);
    antiReplay.accept(100);
    expect(antiReplay.accept(99)).toBe(verdict);
  });

  it.each<[ReplayProfile, unknown]>([
    [REPLAY_PROFILE, undefined],
    [{ kind: 'window', width: 64 }, undefined],
    [{ kind: 'strict' }, undefined],
    [{ kind: 'strict', forwardMax: 10 }, WINDOW],
  ])('%j decides about a long fade', (profile, verdict) => {
    const antiReplay = createAntiReplay(profile);
    antiReplay.accept(1);
    expect(antiReplay.accept(2 ** 20)).toBe(verdict);
  });

  it('is as wide as it says', () => {
    const antiReplay = createAntiReplay({ kind: 'window', width: 256 });
    antiReplay.accept(1_000);
    expect(antiReplay.check(745)).toBeUndefined();
    expect(antiReplay.check(744)).toBe(TOO_OLD);
  });
});

describe('the strict order', () => {
  it('A04: accepts exactly the counters that are higher than all before', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 ** 22 })), (counters) => {
        const order = createAntiReplay({ kind: 'strict' });
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
    const order = createAntiReplay({ kind: 'strict', forwardMax: 10 });
    expect(order.accept(11)).toBe(WINDOW);
    expect(order.accept(10)).toBeUndefined();
    expect(order.accept(21)).toBe(WINDOW);
    expect(order.accept(20)).toBeUndefined();
  });

  it('always allows the next counter', () => {
    const none = { kind: 'strict', forwardMax: 0 } as const;
    expect(() => createAntiReplay(none)).toThrow(InvariantError);
  });
});
