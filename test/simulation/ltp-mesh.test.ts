/** Four satellites in a row whose links carry bundles by LTP, and lose frames; some crash. */
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { SmallSky } from './small-sky.ts';

const SECOND = 1_000_000;
const NODES = [101, 102, 103, 104] as const;
const BUNDLES = 60;

describe('a row of satellites that lose every fifth frame', () => {
  it('delivers everything by LTP, once, with the books balanced', () => {
    const sky = lossySky({ ltp: true });
    play(sky);
    expectAllDelivered(sky);
    for (const node of NODES) expect(sky.satellite(node).snapshot().ledger.stored).toBe(0);
  });

  it('does not without it', () => {
    const sky = lossySky({ ltp: false });
    play(sky);
    expect(delivered(sky).length).toBeLessThan(2 * BUNDLES);
  });

  it('does the same again from the same seed', () => {
    const [first, second] = [lossySky({ ltp: true }), lossySky({ ltp: true })];
    play(first);
    play(second);
    expect(second.medium.sent).toEqual(first.medium.sent);
    expect(second.notices).toEqual(first.notices);
  });

  it('loses nothing that was accepted when those between crash, again and again', () => {
    const sky = lossySky({ ltp: true, storeEveryUs: 20_000 });
    crashOften(sky, 3, 102, 103);
    play(sky);
    expectAllDelivered(sky);
  });
});

describe('a source that crashes', () => {
  it.each([1, 2, 3])('has sent what its applications were told of, for seed %d', (seed) => {
    const sky = lossySky({ ltp: true, storeEveryUs: 20_000, seed });
    crashOften(sky, seed, 101, 102);
    play(sky);
    const told = accepted(sky).filter((id) => id.startsWith('ipn:101.'));
    const all = delivered(sky);
    expect(told.length).toBeGreaterThan(BUNDLES / 2);
    expect(told.filter((id) => !all.includes(id))).toEqual([]);
    expect(all).toHaveLength(new Set(all).size);
    for (const node of NODES) expectBalance(sky, node);
  });
});

describe('a ring of satellites that lose every fifth frame', () => {
  it.each([1, 2, 3])('loses nothing on detours either, with crashes, for seed %d', (seed) => {
    const sky = lossySky({ ltp: true, storeEveryUs: 20_000, ring: true, seed });
    crashOften(sky, seed, 102, 104);
    play(sky, 103);
    expectAllDelivered(sky);
  });
});

describe('a contact that ends with a block under way', () => {
  it('stops every timer of LTP, and the bundle goes in the next one, once', () => {
    const nodes = [101, 102];
    const meeting = (startsAt: number, endsAt: number) => ({
      ...{ a: 101, b: 102, terminals: [0, 0] as const },
      ...{ startsAt: startsAt * SECOND, endsAt: endsAt * SECOND },
    });
    const sky = new SmallSky({
      nodes,
      meetings: [meeting(0, 5), meeting(30, 60)],
      services: { 102: { sink: true } },
    });
    sky.time.advanceTo(4 * SECOND);
    sky.medium.loses = () => sky.time.now > 4 * SECOND;
    send(sky, 101, 102, 1);
    sky.time.advanceTo(5.1 * SECOND);
    const counts = () => sky.satellite(101).snapshot().links[0]?.ltp;
    const [sent, before] = [sky.medium.sent.length, counts()];
    expect(before).toMatchObject({ blocksSent: 1, blocksCompleted: 0 });
    expect(before!.repeatedSegments).toBeGreaterThan(0);
    sky.time.advanceTo(29.9 * SECOND);
    expect(sky.medium.sent).toHaveLength(sent);
    expect(counts()).toEqual(before);
    expect(sky.satellite(101).snapshot().ledger).toMatchObject({ stored: 1, forwarded: 0 });

    sky.medium.loses = () => false;
    sky.time.advanceTo(40 * SECOND);
    expect(delivered(sky)).toHaveLength(1);
    expect(sky.satellite(101).snapshot().ledger).toMatchObject({ stored: 0, forwarded: 1 });
    expect(counts()).toMatchObject({ blocksSent: 2, blocksCompleted: 1, cancelled: {} });
  });
});

