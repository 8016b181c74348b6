import { describe, expect, it } from 'vitest';
import { checkMemory } from '#harness/fleet/memory-check.ts';
import { loadScenario } from '#harness/scenario/load.ts';
import { ConfigError, formatConfigError } from '#node/config-error.ts';

describe('the memory check', () => {
  const walker = loadScenario('scenarios/walker-66.yaml');

  it('lets a fleet pass that fits to the octet, and none that is an octet larger', () => {
    const needed = 74 * 20 * MIB;
    expect(() => checkMemory(walker, needed)).not.toThrow();
    expect(refusal(() => checkMemory(walker, needed - 1))).toBe(
      `${walker.file}: 74 nodes as fleet 'processes' need about 1480 MiB of memory; ` +
        '1480 MiB are free. Put many nodes into each process with --fleet hosted, ' +
        'or free some memory.',
    );
  });

  it('asks less of nodes that share a process, and names what is left to do', () => {
    const hosted = { ...walker, fleet: 'hosted', satellitesPerProcess: 30 } as const;
    expect(() => checkMemory(hosted, (74 * 2 + 3 * 18) * MIB)).not.toThrow();
    expect(refusal(() => checkMemory(hosted, 100 * MIB))).toContain('fewer satellites');
    expect(() => checkMemory({ ...walker, fleet: 'virtual' }, 74 * 2 * MIB)).not.toThrow();
  });
});

const MIB = 1024 * 1024;

function refusal(check: () => void): string {
  try {
    check();
  } catch (error) {
    if (error instanceof ConfigError) return formatConfigError(error);
    throw error;
  }
  return '';
}
