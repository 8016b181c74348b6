import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeLane } from '#protocol/link/lane.ts';
import { MapMultiplexer } from '#protocol/link/map-multiplexer.ts';
import { VcMultiplexer } from '#protocol/link/vc-multiplexer.ts';
import { TRAFFIC_CLASSES } from '#protocol/traffic-class.ts';

const FRAME_OCTETS = 1_000;

describe('the virtual channel multiplexer', () => {
  it('sends the highest class that waits, and nothing of bulk before the others, without a share', () => {
    const { frames } = line(0, { 0: 100, 1: 1, 2: 2, 3: 1 });
    expect(frames(6)).toEqual([3, 2, 2, 1, 0, 0]);
  });

  it('lets bulk go first once it is owed a frame', () => {
    const { frames } = line(0.25, { 0: 100, 3: 100 });
    expect(frames(12)).toEqual([3, 3, 3, 0, 3, 3, 3, 0, 3, 3, 3, 0]);
  });

  it('owes nothing for the time in which bulk did not wait', () => {
    const { frames, push } = line(0.25, { 3: 100 });
    frames(50);
    push(0, 100);
    expect(frames(4)).toEqual([3, 3, 3, 0]);
  });

  it('counts what bulk had without a rival as had', () => {
    const { frames, push } = line(0.25, { 0: 100, 3: 2 });
    expect(frames(4)).toEqual([3, 3, 0, 0]);
    push(3, 100);
    expect(frames(4)).toEqual([3, 3, 3, 0]);
  });

  it('gives bulk its share of any saturated run, but for one frame, whatever the lengths', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: FRAME_OCTETS }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.9, noNaN: true }), lengths, (share, octets) => {
        const { multiplexer } = line(share, { 0: 1_000, 1: 300, 3: 300 });
        const had = { bulk: 0, all: 0 };
        octets.forEach((length, n) => {
          const channel = multiplexer.next()!;
          multiplexer.charge(channel, length);
          had.all += length;
          if (channel.vcid === 0) had.bulk += length;
          expect(had.bulk, `after ${n} frames`).toBeGreaterThan(share * had.all - FRAME_OCTETS);
        });
        expect(had.bulk).toBeLessThan(share * had.all + FRAME_OCTETS);
      }),
    );
  });

  it('asserts that bulk is not promised all of the line', () => {
    expect(() => line(1, {})).toThrow();
    expect(() => line(-0.1, {})).toThrow();
  });
});

/** Four channels in which so many packets wait, by class, each packet one frame. */
function line(share: number, waiting: Record<number, number>) {
  const options = { mapId: 0, protocolId: 4, tfdfOctets: 100, fixedLength: false };
  const lanes = TRAFFIC_CLASSES.map(() => makeLane({ ...options, octetsMax: 1e9 }));
  const channels = lanes.map((lane, vcid) => new MapMultiplexer(vcid, [lane])).reverse();
  const multiplexer = new VcMultiplexer(channels, share, FRAME_OCTETS);
  const push = (trafficClass: number, count: number) => {
    for (let n = 0; n < count; n++) {
      lanes[trafficClass]!.push({ id: `${n}`, octets: new Uint8Array(10) });
    }
  };
  for (const [trafficClass, count] of Object.entries(waiting)) push(Number(trafficClass), count);
  const frames = (count: number) =>
    Array.from({ length: count }, () => {
      const channel = multiplexer.next()!;
      channel.next();
      channel.sent();
      multiplexer.charge(channel, FRAME_OCTETS);
      return channel.vcid;
    });
  return { multiplexer, push, frames };
}
