import { describe, expect, it } from 'vitest';
import type { Clcw } from '#protocol/cop1/clcw.ts';
import { Fop1, type Fop1Options, type Fop1Output, type Fop1Start } from '#protocol/cop1/fop1.ts';
import { vectorsOf } from './cop1-vectors.ts';

describe('the vectors of FOP-1', () => {
  it('are four, and with the others make all of the file', () => {
    const counts = (['clcw', 'farm1-sequence', 'fop1-sequence'] as const).map(
      (kind) => vectorsOf(kind).length,
    );
    expect(counts).toEqual([13, 6, 4]);
  });

  it.each(vectorsOf('fop1-sequence'))('%s', (_, { config, steps }) => {
    const fop = active({
      transmissionsMax: config.transmission_limit,
      onLastTimeout: config.timeout_type === 0 ? 'alert' : 'suspend',
    });
    fop.send(0, SDU);
    expect(fop.snapshot()).toMatchObject({ state: 'active', transmissionCount: 1, sentFrames: 1 });
    drain(fop);
    for (const step of steps) {
      const now = fop.deadline()!.at;
      if (step.event === 'timer') fop.tick(now);
      else fop.receive(now, report(step.report_value!));
      const outputs = drain(fop);
      const seen = fop.snapshot();
      const { state, transmission_count, sent_queue, alert, suspended } = step;
      if (state !== undefined) expect(seen.state).toBe(state);
      if (transmission_count !== undefined) expect(seen.transmissionCount).toBe(transmission_count);
      if (sent_queue !== undefined) expect(seen.sentFrames).toBe(sent_queue);
      if (alert !== undefined) expect(outputs.includes('alert t1')).toBe(alert);
      if (suspended !== undefined) expect(outputs.includes('suspended')).toBe(suspended);
    }
  });
});

describe('FOP-1 starts', () => {
  it('at once', () => {
    const fop = new Fop1(OPTIONS);
    expect(fop.send(0, SDU)).toBe(false);
    expect(fop.initiate(0, { type: 'without-clcw-check' })).toBe(true);
    expect(drain(fop)).toEqual(['initiated']);
    expect(fop.initiate(0, { type: 'without-clcw-check' })).toBe(false);
    expect(fop.deadline()).toBeUndefined();
  });

  it('after a clean control word, for which it waits no longer than T1', () => {
    const fop = started({ type: 'with-clcw-check' });
    expect(fop.snapshot().state).toBe('initialising');
    expect(fop.send(0, SDU)).toBe(false);
    fop.receive(1, report(0));
    expect(drain(fop)).toEqual(['initiated']);
    expect(fop.deadline()).toBeUndefined();

    const late = started({ type: 'with-clcw-check' });
    expect(late.deadline()).toEqual({ at: 1000, why: 'COP-1 timer T1' });
    late.tick(999);
    expect(drain(late)).toEqual([]);
    late.tick(1000);
    expect(drain(late)).toEqual(['alert t1']);

    const suspended = started({ type: 'with-clcw-check' }, { onLastTimeout: 'suspend' });
    suspended.tick(1000);
    expect(suspended.snapshot()).toMatchObject({ state: 'initial', suspended: 'initialising' });
  });

  it.each<[string, Fop1Start, number]>([
    ['unlock', { type: 'unlock' }, 0],
    ['set-vr 9', { type: 'set-vr', report: 9 }, 9],
  ])('with %s, repeated until a clean control word shows it', (name, start, sequence) => {
    const fop = started(start);
    expect(drain(fop)).toEqual([name]);
    fop.receive(1, report(sequence, { lockout: true }));
    fop.receive(2, report(sequence, { retransmit: true }));
    fop.receive(3, report(sequence + 1));
    fop.tick(1000);
    expect(drain(fop)).toEqual([name]);
    expect(fop.snapshot()).toMatchObject({ state: 'initialising-bc', transmissionCount: 2 });
    fop.receive(1001, report(sequence));
    expect(drain(fop)).toEqual(['initiated']);
    expect(fop.snapshot()).toMatchObject({ state: 'active', sequence });
    fop.send(1002, SDU);
    fop.tick(2002);
    expect(drain(fop)).toEqual([`ad ${sequence}`, `ad ${sequence}`]);
  });

  it('with a command, and an alert when FARM-1 waits though it may not', () => {
    const fop = started({ type: 'unlock' });
    fop.receive(1, report(0, { wait: true }));
    expect(drain(fop)).toEqual(['unlock', 'alert clcw']);
  });

  it('with a command in vain: an alert after the last transmission, never a suspension', () => {
    const fop = started({ type: 'unlock' }, { onLastTimeout: 'suspend' });
    for (const at of [1000, 2000, 3000]) fop.tick(at);
    expect(drain(fop)).toEqual(['unlock', 'unlock', 'unlock', 'alert t1']);
  });
});

