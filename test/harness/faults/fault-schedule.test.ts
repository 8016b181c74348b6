import { describe, expect, it } from 'vitest';
import { FaultSchedule } from '#harness/faults/fault-schedule.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import type { NodeKill } from '#harness/scenario/scenario.ts';

const RUN_US = 60_000_000;
const NODES = ['alpha', 'beta', 'gamma'].map((name, at) => ({ name, node: 1 + at }));

describe('a schedule of faults', () => {
  it('kills a node once and starts it again', () => {
    const schedule = schedules({ node: 'beta', atMs: 1_000, backMs: 500 });
    expect(schedule.take(999_999)).toBeUndefined();
    expect(schedule.nextAt).toBe(1_000_000);
    expect(schedule.take(1_000_000)).toEqual({ kind: 'kill', node: 2 });
    expect(schedule.nextAt).toBe(1_500_000);
    expect(schedule.take(1_500_000)).toEqual({ kind: 'restart', node: 2 });
    expect(schedule.nextAt).toBe(Number.POSITIVE_INFINITY);
    expect(schedule.take(9_000_000)).toBeUndefined();
  });

  it('leaves a node away that nothing brings back', () => {
    const schedule = schedules({ node: 'beta', atMs: 1_000 });
    expect(all(schedule, 1e12)).toEqual(['1 kill beta']);
  });

  it('repeats a fault until its end, and not while the node is away', () => {
    const schedule = schedules({ node: 'beta', everyMs: 1_000, untilMs: 5_000, backMs: 1_500 });
    expect(all(schedule, 10_000_000)).toEqual([
      '1 kill beta',
      '2.5 restart beta',
      '3 kill beta',
      '4.5 restart beta',
    ]);
  });

  it('lets a node come back before it is killed anew in the same instant', () => {
    const schedule = schedules({ node: 'beta', everyMs: 1_000, untilMs: 2_500, backMs: 1_000 });
    expect(all(schedule, 10_000_000)).toEqual([
      '1 kill beta',
      '2 restart beta',
      '2 kill beta',
      '3 restart beta',
    ]);
  });

  it('draws among the nodes that are up, each in its turn, by the seed', () => {
    const storm = { everyMs: 100, backMs: 250 };
    const [first, again, other] = [1, 1, 2].map((seed) => all(schedules(storm, seed), 1e9));
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const up = new Set(NODES.map(({ name }) => name));
    for (const line of first!) {
      const [, kind, node] = line.split(' ');
      if (kind === 'kill') expect(up.delete(node!)).toBe(true);
      else up.add(node!);
    }
    for (const { name } of NODES) {
      const kills = first!.filter((line) => line.endsWith(`kill ${name}`));
      expect(kills.length).toBeGreaterThan(100);
    }
  });

  it('begins nothing once the run is over', () => {
    expect(all(schedules({ atMs: 60_000 }), 1e9)).toEqual([]);
    const [last] = all(schedules({ everyMs: 59_999, backMs: 5_000 }), 1e9).slice(-1);
    expect(last).toMatch(/^64.999 restart/);
  });

  it('kills nobody when all are away', () => {
    const schedule = schedules({ everyMs: 100, untilMs: 1_000 });
    expect(all(schedule, 1e9)).toHaveLength(3);
  });
});

function schedules(kill: Partial<NodeKill>, seed = 1): FaultSchedule {
  const atMs = kill.everyMs ?? 0;
  const fault = {
    node: undefined,
    atMs,
    everyMs: undefined,
    untilMs: undefined,
    backMs: undefined,
  };
  const faults = [{ kind: 'kill' as const, ...fault, ...kill }];
  return new FaultSchedule(faults, RUN_US, NODES, new SeededRandom(seed, 'faults'));
}

/** Everything until an instant, each as seconds, kind and node. */
function all(schedule: FaultSchedule, until: number): string[] {
  const actions: string[] = [];
  for (let at = schedule.nextAt; at <= until; at = schedule.nextAt) {
    const action = schedule.take(at);
    const name = NODES.find(({ node }) => node === action?.node)?.name;
    if (action !== undefined) actions.push(`${at / 1e6} ${action.kind} ${name}`);
  }
  return actions;
}
