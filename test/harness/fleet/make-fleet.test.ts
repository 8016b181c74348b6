import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { nodesPerProcess } from '#harness/fleet/make-fleet.ts';
import { loadScenario } from '#harness/scenario/load.ts';

describe('nodes per process', () => {
  const walker = loadScenario('scenarios/walker-66.yaml');

  it('is one in the fleet of processes', () => {
    expect(nodesPerProcess(walker, 74)).toBe(1);
  });

  it('is what the scenario says when hosted, else what gives every CPU one process', () => {
    expect(nodesPerProcess({ ...walker, fleet: 'hosted', satellitesPerProcess: 20 }, 74)).toBe(20);
    expect(nodesPerProcess({ ...walker, fleet: 'hosted' }, 74)).toBe(
      Math.ceil(74 / availableParallelism()),
    );
  });

  it('is all of them in virtual time', () => {
    expect(nodesPerProcess({ ...walker, fleet: 'virtual' }, 74)).toBe(74);
  });
});
