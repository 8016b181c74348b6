import { describe, expect, it } from 'vitest';
import { InvariantError } from '#protocol/assert.ts';
import { SESSION_LIMITS, sessionLimits } from '#protocol/session/limits.ts';

describe('the limits of a session', () => {
  it('are those of the table unless lowered', () => {
    expect(sessionLimits({})).toEqual(SESSION_LIMITS);
    const { rekey, stop } = sessionLimits({ frames: 4 }, { frames: 8 });
    expect([rekey.frames, stop.frames]).toEqual([4, 8]);
    expect([rekey.octets, stop.octets]).toEqual([2 ** 34, 2 ** 36]);
  });

  it.each(['ageUs', 'frames', 'octets', 'failures'] as const)('A23: never raise %s', (figure) => {
    const hard = SESSION_LIMITS.stop[figure];
    expect(() => sessionLimits({}, { [figure]: hard + 1 })).toThrow(InvariantError);
    expect(() => sessionLimits({ [figure]: hard + 1 })).toThrow(InvariantError);
    expect(sessionLimits({ [figure]: hard }).rekey[figure]).toBe(hard);
  });

  it('do not stop a key before new ones are asked for, nor at once', () => {
    expect(() => sessionLimits({ frames: 9 }, { frames: 8 })).toThrow(InvariantError);
    expect(() => sessionLimits({ frames: 0 }, { frames: 8 })).toThrow(InvariantError);
  });
});
