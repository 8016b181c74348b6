import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Channel, OUTAGE, RATE_EXCEEDED } from '#harness/channel/channel.ts';

describe('channel', () => {
  it('delays a datagram by its serialisation and the light time', () => {
    const channel = new Channel();
    channel.set({ delayUs: 13_000, rateBps: 8_000_000 });
    expect(channel.pass(1_000, 1_000)).toBe(1_000 + 1_000 + 13_000);
  });

  it('queues what comes faster than its rate', () => {
    const channel = new Channel();
    channel.set({ delayUs: 0, rateBps: 8_000_000 });
    expect([0, 0, 0].map((now) => channel.pass(now, 1_000))).toEqual([1_000, 2_000, 3_000]);
  });

  it('drops what runs further ahead of the rate than it buffers', () => {
    const channel = new Channel();
    channel.set({ delayUs: 0, rateBps: 8_000 });
    expect(channel.pass(0, 250)).toBe(250_000);
    expect(channel.pass(0, 1)).toBe(RATE_EXCEEDED);
  });

  it('loses everything while nothing is in view', () => {
    const channel = new Channel();
    expect(channel.pass(0, 1)).toBe(OUTAGE);
    channel.set({ delayUs: 1, rateBps: 1e9 });
    channel.set(undefined);
    expect(channel.pass(0, 1)).toBe(OUTAGE);
  });

  it('never lets a datagram overtake another, even when the light time shrinks', () => {
    const setting = fc.record({ gap: fc.nat(500), delayUs: fc.nat(20_000), size: fc.nat(9_000) });
    fc.assert(
      fc.property(fc.array(setting), (steps) => {
        const channel = new Channel();
        let now = 0;
        let last = 0;
        for (const { gap, delayUs, size } of steps) {
          now += gap;
          channel.set({ delayUs, rateBps: 1e9 });
          const arrival = channel.pass(now, size);
          expect(arrival).toBeGreaterThanOrEqual(last);
          last = arrival as number;
        }
      }),
    );
  });
});
