import { describe, expect, it } from 'vitest';
import { STATEMENT_SERVICE } from '#node/services/statements.ts';
import { MICROSECONDS_PER_S as SECONDS } from '#protocol/machine.ts';
import { SmallSky } from '../../simulation/small-sky.ts';

describe('a constellation statement', () => {
  it('reaches every node by bundle, is adopted once by each, and goes out once', () => {
    const sky = ring();
    sky.satellite(101).provide({ statement: sky.revoke(103) });
    sky.time.advanceTo(3 * SECONDS);
    const adopted = sky.notices.filter(({ kind }) => kind === 'statement-adopted');
    expect(adopted.map(({ node }) => node).sort()).toEqual([101, 102, 104]);
    expect(countsOf(sky, 101)).toEqual({ sent: 1, adopted: 0, known: 1, refused: 0 });
    expect(countsOf(sky, 102)).toMatchObject({ sent: 0, refused: 0 });
    expect(sky.satellite(102).snapshot().membership.serial).toBe(
      sky.satellite(104).snapshot().membership.serial,
    );
  });

  it('that no root has signed is refused, whoever sent it', () => {
    const sky = ring();
    const statement = sky.revoke(103);
    statement[statement.length - 1]! ^= 1;
    sky.satellite(101).send({
      adu: statement,
      destination: { scheme: 'imc', code: 3, group: 61, service: 1 },
      sourceService: STATEMENT_SERVICE,
      lifetimeMs: 60_000,
      trafficClass: 3,
    });
    sky.time.advanceTo(3 * SECONDS);
    for (const node of [101, 102, 103, 104]) {
      expect(countsOf(sky, node)).toEqual({ sent: 0, adopted: 0, known: 0, refused: 1 });
      const faults = Object.keys(sky.satellite(node).snapshot().frames.faults);
      expect(faults).toEqual(['session.cert-sig']);
    }
    expect(sky.notices.filter(({ kind }) => kind === 'statement-adopted')).toEqual([]);
  });
});

/** Four nodes, each in contact with two, for a minute; their links are up. */
function ring(): SmallSky {
  const bundles = { groups: { statements: 'imc:61.1', memberOf: [] } };
  const nodes = [101, 102, 103, 104];
  const sky = new SmallSky({
    nodes,
    meetings: nodes.map((a, at) => ({
      ...{ a, b: nodes[(at + 1) % nodes.length]!, startsAt: 0, endsAt: 60 * SECONDS },
      terminals: [0, 1],
    })),
    configs: Object.fromEntries(nodes.map((node) => [node, { bundles }])),
  });
  sky.time.advanceTo(1 * SECONDS);
  return sky;
}

function countsOf(sky: SmallSky, node: number) {
  return sky.satellite(node).snapshot().services[STATEMENT_SERVICE];
}