interface LossySky {
  readonly ltp: boolean;
  readonly storeEveryUs?: number;
  /** Whether the last meets the first. */
  readonly ring?: boolean;
  readonly seed?: number;
}

/** Crashes those two by turns, once a second. */
function crashOften(sky: SmallSky, seed: number, a: number, b: number): void {
  const chance = new SeededRandom(seed, 'crashes');
  for (let n = 0; n < 8; n++) {
    const node = n % 2 === 0 ? a : b;
    const at = 2 * SECOND + n * SECOND + Math.floor(chance.fraction() * SECOND);
    sky.time.at(at, () => sky.crash(node, chance));
  }
}

function lossySky({ ltp, storeEveryUs, ring = false, seed = 7 }: LossySky): SmallSky {
  const link = { frameOctetsMax: 512, ltp };
  const meeting = (a: number, b: number) => ({
    a,
    b,
    startsAt: 0,
    endsAt: 600 * SECOND,
    terminals: [0, 1] as const,
  });
  const row = [meeting(101, 102), meeting(102, 103), meeting(103, 104)];
  const sky = new SmallSky({
    nodes: NODES,
    meetings: [...row, ...(ring ? [meeting(104, 101)] : [])],
    services: Object.fromEntries(NODES.map((node) => [node, { sink: true }])),
    configs: Object.fromEntries(NODES.map((node) => [node, { link }])),
    ...(storeEveryUs === undefined ? {} : { storeEveryUs }),
  });
  const chance = new SeededRandom(seed, 'loss');
  sky.medium.loses = () => chance.fraction() < LOSS;
  return sky;
}

/** Bundles of every class and several sizes, both ways between 101 and `far`, over ten seconds. */
function play(sky: SmallSky, far = 104): void {
  for (let n = 0; n < BUNDLES; n++) {
    const at = SECOND + Math.floor((n * 10 * SECOND) / BUNDLES);
    sky.time.at(at, () => {
      send(sky, 101, far, n);
      send(sky, far, 101, n);
    });
  }
  // Two who have crashed may take minutes to agree on keys when every fifth frame is lost.
  sky.time.advanceTo(300 * SECOND);
}

function send(sky: SmallSky, from: number, to: number, n: number): void {
  sky.satellite(from).send({
    adu: new Uint8Array(10 + ((n * 977) % 3_000)),
    destination: ipnEid(to, 9),
    sourceService: 1_000,
    lifetimeMs: 600_000,
    trafficClass: (n % 4) as TrafficClass,
  });
}

function delivered(sky: SmallSky): string[] {
  return sky.notices.flatMap((notice) => (notice.kind === 'bundle-delivered' ? [notice.id] : []));
}

/** What applications were told of. */
function accepted(sky: SmallSky): string[] {
  return sky.notices.flatMap((notice) =>
    notice.kind === 'bundle-accepted' && notice.originated ? [notice.id] : [],
  );
}

/** Everything that was accepted of an application, once; and the books of every node balance. */
function expectAllDelivered(sky: SmallSky): void {
  const told = accepted(sky);
  const all = delivered(sky);
  expect(told.length).toBeGreaterThan(BUNDLES);
  expect(told.filter((id) => !all.includes(id))).toEqual([]);
  expect(all).toHaveLength(new Set(all).size);
  for (const node of NODES) expectBalance(sky, node);
}

function expectBalance(sky: SmallSky, node: number): void {
  const { accepted, delivered, forwarded, expired, deleted, stored, ...cut } = sky
    .satellite(node)
    .snapshot().ledger;
  const gone = Object.values(deleted).reduce((sum, count) => sum + count, 0);
  const { fragmented, reassembled } = cut;
  expect(delivered + forwarded + expired + fragmented + reassembled + gone + stored).toBe(accepted);
}

const LOSS = 0.2;
