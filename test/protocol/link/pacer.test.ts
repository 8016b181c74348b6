import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PACER_EARLY_US, Pacer } from '#protocol/link/pacer.ts';

const FRAME_OCTETS_MAX = 1_400;

/** Sends frames as fast as allowed, waking every `tickUs`; the octets that left by then. */
function fill(pacer: Pacer, sizes: () => number, tickUs: number, untilUs: number): number {
  let octets = 0;
  for (let now = 0; now < untilUs; now += tickUs) {
    while (pacer.readyAt <= now) {
      const size = sizes();
      pacer.charge(now, size);
      octets += size;
    }
  }
  return octets;
}

describe('the pacer', () => {
  it('sends one frame at a time on a slow line', () => {
    const pacer = new Pacer();
    pacer.start(5_000, 1_400_000); // one frame takes 8 ms
    expect(pacer.readyAt).toBeLessThanOrEqual(5_000);
    pacer.charge(5_000, FRAME_OCTETS_MAX);
    expect(pacer.readyAt).toBe(13_000 - PACER_EARLY_US);
    pacer.charge(pacer.readyAt, 700);
    expect(pacer.readyAt).toBe(17_000 - PACER_EARLY_US);
    pacer.charge(50_000, 700);
    expect(pacer.readyAt).toBe(54_000 - PACER_EARLY_US);
  });

  it('clause 61: holds the rate over a second to within its allowance, woken once a millisecond', () => {
    for (const rateBps of [1_000_000, 10_000_000, 100_000_000, 1_000_000_000]) {
      const pacer = new Pacer();
      pacer.start(0, rateBps);
      const octets = fill(pacer, () => FRAME_OCTETS_MAX, 1_000, 1_000_000);
      const ideal = rateBps / 8;
      expect(octets).toBeGreaterThan(ideal * 0.999);
      const ahead = (ideal * PACER_EARLY_US) / 1_000_000 + FRAME_OCTETS_MAX;
      expect(octets).toBeLessThanOrEqual(ideal + ahead);
    }
  });

  it('never runs ahead by more than its allowance and the frame itself', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50_000, max: 10_000_000_000 }),
        fc.array(fc.integer({ min: 1, max: FRAME_OCTETS_MAX }), { minLength: 1, maxLength: 50 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 50 }),
        (rateBps, sizes, naps) => {
          const pacer = new Pacer();
          pacer.start(0, rateBps);
          let now = 0;
          let lineUs = 0;
          sizes.forEach((size, index) => {
            now = Math.max(now + naps[index % naps.length]!, pacer.readyAt);
            pacer.charge(now, size);
            const frameUs = (size * 8_000_000) / rateBps;
            lineUs = Math.max(lineUs, now) + frameUs;
            expect(lineUs - now).toBeLessThanOrEqual(PACER_EARLY_US + frameUs + 1e-3);
          });
        },
      ),
    );
  });
});
