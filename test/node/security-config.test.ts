import { describe, expect, it } from 'vitest';
import { ConfigError } from '#node/config-error.ts';
import { JsonCursor } from '#node/json-cursor.ts';
import { readSecurity, sessionPolicyOf } from '#node/security-config.ts';
import { REPLAY_PROFILE } from '#protocol/session/anti-replay.ts';
import { SESSION_LIMITS } from '#protocol/session/limits.ts';

describe('the policy of sessions', () => {
  it('is that of the specification unless a node is told otherwise', () => {
    expect(sessionPolicyOf()).toEqual({
      suitePolicy: 'classical',
      limits: SESSION_LIMITS,
      replay: REPLAY_PROFILE,
    });
    expect(sessionPolicyOf({})).toEqual(sessionPolicyOf());
  });

  it('changes in nothing but what is given', () => {
    const { suitePolicy, limits } = sessionPolicyOf({ suite: 'hybrid', rekeyAfterUs: 5_000_000 });
    expect(suitePolicy).toBe('hybrid');
    const { rekey, ...rest } = limits;
    expect(rekey).toEqual({ ...SESSION_LIMITS.rekey, ageUs: 5_000_000 });
    expect({ rekey: SESSION_LIMITS.rekey, ...rest }).toEqual(SESSION_LIMITS);
  });

  it('takes every profile of anti-replay (LS-1102), and no other', () => {
    const read = (replay: object) =>
      readSecurity(new JsonCursor({ replay }, 'security'), { frameOctetsMax: 1_024 });
    const profiles = [
      { kind: 'window', width: 64 },
      { kind: 'strict' },
      { kind: 'strict', forwardMax: 10 },
    ];
    for (const replay of profiles) {
      expect(read(replay)).toEqual({ replay });
      expect(sessionPolicyOf(read(replay)).replay).toEqual(replay);
    }
    expect(() => read({ kind: 'window', width: 65 })).toThrow('security.replay.width is 65');
    expect(() => read({ kind: 'window', width: 64, forwardMax: 9 })).toThrow('is not a known key');
    expect(() => read({ kind: 'strict', forwardMax: 0 })).toThrow(
      'security.replay.forwardMax is 0',
    );
    expect(() => read({ kind: 'loose' })).toThrow('security.replay.kind is "loose"');
  });

  it('takes the bound of the clock, which dates are judged by', () => {
    const channel = { frameOctetsMax: 1_024 };
    const read = (json: object) => readSecurity(new JsonCursor(json, 'security'), channel);
    expect(read({ clockErrorMs: 250 })).toEqual({ clockErrorMs: 250 });
    expect(() => read({ clockErrorMs: -1 })).toThrow('security.clockErrorMs is -1');
  });

  it('is refused the hybrid suite where a frame does not hold its HELLO', () => {
    const hybrid = new JsonCursor({ suite: 'hybrid' }, 'security');
    const at = (frameOctetsMax: number, options = {}) => {
      return () => readSecurity(hybrid, { frameOctetsMax, ...options });
    };
    expect(at(1_293)()).toEqual({ suite: 'hybrid' });
    expect(at(1_292)).toThrow('a frame of 1292 octets does not hold a hybrid HELLO');
    expect(at(1_296, { ocf: true })).toThrow(ConfigError);
    expect(at(1_297, { ocf: true })()).toEqual({ suite: 'hybrid' });
    expect(at(1_301, { fixedLength: true, insertZoneOctets: 6 })()).toEqual({ suite: 'hybrid' });
    expect(at(1_300, { fixedLength: true, insertZoneOctets: 6 })).toThrow(ConfigError);
  });
});
