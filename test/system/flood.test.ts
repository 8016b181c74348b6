/**
 * A flood on real sockets, while two nodes meet, agree keys and carry bundles: at a tenth of the
 * rate that `bench` measures, since whoever runs this may have other things to do.
 */
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Flooder, flood } from '../../bench/flood.ts';

describe.skipIf(process.platform === 'win32')('a thousand HELLOs a second', () => {
  it.each<[string, Flooder]>([
    ['A15: of a stranger, from elsewhere', { from: 'stranger', admitted: false }],
    ["A15: of a stranger, from the neighbour's address", { from: 'neighbour', admitted: false }],
    ['A16: of a member that hears no answer', { from: 'neighbour', admitted: true }],
  ])(
    '%s, keep no neighbour out and no bundle back, and take no memory',
    async (_, flooder) => {
      const outcome = await flood(flooder, 1_000, resolve('dist/node.js'));
      expect(outcome.refused).toBeGreaterThan(1_000);
      expect(outcome.handshakeMs).toBeLessThan(5_000);
      expect(outcome.bundlesSent).toBeGreaterThan(400);
      expect(outcome.bundlesReceived).toBeGreaterThan(0.9 * outcome.bundlesSent);
      expect(outcome.rekeys).toBeGreaterThan(0);
      expect(outcome.downs).toBe(0);
      const { before, peak } = outcome.memoryMiB ?? { before: 0, peak: 0 };
      expect(peak - before).toBeLessThan(64);
    },
    60_000,
  );
});
