import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Farm1 } from '#protocol/cop1/farm1.ts';
import { Fop1 } from '#protocol/cop1/fop1.ts';

describe('FOP-1 and FARM-1 over a wire that loses frames and reports', () => {
  it('bring every SDU over once and in order, from number 250 on', () => {
    fc.assert(
      fc.property(anyLosses, fc.integer({ min: 1, max: 5 }), (losses, windowFrames) => {
        const { delivered, acknowledged, alerts } = run(losses, windowFrames);
        expect(alerts).toEqual([]);
        expect(delivered).toEqual(SDUS);
        expect(acknowledged).toEqual(SDUS);
      }),
      { numRuns: 200 },
    );
  });

  it('do lose frames in that test', () => {
    expect(run(Array(20).fill(true), 3).lost).toBe(20);
  });
});

const SDUS = Array.from({ length: 30 }, (_, i) => i);
const STEPS_MAX = 2000;

/** True where a frame or a report is lost; what comes after the list arrives. */
const anyLosses = fc.array(fc.boolean(), { minLength: 20, maxLength: 60 });

/** A step: send what there is room for, let it cross, free the buffer now and then, report back. */
function run(losses: readonly boolean[], windowFrames: number) {
  const farm = new Farm1({ vcid: 0, windowFrames: 10, bufferFramesMax: 2, report: 250 });
  const fop = new Fop1({
    windowFrames,
    timerUs: 3,
    transmissionsMax: 100,
    onLastTimeout: 'alert',
    sequence: 250,
  });
  const seen = { delivered: [] as number[], acknowledged: [] as number[], alerts: [] as string[] };
  let crossings = 0;
  let sent = 0;
  let held = 0;
  const isLost = () => losses[crossings++] === true;
  fop.initiate(0, { type: 'without-clcw-check' });
  for (let now = 1; now < STEPS_MAX && seen.acknowledged.length < SDUS.length; now++) {
    fop.tick(now);
    while (sent < SDUS.length && fop.send(now, Uint8Array.of(sent))) sent += 1;
    for (let output = fop.poll(); output !== undefined; output = fop.poll()) {
      if (output.type === 'alert') seen.alerts.push(output.reason);
      if (output.type === 'acknowledged') seen.acknowledged.push(output.frame.sdu[0]!);
      if (output.type === 'transmit' && !isLost()) farm.receive(now, output.frame);
    }
    for (let output = farm.poll(); output !== undefined; output = farm.poll()) {
      if (output.type !== 'accepted') continue;
      seen.delivered.push(output.frame.sdu[0]!);
      held += 1;
    }
    const clcw = farm.clcw();
    if (!isLost()) fop.receive(now, clcw);
    for (; held > 0 && now % 2 === 0; held--) farm.release(now);
  }
  return { ...seen, lost: losses.slice(0, crossings).filter((loss) => loss).length };
}
