import { describe, expect, it } from 'vitest';
import { formatIonPlan, formatJsonPlan } from '#harness/constellation/plan-format.ts';
import { buildWorld, type World } from '#harness/constellation/world.ts';
import { pairScenario } from './scenarios.ts';

const pair = buildWorld(pairScenario(20), 60_500_000);

describe('a contact plan as JSON', () => {
  it('says all that the plan holds', () => {
    const { nodes, contacts, ranges } = JSON.parse(formatJsonPlan(pair));
    expect(nodes).toEqual(pair.nodes);
    expect({ contacts, ranges }).toEqual(pair.plan);
  });

  it('is JSON also without contacts', () => {
    const empty = { ...pair, plan: { contacts: [], ranges: [] } };
    expect(JSON.parse(formatJsonPlan(empty)).contacts).toEqual([]);
  });
});

describe('a contact plan for ION', () => {
  it('counts whole seconds and octets, and gives each range once', () => {
    expect(formatIonPlan(pair)).toBe(
      [
        '# ipn:1 is alfa',
        '# ipn:2 is bravo',
        'a contact +0 +60 1 2 12500000',
        'a range +0 +60 1 2 1',
        'a contact +0 +60 2 1 12500000',
        '',
      ].join('\n'),
    );
  });

  it('keeps inside the contact and leaves out what is shorter than a second', () => {
    expect(ion(1_200_000, 9_900_000)).toContain('a contact +2 +9 1 2');
    expect(ion(1_200_000, 2_900_000)).not.toContain('a contact');
  });
});

function ion(startsAt: number, endsAt: number): string {
  const contacts = pair.plan.contacts.map((contact) => ({ ...contact, startsAt, endsAt }));
  return formatIonPlan({ ...pair, plan: { contacts, ranges: [] } } satisfies World);
}
