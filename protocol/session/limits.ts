/**
 * How long the keys of a session serve. Each direction is counted for itself: a figure of `rekey`
 * starts the agreement of new keys while the old ones go on (LS-1001); at a figure of `stop` they
 * are not used again. Sender and receiver hold to the same hard figures.
 *
 * Source: link-security §10, LS-1006.
 */
import { assert } from '../assert.ts';
import { MICROSECONDS_PER_S } from '../machine.ts';

/** One column of the table; each figure is at least one. */
export interface KeyLimits {
  readonly ageUs: number;
  readonly frames: number;
  /** Plaintext and additional data together. */
  readonly octets: number;
  /** Frames of which the tag did not verify. */
  readonly failures: number;
}

/** Both columns. */
export interface SessionLimits {
  /** Jittered by a tenth in age, so that the links of a constellation do not renew all at once. */
  readonly rekey: KeyLimits;
  readonly stop: KeyLimits;
  /** Failures that are worth an alarm, once for each key. */
  readonly failuresAlarm: number;
}

/** The figures of the table, which are the largest allowed ones. */
export const SESSION_LIMITS: SessionLimits = {
  rekey: {
    ageUs: 600 * MICROSECONDS_PER_S,
    frames: 2 ** 20,
    octets: 2 ** 34,
    failures: 2 ** 20,
  },
  stop: {
    ageUs: 3_600 * MICROSECONDS_PER_S,
    frames: 2 ** 22,
    octets: 2 ** 36,
    failures: 2 ** 36,
  },
  failuresAlarm: 2 ** 10,
};

/** The table with some figures replaced, none above the hard column and no rekey after its stop. */
export function sessionLimits(
  rekey: Partial<KeyLimits>,
  stop: Partial<KeyLimits> = {},
): SessionLimits {
  const limits = {
    rekey: { ...SESSION_LIMITS.rekey, ...rekey },
    stop: { ...SESSION_LIMITS.stop, ...stop },
    failuresAlarm: SESSION_LIMITS.failuresAlarm,
  };
  for (const figure of FIGURES) {
    assert(limits.rekey[figure] >= 1, 'a key serves for something');
    assert(limits.rekey[figure] <= limits.stop[figure], 'new keys come before the old ones stop');
    assert(limits.stop[figure] <= SESSION_LIMITS.stop[figure], 'limits are only ever lowered');
  }
  return limits;
}

const FIGURES = ['ageUs', 'frames', 'octets', 'failures'] as const;
