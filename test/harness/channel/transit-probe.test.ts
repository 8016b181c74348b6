import { describe, expect, it } from 'vitest';
import { TransitProbe } from '#harness/channel/transit-probe.ts';

describe('transit probe', () => {
  it('learns from its peer how long a datagram takes', async () => {
    const anywhere = { host: '127.0.0.1', port: 0 };
    const [a, b] = [await TransitProbe.open(anywhere), await TransitProbe.open(anywhere)];
    expect(a.transitUs).toBe(0);
    a.start(b.address);
    for (let tries = 0; a.transitUs === 0 && tries < 800; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(a.transitUs).toBeGreaterThan(0);
    expect(a.transitUs).toBeLessThanOrEqual(1_000);
    expect(b.transitUs).toBe(0);
    a.close();
    b.close();
  });

  it('says which port is taken', async () => {
    const first = await TransitProbe.open({ host: '127.0.0.1', port: 0 });
    const { port } = first.address;
    await expect(TransitProbe.open(first.address)).rejects.toThrow(
      `cannot bind UDP port ${port} of 127.0.0.1 (EADDRINUSE)`,
    );
    first.close();
  });
});
