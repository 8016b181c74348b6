import { describe, expect, it } from 'vitest';
import { toHex } from '#protocol/bytes/octets.ts';
import { encodeClcw } from '#protocol/cop1/clcw.ts';
import type { CopFrame } from '#protocol/cop1/cop-frame.ts';
import { Farm1, type Farm1Options } from '#protocol/cop1/farm1.ts';
import { type Step, vectorsOf } from './cop1-vectors.ts';

describe('the vectors of FARM-1', () => {
  it('are six', () => {
    expect(vectorsOf('farm1-sequence')).toHaveLength(6);
  });

  it.each(vectorsOf('farm1-sequence'))('%s', (_, { config, initial, steps }) => {
    const farm = new Farm1({
      vcid: config.vcid,
      windowFrames: config.sliding_window,
      bufferFramesMax: 8,
      report: initial.v_r,
    });
    // Far ahead of every window.
    if (initial.lockout) farm.receive(0, ad(initial.v_r + 100));
    for (const step of steps) {
      farm.receive(0, frameOf(step));
      expect(toHex(encodeClcw(farm.clcw()))).toBe(step.clcw);
      expect(stateOf(farm)).toBe(step.state);
    }
  });
});

describe('FARM-1', () => {
  it('accepts, asks again, passes over or locks by the distance alone', () => {
    // W = 10: the frame expected, four ahead, five behind, and the rest.
    const verdicts = Array.from({ length: 256 }, (_, ahead) => {
      const farm = new Farm1({ ...OPTIONS, report: 250 });
      farm.receive(0, ad(250 + ahead));
      return verdictOf(farm);
    });
    expect(verdicts).toEqual([
      'accepted',
      ...Array(4).fill('gap'),
      ...Array(246).fill('outside-window'),
      ...Array(5).fill('repeated'),
    ]);
  });

  it('flags what each distance asks for', () => {
    const flags = [0, 1, 5, 255].map((sequence) => {
      const farm = new Farm1(OPTIONS);
      farm.receive(0, ad(sequence));
      const { lockout, wait, retransmit, report } = farm.clcw();
      return [lockout, wait, retransmit, report];
    });
    expect(flags).toEqual([
      [false, false, false, 1],
      [false, false, true, 0],
      [true, false, false, 0],
      [false, false, false, 0],
    ]);
  });

  it('counts its frames modulo 256', () => {
    const farm = new Farm1({ ...OPTIONS, report: 255 });
    farm.receive(0, ad(255));
    expect(farm.clcw().report).toBe(0);
  });

  it('waits when its buffer is full, and opens when a place is free', () => {
    const farm = fullFarm();
    expect(stateOf(farm)).toBe('wait');
    expect(farm.clcw()).toMatchObject({ wait: true, retransmit: true, report: 1 });
    for (const sequence of [1, 2, 0]) farm.receive(0, ad(sequence));
    expect([verdictOf(farm), verdictOf(farm), verdictOf(farm)]).toEqual([
      'no-buffer',
      'no-buffer',
      'repeated',
    ]);
    farm.release(0);
    expect(farm.clcw()).toMatchObject({ wait: false, retransmit: true, report: 1 });
    farm.receive(0, ad(1));
    expect(verdictOf(farm)).toBe('accepted');
    expect(farm.clcw()).toMatchObject({ wait: false, retransmit: false, report: 2 });
  });

  it('locks from waiting too, and then only Unlock opens it', () => {
    const farm = fullFarm();
    farm.receive(0, ad(100));
    expect(verdictOf(farm)).toBe('outside-window');
    expect(farm.clcw()).toMatchObject({ lockout: true, wait: true });
    farm.release(0);
    expect(farm.clcw()).toMatchObject({ lockout: true, wait: false });
    farm.receive(0, ad(1));
    farm.receive(0, { type: 'set-vr', report: 9 });
    expect(verdictOf(farm)).toBe('in-lockout');
    expect(farm.clcw()).toMatchObject({ lockout: true, report: 1, farmBCount: 1 });
    farm.receive(0, { type: 'unlock' });
    expect(farm.clcw()).toMatchObject({ lockout: false, retransmit: false, farmBCount: 2 });
  });

  it.each<[CopFrame, number]>([
    [{ type: 'unlock' }, 1],
    [{ type: 'set-vr', report: 9 }, 9],
  ])('obeys %o while it waits', (command, report) => {
    const farm = fullFarm();
    farm.receive(0, command);
    expect(farm.clcw()).toMatchObject({ wait: false, retransmit: false, report, farmBCount: 1 });
  });

  it('hands a type-B frame on in every state, and counts modulo four', () => {
    const farm = fullFarm();
    const sdu = Uint8Array.of(7);
    for (const count of [1, 2, 3, 0, 1]) {
      farm.receive(0, { type: 'bd', sdu });
      expect(farm.poll()).toEqual({ type: 'accepted', frame: { type: 'bd', sdu } });
      expect(farm.clcw()).toMatchObject({ wait: true, farmBCount: count });
    }
    farm.receive(0, ad(100));
    farm.poll();
    farm.receive(0, { type: 'bd', sdu });
    expect(verdictOf(farm)).toBe('accepted');
  });

  it('has no deadline, and says nothing unasked', () => {
    const farm = new Farm1(OPTIONS);
    farm.tick(1_000_000);
    expect([farm.poll(), farm.deadline()]).toEqual([undefined, undefined]);
  });

  it('asserts a window that is even, a buffer, and a release of what was accepted', () => {
    for (const windowFrames of [0, 3, 256]) {
      expect(() => new Farm1({ ...OPTIONS, windowFrames })).toThrow('W is even');
    }
    expect(() => new Farm1({ ...OPTIONS, bufferFramesMax: 0 })).toThrow('room');
    expect(() => new Farm1(OPTIONS).release(0)).toThrow('accepted');
  });
});

const OPTIONS: Farm1Options = { vcid: 5, windowFrames: 10, bufferFramesMax: 1, report: 0 };

/** One frame accepted, one refused for want of room; both outputs taken. */
function fullFarm(): Farm1 {
  const farm = new Farm1(OPTIONS);
  farm.receive(0, ad(0));
  farm.receive(0, ad(1));
  expect([verdictOf(farm), verdictOf(farm)]).toEqual(['accepted', 'no-buffer']);
  return farm;
}

function ad(sequence: number): CopFrame {
  return { type: 'ad', sequence: sequence & 0xff, sdu: Uint8Array.of(sequence) };
}

function verdictOf(farm: Farm1): string | undefined {
  const output = farm.poll();
  return output?.type === 'discarded' ? output.fault.code : output?.type;
}

function stateOf(farm: Farm1): string {
  const { lockout, wait } = farm.clcw();
  if (lockout) return 'lockout';
  return wait ? 'wait' : 'open';
}

function frameOf({ event, argument }: Step): CopFrame {
  switch (event) {
    case 'ad':
      return ad(argument!);
    case 'bd':
      return { type: 'bd', sdu: new Uint8Array(1) };
    case 'unlock':
      return { type: 'unlock' };
    default:
      return { type: 'set-vr', report: argument! };
  }
}
