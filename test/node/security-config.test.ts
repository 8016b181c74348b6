import { describe, expect, it } from 'vitest';
import { limitsOf } from '#node/security-config.ts';
import { SESSION_LIMITS } from '#protocol/session/limits.ts';

describe('the limits of sessions', () => {
  it('are those of the specification unless a node is told otherwise', () => {
    expect(limitsOf(undefined)).toBe(SESSION_LIMITS);
  });

  it('change in nothing but the age at which new keys are due', () => {
    const { rekey, ...rest } = limitsOf({ rekeyAfterUs: 5_000_000 });
    expect(rekey).toEqual({ ...SESSION_LIMITS.rekey, ageUs: 5_000_000 });
    expect({ rekey: SESSION_LIMITS.rekey, ...rest }).toEqual(SESSION_LIMITS);
  });
});
