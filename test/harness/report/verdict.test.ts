import { describe, expect, it } from 'vitest';
import { type Evidence, isClean, judge, judgeBooks, verdictOf } from '#harness/report/verdict.ts';
import { REPORT } from './sample-report.ts';

const GOOD: Evidence = {
  bootMs: 8_412,
  links: { expected: 9, secured: 9 },
  bundleSecurity: { secured: 20, accepted: 19 },
  revocations: [
    { knownAfterMs: 900, unaware: 0 },
    { knownAfterMs: 1_200, unaware: 0 },
  ],
  lost: 0,
  receivedAgain: 0,
  sent: 10_000,
  delivered: 10_000,
  overheadPerHopMsP50: 0.41,
  latencyMsP99: 80,
};
const LINKS = { kind: 'links-secured', text: 'links', withinMs: 20_000 } as const;
const RATIO = { kind: 'delivered-ratio', text: 'ratio', min: 1 } as const;
const NOTHING = { kind: 'nothing-lost', text: 'nothing' } as const;
const OVERHEAD = { kind: 'overhead-per-hop-p50', text: 'overhead', maxMs: 0.5 } as const;
const LATENCY = { kind: 'latency-p99', text: 'latency', maxMs: 100 } as const;
const SECURED = { kind: 'secured-accepted', text: 'secured', min: 0.95 } as const;
const KNOWN = { kind: 'revocations-known', text: 'known', withinMs: 1_200 } as const;

describe('an objective', () => {
  it.each([
    [LINKS, {}, true, '8.4 s'],
    [LINKS, { bootMs: 20_001 }, false, '20.0 s'],
    [LINKS, { bootMs: null, links: { expected: 9, secured: 8 } }, false, '8 of 9 links secured'],
    [RATIO, {}, true, '1 (10000 of 10000)'],
    [RATIO, { delivered: 9_999 }, false, '0.999 (9999 of 10000)'],
    [RATIO, { sent: 0, delivered: 0 }, false, 'no bundle was sent'],
    [NOTHING, {}, true, '0 lost, 0 received again'],
    [NOTHING, { lost: 1 }, false, '1 lost, 0 received again'],
    [NOTHING, { receivedAgain: 1 }, false, '0 lost, 1 received again'],
    [NOTHING, { sent: 0 }, false, 'no bundle was sent'],
    [OVERHEAD, {}, true, '0.410 ms'],
    [OVERHEAD, { overheadPerHopMsP50: 0.5 }, false, '0.500 ms'],
    [OVERHEAD, { overheadPerHopMsP50: undefined }, false, 'no bundle was delivered'],
    [LATENCY, {}, true, '80.000 ms'],
    [LATENCY, { latencyMsP99: 120 }, false, '120.000 ms'],
    [LATENCY, { latencyMsP99: undefined }, false, 'no bundle was delivered'],
    [KNOWN, {}, true, '1.200 s'],
    [SECURED, {}, true, '0.95 (19 of 20)'],
    [SECURED, { bundleSecurity: { secured: 20, accepted: 18 } }, false, '0.9 (18 of 20)'],
    [SECURED, { bundleSecurity: { secured: 0, accepted: 0 } }, false, 'no bundle was secured'],
    [KNOWN, { revocations: [{ knownAfterMs: 1_201, unaware: 0 }] }, false, '1.201 s'],
    [KNOWN, { revocations: [{ knownAfterMs: null, unaware: 3 }] }, false, '3 nodes do not know'],
    [KNOWN, { revocations: [] }, false, 'none was handed out'],
  ] as const)('of %j with %j: %s, %s', (objective, change, held, value) => {
    expect(judge([objective], { ...GOOD, ...change })).toEqual([
      { text: objective.text, held, value },
    ]);
  });
});

describe('the verdict', () => {
  const held = { text: 'x', held: true, value: '' };
  const failed = { ...held, held: false };
  const death = { nodes: ['a'], exitCode: 1, signal: null, lastWords: '' };

  it.each([
    [[held], [], false, 'pass', true],
    [[], [], false, 'pass', true],
    [[held, failed], [], false, 'fail', false],
    [[held], [death], false, 'fail', false],
    [[held], [], true, 'stopped', true],
    [[failed], [], true, 'stopped', false],
  ] as const)(
    'on %j, %j, stopped %s is %s, clean %s',
    (objectives, casualties, stopped, verdict, clean) => {
      expect(verdictOf(objectives, casualties, stopped)).toBe(verdict);
      expect(isClean({ objectives, casualties })).toBe(clean);
    },
  );
});

describe('the books', () => {
  const { bundles, faults } = REPORT;
  it('hold when each bundle has one fate', () => {
    expect(judgeBooks(bundles, bundles.books, faults, true)).toEqual({
      text: 'every bundle has one fate',
      held: true,
      value: '13120 of 13120',
    });
  });

  it.each([
    ['2 of 13120 lost', { ...bundles, inFlight: 2 }, bundles.books, faults],
    ['3 received again', bundles, bundles.books, { ...faults, receivedAgain: 3 }],
    [
      'the books of alpha do not balance',
      bundles,
      { ...bundles.books, unbalanced: ['alpha'] },
      faults,
    ],
  ])('do not hold with %s', (value, ledger, books, kills) => {
    expect(judgeBooks(ledger, books, kills, true)).toMatchObject({ held: false, value });
  });

  it.each([
    ['links keep nothing', faults, false],
    ['nodes were killed', { ...faults, kills: 1 }, true],
  ])('let bundles be under way where %s', (_, kills, custody) => {
    const ledger = { ...bundles, inFlight: 2 };
    expect(judgeBooks(ledger, bundles.books, kills, custody)).toMatchObject({ held: true });
  });
});
