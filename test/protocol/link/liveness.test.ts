import { describe, expect, it } from 'vitest';
import { Liveness } from '#protocol/link/liveness.ts';

const S = 1_000_000;

describe('liveness', () => {
  it('asks for a keepalive ten seconds after the last frame of an answered session', () => {
    const liveness = new Liveness(0, 0);
    liveness.sent(2 * S, 'bundle');
    liveness.heard();
    expect(liveness.keepaliveAt).toBe(12 * S);
    expect(liveness.deadAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('repeats the first keepalive of a session after one repeat time until it is answered', () => {
    const liveness = new Liveness(0, 2 * S);
    liveness.sent(0, 'probe');
    expect(liveness.keepaliveAt).toBe(4.5 * S);
    liveness.sent(4.5 * S, 'probe');
    expect(liveness.keepaliveAt).toBe(9 * S);
  });

  it('probes when data has gone unanswered for five seconds, then every repeat time', () => {
    const liveness = new Liveness(0, 0);
    liveness.heard();
    liveness.sent(10 * S, 'bundle');
    liveness.sent(14.9 * S, 'bundle');
    expect(liveness.keepaliveAt).toBe(15 * S);
    liveness.sent(15 * S, 'probe');
    expect(liveness.keepaliveAt).toBe(16 * S);
  });

  it('gives the peer up fifteen seconds and a round trip after the first unanswered frame', () => {
    const liveness = new Liveness(0, S);
    liveness.sent(3 * S, 'bundle');
    liveness.sent(9 * S, 'bundle');
    expect(liveness.deadAt).toBe(19 * S);
    liveness.heard();
    expect(liveness.deadAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('expects no answer to an answer', () => {
    const liveness = new Liveness(0, 0);
    liveness.heard();
    liveness.sent(10 * S, 'answer');
    expect(liveness.deadAt).toBe(Number.POSITIVE_INFINITY);
    expect(liveness.keepaliveAt).toBe(20 * S);
  });

  it('owes an answer unless a frame has just left', () => {
    const liveness = new Liveness(0, 0);
    expect(liveness.owesAnswer(0)).toBe(true);
    liveness.sent(0, 'bundle');
    expect(liveness.owesAnswer(0.4 * S)).toBe(false);
    expect(liveness.owesAnswer(0.5 * S)).toBe(true);
  });

  it('rests when the peer counts as gone, until it is heard again', () => {
    const liveness = new Liveness(0, 10_000);
    liveness.sent(0, 'probe');
    expect(liveness.deadAt).toBe(15_010_000);
    liveness.rest();
    expect(liveness.deadAt).toBe(Number.POSITIVE_INFINITY);
    expect(liveness.keepaliveAt).toBe(Number.POSITIVE_INFINITY);
    liveness.heard();
    expect(liveness.keepaliveAt).toBe(10_000_000);
  });
});
