import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerTime } from '#protocol/ltp/answer-time.ts';
import { LtpPair, MS, ROUND_TRIP_US } from './ltp-pair.ts';

const S = 1_000_000;
const LIGHT_US = 20 * MS;

describe('how long an answer takes', () => {
  it('is the round trip alone where its owner has named all of it', () => {
    const answers = new AnswerTime();
    answers.roundTripUs = LIGHT_US;
    answers.concluded(5 * S, { sentAt: 0, transmissions: 1 });
    answers.hesitated();
    expect(answers.us).toBe(LIGHT_US);
  });

  it('comes to what the far store takes, and somewhat more', () => {
    const answers = learning(100 * MS);
    expect(answers.us).toBe(LIGHT_US + 100 * MS);
    for (let n = 0; n < 100; n++) answer(answers, 300 * MS);
    expect(answers.us).toBeGreaterThan(LIGHT_US + 300 * MS);
    expect(answers.us).toBeLessThan(LIGHT_US + 310 * MS);
    for (let n = 0; n < 100; n++) answer(answers, n % 2 === 0 ? 100 * MS : 300 * MS);
    expect(answers.us).toBeGreaterThan(LIGHT_US + 500 * MS);
  });

  it('stays between 100 ms and a second beyond the round trip, in whole microseconds', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 100 * S })), (storesUs) => {
        const answers = learning(100 * MS);
        for (const storeUs of storesUs) {
          answer(answers, storeUs);
          if (storeUs % 3 === 0) answers.hesitated();
          expect(answers.us).toBeGreaterThanOrEqual(LIGHT_US + 100 * MS);
          expect(answers.us).toBeLessThanOrEqual(LIGHT_US + S);
          expect(Number.isInteger(answers.us)).toBe(true);
        }
      }),
    );
  });

  it('is taken for longer while nobody knows which of two checkpoints was answered', () => {
    const answers = learning(100 * MS);
    answers.concluded(1 * S, { sentAt: 0, transmissions: 2 });
    expect(answers.us).toBe(LIGHT_US + 200 * MS);
    answers.hesitated();
    expect(answers.us).toBe(LIGHT_US + 400 * MS);
    answer(answers, 40 * MS);
    expect(answers.us).toBe(LIGHT_US + 120 * MS);
  });
});

describe('an engine that learns it', () => {
  it('soon repeats nothing to a store that is slower than was thought', () => {
    const answers = new AnswerTime(100 * MS);
    const pair = new LtpPair({ storeUs: 250 * MS, options: { answers } });
    for (let n = 0; n < 40; n++) {
      pair.at(n * 500 * MS, () => pair.send(0, new Uint8Array(300)));
      if (n === 10) pair.at(n * 500 * MS, () => expect(repeated(pair)).toBeGreaterThan(0));
    }
    pair.run(20 * 500 * MS);
    const before = repeated(pair);
    pair.run(40 * 500 * MS);
    expect(repeated(pair)).toBe(before);
    expect(pair.of(0, 'completed')).toHaveLength(40);
    expect(answers.us).toBeGreaterThan(ROUND_TRIP_US + 220 * MS);
  });
});

function learning(marginUs: number): AnswerTime {
  const answers = new AnswerTime(marginUs);
  answers.roundTripUs = LIGHT_US;
  return answers;
}

function answer(answers: AnswerTime, storeUs: number): void {
  answers.concluded(LIGHT_US + storeUs, { sentAt: 0, transmissions: 1 });
}

function repeated(pair: LtpPair): number {
  return pair.snapshots()[0].repeatedSegments;
}
