import { describe, expect, it } from 'vitest';
import { readPssMb, summarizePss } from '#harness/report/memory.ts';

describe('memory', () => {
  it.runIf(process.platform === 'linux')('of a process is read from /proc', () => {
    const pssMb = readPssMb(process.pid);
    expect(pssMb).toBeGreaterThan(1);
    expect(pssMb).toBeLessThanOrEqual(process.memoryUsage().rss / 1e6);
    const { p50 = 0, max = 0 } = summarizePss([process.pid, NOBODY]) ?? {};
    expect(p50).toBeGreaterThan(1);
    expect(max).toBe(p50);
  });

  it('of a process that is gone is not known', () => {
    expect(readPssMb(NOBODY)).toBeNull();
    expect(summarizePss([NOBODY])).toBeNull();
    expect(summarizePss([])).toBeNull();
  });
});

/** Above the greatest process id that Linux gives. */
const NOBODY = 2 ** 22 + 1;
