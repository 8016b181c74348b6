/** The scenarios that ship with the project. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildWorld } from '#harness/constellation/world.ts';
import { loadScenario } from '#harness/scenario/load.ts';

const files = readdirSync('scenarios').filter((file) => file.endsWith('.yaml'));

describe('every shipped scenario', () => {
  it.each(files)('%s loads, is named after its file and says what it is', (file) => {
    const { name, description } = loadScenario(`scenarios/${file}`);
    expect(`${name}.yaml`).toBe(file);
    expect(description).not.toBe('');
  });

  it.each(files)('%s gives every flow a path from the first instant', (file) => {
    const scenario = loadScenario(`scenarios/${file}`);
    const { nodes, plan } = buildWorld(scenario, scenario.durationMs * 1_000);
    const nameOf = new Map(nodes.map(({ node, name }) => [node, name]));
    const reach = (from: string): Set<string> => {
      const reached = new Set([from]);
      for (const name of reached) {
        for (const contact of plan.contacts) {
          if (contact.startsAt > 0 || nameOf.get(contact.from) !== name) continue;
          reached.add(nameOf.get(contact.to) as string);
        }
      }
      return reached;
    };
    const { groups } = scenario.bundles;
    const ends = (to: string) => groups.find(({ name }) => name === to)?.members ?? [to];
    const unreached = scenario.traffic.filter(({ from, to }) => {
      const reached = reach(from);
      return ends(to).some((end) => !reached.has(end));
    });
    expect(unreached).toEqual([]);
  });

  it('walker-66 is the shell of the README', () => {
    const { constellation, groundStations, traffic, objectives } = loadScenario(
      'scenarios/walker-66.yaml',
    );
    expect(constellation).toMatchObject({ planes: 6, perPlane: 11, altitudeKm: 780 });
    expect(groundStations.length).toBeGreaterThanOrEqual(6);
    expect(new Set(traffic.map(({ trafficClass }) => trafficClass)).size).toBe(4);
    expect(objectives.map(({ kind }) => kind)).toEqual([
      'links-secured',
      'delivered-ratio',
      'overhead-per-hop-p50',
    ]);
  });
});