describe('FOP-1 sends', () => {
  it('as many frames as its window, and keeps one more', () => {
    const fop = active();
    expect([0, 1, 2, 3, 4].map(() => fop.send(0, SDU))).toEqual([true, true, true, true, false]);
    expect(drain(fop)).toEqual(['ad 0', 'ad 1', 'ad 2']);
    fop.receive(5, report(2));
    expect(drain(fop)).toEqual(['acknowledged 0', 'acknowledged 1', 'ad 3']);
    expect(fop.deadline()!.at).toBe(1005);
    fop.receive(6, report(4));
    expect(drain(fop)).toEqual(['acknowledged 2', 'acknowledged 3']);
    expect(fop.deadline()).toBeUndefined();
  });

  it('over the end of the numbers', () => {
    const fop = active({ sequence: 255 });
    for (const _ of [0, 1]) fop.send(0, SDU);
    expect(drain(fop)).toEqual(['ad 255', 'ad 0']);
    fop.receive(1, report(1));
    expect(fop.snapshot()).toMatchObject({ sequence: 1, sentFrames: 0 });
  });

  it('expedited SDUs in every state', () => {
    const fop = new Fop1(OPTIONS);
    fop.sendExpedited(0, SDU);
    expect(drain(fop)).toEqual(['bd']);
  });
});

describe('FOP-1 repeats', () => {
  it('what is missing, once for each time that it is asked', () => {
    const fop = withThreeSent();
    fop.receive(1, report(1, { retransmit: true }));
    expect(drain(fop)).toEqual(['acknowledged 0', 'ad 1', 'ad 2']);
    expect(fop.snapshot()).toMatchObject({ state: 'retransmit', transmissionCount: 2 });
    fop.receive(2, report(1, { retransmit: true }));
    expect(drain(fop)).toEqual([]);
    fop.receive(3, report(2, { retransmit: true }));
    expect(drain(fop)).toEqual(['acknowledged 1', 'ad 2']);
    fop.receive(4, report(3));
    expect(drain(fop)).toEqual(['acknowledged 2']);
    expect(fop.snapshot()).toMatchObject({ state: 'active', transmissionCount: 1 });
  });

  it('nothing while FARM-1 waits, and all when it does no longer', () => {
    const fop = withThreeSent();
    fop.receive(1, report(1, { retransmit: true, wait: true }));
    expect(drain(fop)).toEqual(['acknowledged 0']);
    expect(fop.snapshot().state).toBe('retransmit-wait');
    expect(fop.send(2, SDU)).toBe(true);
    fop.tick(1000);
    expect(drain(fop)).toEqual([]);
    expect(fop.deadline()).toBeUndefined();
    fop.receive(1001, report(1, { retransmit: true }));
    expect(drain(fop)).toEqual(['ad 1', 'ad 2', 'ad 3']);
  });

  it('no more than the limit when asked; then T1 decides', () => {
    const fop = withThreeSent({ transmissionsMax: 2 });
    fop.tick(1000);
    expect(drain(fop)).toEqual(['ad 0', 'ad 1', 'ad 2']);
    fop.receive(1001, report(0, { retransmit: true }));
    expect(drain(fop)).toEqual([]);
    expect(fop.snapshot()).toMatchObject({ state: 'retransmit', transmissionCount: 2 });
    fop.tick(2000);
    expect(drain(fop)).toEqual(['alert t1']);
  });

  it('after a suspension, when it is told to go on', () => {
    const fop = withThreeSent({ transmissionsMax: 1, onLastTimeout: 'suspend' });
    expect(fop.resume(0)).toBe(false);
    fop.tick(1000);
    expect(drain(fop)).toEqual(['suspended']);
    fop.receive(1001, report(3));
    expect(drain(fop)).toEqual([]);
    expect(fop.resume(1500)).toBe(true);
    expect(fop.resume(1500)).toBe(false);
    expect(fop.deadline()!.at).toBe(2500);
    fop.receive(1501, report(3));
    expect(drain(fop)).toEqual(['acknowledged 0', 'acknowledged 1', 'acknowledged 2']);
  });
});

