import { describe, expect, it } from 'vitest';
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
