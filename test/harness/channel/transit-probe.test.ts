import { describe, expect, it } from 'vitest';
import { TransitProbe } from '#harness/channel/transit-probe.ts';

describe('transit probe', () => {
  it('learns from its peer how long a datagram takes', async () => {
    const [a, b] = [await TransitProbe.open('127.0.0.1'), await TransitProbe.open('127.0.0.1')];
    expect(a.transitUs).toBe(0);
    a.start(b.address);
    for (let tries = 0; a.transitUs === 0 && tries < 200; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(a.transitUs).toBeGreaterThan(0);
    expect(a.transitUs).toBeLessThanOrEqual(1_000);
    expect(b.transitUs).toBe(0);
    a.close();
    b.close();
  });
});
