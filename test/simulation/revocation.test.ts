/** A statement goes through a small mesh, from one node to all, also when the mesh was in two. */
import { describe, expect, it } from 'vitest';
import type { NodeNumber } from '#protocol/routing/contact-plan.ts';
import { type Meeting, OWLT_US, SmallSky } from './small-sky.ts';

const S = 1_000_000;
const NODES = [101, 102, 103, 104, 105, 106];

describe('a revocation handed to one node of a ring of six', () => {
  it('A12: goes from neighbour to neighbour, and ends every link of the node revoked', () => {
    const sky = ring();
    sky.time.advanceTo(5 * S);
    expect(upLinks(sky, 104)).toEqual([103, 105]);
    sky.satellite(101).provide({ statement: sky.revoke(104) });
    sky.time.advanceTo(6 * S);
    const adopted = sky.notices.filter(({ kind }) => kind === 'statement-adopted');
    const hops = new Map(adopted.map(({ node, at }) => [node, Math.round((at - 5 * S) / OWLT_US)]));
    expect([101, 102, 106, 103, 105].map((node) => hops.get(node))).toEqual([0, 1, 1, 2, 2]);
    expect(upLinks(sky, 104)).toEqual([]);
    expect(endings(sky, 103)).toEqual([[104, 'not a member: revoked']]);
    expect(endings(sky, 105)).toEqual([[104, 'not a member: revoked']]);
    for (const node of [101, 102, 106]) expect(endings(sky, node)).toEqual([]);
  });

  it('A12: keeps the node out for as long as it tries', () => {
    const sky = ring();
    sky.time.advanceTo(5 * S);
    sky.satellite(103).provide({ statement: sky.revoke(104) });
    sky.time.advanceTo(190 * S);
    for (const node of [103, 105]) {
      const secured = sky.notices.filter(
        (notice) => notice.node === node && notice.kind === 'link-secured' && notice.at > 6 * S,
      );
      expect(secured).toEqual([]);
      const refused = sky.notices.filter(
        (notice) => notice.node === node && notice.kind === 'link-refusal',
      );
      const revoked = expect.objectContaining({ neighbour: 104, reason: 'revoked' });
      expect(refused).toContainEqual(revoked);
    }
    expect(sky.satellite(102).snapshot().membership).toMatchObject({ serial: 2, boot: 1 });
  });

  it('A12: reaches the other half of a broken ring when it heals, and not before (LS-1305)', () => {
    // 103–104 and 106–101 are out of sight from 30 s to 100 s.
    const sky = ring([30, 100], [103, 106]);
    sky.time.advanceTo(40 * S);
    sky.satellite(101).provide({ statement: sky.revoke(105) });
    sky.time.advanceTo(99 * S);
    expect(holding(sky, 2)).toEqual([101, 102, 103]);
    expect(upLinks(sky, 105)).toEqual([104, 106]);
    sky.time.advanceTo(101 * S);
    expect(holding(sky, 2)).toEqual(expect.arrayContaining([101, 102, 103, 104, 106]));
    expect(upLinks(sky, 105)).toEqual([]);
    expect(endings(sky, 104)).toContainEqual([105, 'not a member: revoked']);
    expect(endings(sky, 106)).toContainEqual([105, 'not a member: revoked']);
  });

  it('A12: is remembered by a node that restarts in the dark', () => {
    const sky = ring();
    sky.time.advanceTo(5 * S);
    sky.satellite(103).provide({ statement: sky.revoke(104) });
    sky.time.advanceTo(6 * S);
    sky.restart(103);
    const { membership } = sky.satellite(103).snapshot();
    expect(membership).toEqual({ boot: 2, epoch: 1, serial: 2, randomness: 'seeded' });
    sky.time.advanceTo(60 * S);
    expect(upLinks(sky, 103)).toEqual([102]);
  });

  it('is the same run again from the same seed', () => {
    const runs = [1, 2].map(() => {
      const sky = ring();
      sky.time.advanceTo(5 * S);
      sky.satellite(101).provide({ statement: sky.revoke(104) });
      sky.time.advanceTo(30 * S);
      return sky.notices;
    });
    expect(runs[0]).toEqual(runs[1]);
  });
});

