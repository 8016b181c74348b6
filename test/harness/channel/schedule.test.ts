import { describe, expect, it } from 'vitest';
import { ChannelSchedule } from '#harness/channel/schedule.ts';
import type { World } from '#harness/constellation/world.ts';
import type { Contact } from '#protocol/routing/contact-plan.ts';

describe('channel schedule', () => {
  it('opens with a contact, follows its light time by deltas, and cuts at its end', () => {
    const schedule = new ChannelSchedule(worldOf([contact(1, 2, 0, 10 * S)]));
    expect(schedule.changes(0)).toEqual([
      { node: 1, terminal: 0, setting: { delayUs: 1_000, rateBps: 1e8 } },
    ]);
    expect(schedule.changes(0)).toEqual([]);
    expect(schedule.changes(1 * S)).toEqual([
      { node: 1, terminal: 0, setting: { delayUs: 1_001, rateBps: 1e8 } },
    ]);
    expect(schedule.changes(10 * S)).toEqual([{ node: 1, terminal: 0 }]);
  });

  it('names every edge once, in order, and openings a little early', () => {
    const schedule = new ChannelSchedule(
      worldOf([contact(1, 2, 0, 5 * S), contact(2, 1, 0, 5 * S), contact(1, 3, 5 * S, 9 * S)]),
    );
    const opens = 5 * S - 50_000;
    expect([0, 1, opens, 5 * S, 9 * S].map((now) => schedule.nextEdge(now))).toEqual([
      opens,
      opens,
      5 * S,
      9 * S,
      undefined,
    ]);
  });

  it('lets the contact in progress keep the terminal until the next one begins', () => {
    const schedule = new ChannelSchedule(
      worldOf([contact(1, 2, 0, 5 * S), contact(1, 3, 5 * S, 9 * S, 2e8)]),
    );
    schedule.changes(0);
    expect(schedule.changes(5 * S - 10_000)[0]?.setting?.rateBps).toBe(1e8);
    expect(schedule.changes(5 * S)[0]?.setting?.rateBps).toBe(2e8);
  });
});

const S = 1_000_000;

function contact(from: number, to: number, startsAt: number, endsAt: number, rateBps = 1e8) {
  return { from, to, startsAt, endsAt, rateBps, fromTerminal: 0, toTerminal: 0 };
}

/** A world whose light time grows by 1 µs a second. */
function worldOf(contacts: Contact[]): World {
  return { nodes: [], plan: { contacts, ranges: [] }, owltUs: (_a, _b, at) => 1_000 + at / S };
}
