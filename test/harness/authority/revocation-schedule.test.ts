import { describe, expect, it } from 'vitest';
import { createAuthority } from '#harness/authority/authority.ts';
import { RevocationSchedule } from '#harness/authority/revocation-schedule.ts';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { nativeProvider } from '#node/adapters/native-crypto.ts';
import { toHex } from '#protocol/bytes/octets.ts';

describe('the revocations of a scenario', () => {
  it('come when they are due, soonest first, each once', () => {
    const { schedule } = scheduleOf([
      { node: 'c', atMs: 2_000, from: 'a' },
      { node: 'b', atMs: 1_000, from: 'a' },
    ]);
    expect(schedule.nextAt).toBe(1_000_000);
    expect(schedule.take(999_999)).toBeUndefined();
    expect(schedule.take(5_000_000)).toMatchObject({ to: 101, revoked: 102, serial: 2 });
    expect(schedule.nextAt).toBe(2_000_000);
    expect(schedule.take(5_000_000)).toMatchObject({ to: 101, revoked: 103, serial: 3 });
    expect(schedule.take(5_000_000)).toBeUndefined();
    expect(schedule.nextAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('withdraw all certificates of the node, and no other', () => {
    const { schedule, authority } = scheduleOf([{ node: 'b', atMs: 0, from: 'a' }]);
    authority.issue({ eid: 'ipn:102.0', scids: [102], roles: 1 });
    const handed = schedule.take(0);
    const own = authority.certificates
      .filter(({ claims }) => claims.subject === 'ipn:102.0')
      .map(({ claims }) => toHex(claims.id));
    expect(own).toHaveLength(2);
    expect([...authority.statement.revoked].sort()).toEqual(own.sort());
    expect(handed?.octets).toBe(authority.statement.octets);
  });
});

function scheduleOf(revocations: { node: string; atMs: number; from: string }[]) {
  const authority = createAuthority({
    name: 'x',
    provider: nativeProvider,
    random: new SeededRandom(1, 'revocations'),
    testEquipment: false,
  });
  const nodes = ['a', 'b', 'c'].map((name, index) => ({ name, node: 101 + index }));
  for (const { node } of nodes) {
    authority.issue({ eid: `ipn:${node}.0`, scids: [node], roles: 1 });
  }
  return { authority, schedule: new RevocationSchedule(revocations, nodes, authority) };
}