describe('an alarm', () => {
  it('A13: is raised by every node that is handed a second statement of one serial', () => {
    const [sky, other] = [ring(), ring()];
    for (const each of [sky, other]) each.time.advanceTo(5 * S);
    sky.satellite(101).provide({ statement: sky.revoke(104) });
    // The twin of the authority signs another statement with the same serial.
    sky.satellite(101).provide({ statement: other.revoke(103) });
    expect(sky.kinds(101)).toContain('statement-alarm');
    expect(sky.satellite(101).snapshot().frames.faults).toHaveProperty([
      'session.statement-forked',
    ]);
    sky.time.advanceTo(6 * S);
    expect(upLinks(sky, 103)).toEqual([102]);
  });
});

describe('the time of day', () => {
  const YEAR_MS = 365.25 * 86_400_000;
  it.each([0, -100 * YEAR_MS, 100 * YEAR_MS, -1_000, 1_000])(
    'A36: that is wrong by %d ms keeps nobody out',
    (stepMs) => {
      const epochUnixMs = Math.max(0, 1_760_000_000_000 + stepMs);
      const sky = ring(undefined, [], { 102: { epochUnixMs }, 104: { epochUnixMs: 0 } });
      sky.time.advanceTo(5 * S);
      for (const node of NODES) expect(upLinks(sky, node)).toHaveLength(2);
      // The certificates end with the century; whoever believes to be beyond that says so.
      const told = sky.kinds(102).filter((kind) => kind === 'certificate-out-of-date');
      expect(told.length > 0).toBe(stepMs === 100 * YEAR_MS);
    },
  );

  it('A36: that is known to within an hour decides on certificates (LS-1402)', () => {
    const epochUnixMs = 1_760_000_000_000 + 100 * YEAR_MS;
    const sure = { epochUnixMs, security: { clockErrorMs: 1_000 } };
    const sky = ring(undefined, [], { 102: sure });
    sky.time.advanceTo(5 * S);
    expect(upLinks(sky, 102)).toEqual([]);
    expect(sky.satellite(102).snapshot().frames.faults).toHaveProperty(['session.cert-dates']);
    expect(upLinks(sky, 105)).toHaveLength(2);
  });
});

/** A ring of six; those that begin the named edges lose sight of the next for a while. */
function ring(
  gapS: readonly [number, number] = [0, 0],
  broken: readonly NodeNumber[] = [],
  configs: ConstructorParameters<typeof SmallSky>[0]['configs'] = {},
): SmallSky {
  const meetings = NODES.flatMap((a, index): Meeting[] => {
    const edge = { a, b: NODES[(index + 1) % NODES.length] as number, terminals: [1, 0] } as const;
    const endsAt = 200 * S;
    if (!broken.includes(a)) return [{ ...edge, startsAt: 0, endsAt }];
    return [
      { ...edge, startsAt: 0, endsAt: gapS[0] * S },
      { ...edge, startsAt: gapS[1] * S, endsAt },
    ];
  });
  return new SmallSky({ nodes: NODES, meetings, configs });
}

function upLinks(sky: SmallSky, node: NodeNumber): NodeNumber[] {
  const { links } = sky.satellite(node).snapshot();
  return links
    .filter(({ secured }) => secured)
    .map(({ neighbour }) => neighbour)
    .sort();
}

function endings(sky: SmallSky, of: NodeNumber): [NodeNumber, string][] {
  return sky.notices.flatMap((notice) =>
    notice.node === of && notice.kind === 'link-down' && notice.reason !== 'contact over'
      ? [[notice.neighbour, notice.reason] as [NodeNumber, string]]
      : [],
  );
}

function holding(sky: SmallSky, serial: number): NodeNumber[] {
  return NODES.filter((node) => sky.satellite(node).snapshot().membership.serial === serial);
}
