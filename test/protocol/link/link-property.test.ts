/** The link on a wire that loses, doubles, delays, reorders and damages frames. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal } from '#protocol/bytes/octets.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { Chance, LinkPair, type PairOptions } from './link-pair.ts';

const S = 1_000_000;

const pairs: fc.Arbitrary<PairOptions> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  wire: fc.record({
    delayUs: fc.constantFrom(0, 3_000, 120_000, 2_000_000),
    loss: fc.constantFrom(0, 0.1, 0.3),
    duplication: fc.constantFrom(0, 0.2),
    bitFlip: fc.constantFrom(0, 0.1),
    jitterUs: fc.constantFrom(0, 500, 30_000),
  }),
  rateBps: fc.constantFrom(500_000, 10_000_000, 1_000_000_000),
  frameOctetsMax: fc.constantFrom(100, 400, 1_400),
  channel: fc.constantFrom<NonNullable<PairOptions['channel']>>(
    {},
    { bulkShare: 0.3 },
    { fixedLength: true, insertZoneOctets: 5 },
    {
      frameOctetsMax: 400,
      fixedLength: true,
      coding: { reedSolomon: { correctableMax: 8, interleave: 4 } },
    },
  ),
});

interface Step {
  readonly from: 0 | 1;
  readonly size: number;
  readonly trafficClass: TrafficClass;
  readonly waitUs: number;
  readonly event: 'none' | 'cut' | 'restart';
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    from: fc.constantFrom(0, 1),
    size: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20_000 })),
    trafficClass: fc.constantFrom(0, 1, 2, 3),
    waitUs: fc.constantFrom(0, 100, 10_000, 3 * S, 20 * S),
    event: fc.constantFrom('none', 'none', 'none', 'none', 'none', 'cut', 'restart'),
  }),
  { minLength: 1, maxLength: 25 },
);

/** Runs the steps; the octets of each bundle sent, by id, for each end. */
function play(pair: LinkPair, script: readonly Step[]): Map<string, Uint8Array>[] {
  const chance = new Chance(5);
  const sent = [new Map<string, Uint8Array>(), new Map<string, Uint8Array>()];
  pair.connect();
  script.forEach(({ from, size, trafficClass, waitUs, event }, n) => {
    if (event !== 'none') {
      pair.disconnectEnd(from);
      if (event === 'restart') pair.reboot(from);
      pair.connectEnd(from);
    }
    const octets = chance.octets(size);
    sent[from]!.set(`${n}`, octets);
    pair.send(from, `${n}`, octets, trafficClass);
    pair.run(waitUs);
  });
  pair.run(10 * S);
  pair.disconnectEnd(0);
  pair.disconnectEnd(1);
  return sent;
}

describe('a link on any wire', () => {
  it('answers every bundle with sent or unsent, once, and delivers it intact at most once', () => {
    fc.assert(
      fc.property(pairs, steps, (options, script) => {
        const pair = new LinkPair(options);
        const sent = play(pair, script);
        for (const from of [0, 1] as const) {
          const bundles = sent[from]!;
          const { told } = pair.ends[from];
          const answers = told.flatMap((output) =>
            output.kind === 'sent' || output.kind === 'unsent' ? [output.id] : [],
          );
          expect(answers.toSorted()).toEqual([...bundles.keys()].toSorted());
          const whole = new Set(pair.ends[from].of('sent').map(({ id }) => id));
          const open = new Map([...bundles].filter(([id]) => whole.has(id)));
          for (const { bundle } of pair.ends[from === 0 ? 1 : 0].of('received')) {
            const id = [...open].find(([, octets]) => equal(octets, bundle))?.[0];
            expect(id).toBeDefined();
            open.delete(id!);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is secured in the end when three frames in ten are lost and one in ten is damaged', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const wire = { delayUs: 10_000, loss: 0.3, bitFlip: 0.1, duplication: 0.1, jitterUs: 20_000 };
      const pair = new LinkPair({ seed, wire });
      pair.connect();
      const secured = () => pair.ends.every(({ link }) => link.secured);
      expect(pair.run(300 * S, secured), `seed ${seed}`).toBe(true);
    }
  });

  it('rarely takes a lossy peer for a dead one', () => {
    let downs = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const pair = new LinkPair({ seed, wire: { delayUs: 10_000 } });
      pair.connect();
      pair.run(S);
      pair.wire = { delayUs: 10_000, loss: 0.2 };
      pair.run(500 * S);
      downs += pair.ends.reduce((sum, end) => sum + end.of('down').length, 0);
    }
    expect(downs).toBeLessThanOrEqual(1);
  });

  it('answers noise with a fault and nothing else', () => {
    const pair = new LinkPair();
    pair.connect();
    pair.run(S);
    const frames: Uint8Array[] = [];
    pair.tap = (_from, frame) => {
      frames.push(frame.slice());
      return frame;
    };
    pair.send(0, 'a', new Uint8Array(20));
    pair.run(S);
    const genuine = frames[0]!;
    const before = pair.ends[1].told.length;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.tuple(fc.nat(genuine.length * 8 - 1), fc.nat(50)).map(([bit, cut]) => {
            const octets = genuine.slice(0, genuine.length - Math.max(0, cut - 25));
            if (bit >> 3 < octets.length) octets[bit >> 3]! ^= 1 << (bit & 7);
            return octets;
          }),
        ),
        (octets) => {
          const faults = pair.ends[1].of('fault').length;
          pair.inject(1, octets);
          expect(pair.ends[1].of('fault')).toHaveLength(faults + 1);
        },
      ),
      { numRuns: 500 },
    );
    expect(pair.ends[1].told.slice(before).every(({ kind }) => kind === 'fault')).toBe(true);
    expect(pair.ends[1].link.secured).toBe(true);
  });
});