describe('FOP-1 ends', () => {
  it.each<[string, Clcw, Partial<Fop1Options>]>([
    ['lockout', report(1, { lockout: true }), {}],
    ['nnr', report(4), {}],
    ['nnr', report(255), {}],
    ['clcw', report(1, { wait: true }), {}],
    ['clcw', report(3, { wait: true }), {}],
    ['synch', report(3, { retransmit: true }), {}],
    ['limit', report(0, { retransmit: true }), { transmissionsMax: 1 }],
    ['limit', report(1, { retransmit: true }), { transmissionsMax: 1 }],
  ])('with %s on %o', (reason, clcw, options) => {
    const fop = withThreeSent(options);
    fop.receive(1, clcw);
    expect(drain(fop).at(-1)).toBe(`alert ${reason}`);
    expect(fop.snapshot()).toMatchObject({ state: 'initial', sentFrames: 0 });
    expect(fop.deadline()).toBeUndefined();
    fop.receive(2, clcw);
    expect(drain(fop)).toEqual([]);
  });

  it('with synch when a request is taken back without progress', () => {
    const fop = withThreeSent();
    fop.receive(1, report(0, { retransmit: true }));
    drain(fop);
    fop.receive(2, report(0));
    expect(drain(fop)).toEqual(['alert synch']);
  });

  it('when it starts afresh after a suspension', () => {
    const fop = withThreeSent({ transmissionsMax: 2, onLastTimeout: 'suspend' });
    for (const at of [1000, 2000]) fop.tick(at);
    expect(fop.snapshot()).toMatchObject({ suspended: 'active', transmissionCount: 2 });
    fop.initiate(3000, { type: 'without-clcw-check' });
    expect(fop.snapshot()).toEqual({
      state: 'active',
      suspended: undefined,
      transmissionCount: 1,
      sequence: 3,
      sentFrames: 0,
    });
  });

  it('for good: nothing of it is sent after the next start', () => {
    const waiting = withThreeSent();
    waiting.send(1, SDU);
    const commanding = started({ type: 'unlock' }, { onLastTimeout: 'suspend' });
    commanding.terminate(1);
    commanding.initiate(1, { type: 'with-clcw-check' });
    commanding.tick(1001);
    expect(drain(commanding)).toEqual(['unlock', 'alert term', 'suspended']);
    for (const fop of [waiting, commanding]) {
      fop.terminate(2);
      fop.initiate(3, { type: 'without-clcw-check' });
      drain(fop);
      const name = `ad ${fop.snapshot().sequence}`;
      fop.send(4, SDU);
      fop.tick(1004);
      expect(drain(fop)).toEqual([name, name]);
    }
  });

  it('when told to, from a suspension as well', () => {
    const fop = withThreeSent({ transmissionsMax: 1, onLastTimeout: 'suspend' });
    fop.tick(1000);
    fop.terminate(1001);
    expect(drain(fop)).toEqual(['suspended']);
    expect(fop.resume(1002)).toBe(false);
    fop.initiate(1003, { type: 'without-clcw-check' });
    fop.terminate(1004);
    expect(drain(fop)).toEqual(['initiated', 'alert term']);
    expect(fop.snapshot().state).toBe('initial');
  });

  it('before it begins when its parameters make no sense', () => {
    for (const windowFrames of [0, 128]) {
      expect(() => new Fop1({ ...OPTIONS, windowFrames })).toThrow('K is');
    }
    expect(() => new Fop1({ ...OPTIONS, transmissionsMax: 0 })).toThrow('once');
  });
});

const OPTIONS: Fop1Options = {
  windowFrames: 3,
  timerUs: 1000,
  transmissionsMax: 3,
  onLastTimeout: 'alert',
  sequence: 0,
};
const SDU = Uint8Array.of(1);

function started(start: Fop1Start, changed: Partial<Fop1Options> = {}): Fop1 {
  const fop = new Fop1({ ...OPTIONS, ...changed });
  fop.initiate(0, start);
  return fop;
}

function active(changed: Partial<Fop1Options> = {}): Fop1 {
  const fop = started({ type: 'without-clcw-check' }, changed);
  drain(fop);
  return fop;
}

/** Active, with frames 0 to 2 sent at time 0. */
function withThreeSent(changed: Partial<Fop1Options> = {}): Fop1 {
  const fop = active(changed);
  for (const _ of [0, 1, 2]) fop.send(0, SDU);
  expect(drain(fop)).toEqual(['ad 0', 'ad 1', 'ad 2']);
  return fop;
}

function report(value: number, flags: Partial<Clcw> = {}): Clcw {
  return {
    status: 0,
    vcid: 0,
    noRfAvailable: false,
    noBitLock: false,
    lockout: false,
    wait: false,
    retransmit: false,
    farmBCount: 0,
    report: value,
    ...flags,
  };
}

function drain(fop: Fop1): string[] {
  const outputs: string[] = [];
  for (let output = fop.poll(); output !== undefined; output = fop.poll()) {
    outputs.push(nameOf(output));
  }
  return outputs;
}

function nameOf(output: Fop1Output): string {
  switch (output.type) {
    case 'transmit':
      if (output.frame.type === 'ad') return `ad ${output.frame.sequence}`;
      return output.frame.type === 'set-vr' ? `set-vr ${output.frame.report}` : output.frame.type;
    case 'acknowledged':
      return `acknowledged ${output.frame.sequence}`;
    case 'alert':
      return `alert ${output.reason}`;
    default:
      return output.type;
  }
}
