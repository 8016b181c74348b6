/** Bundles under LTP on a link that loses frames, with owners that store, refuse or die. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal } from '#protocol/bytes/octets.ts';
import type { BlockCounts } from '#protocol/link/contract.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { Chance, LinkPair, type PairOptions } from './link-pair.ts';

const MS = 1_000;
const S = 1_000_000;
const LTP = { ltp: true };

describe('bundles by LTP', () => {
  it('are sent once the far side has stored them, and not before', () => {
    const pair = ltpPair({ storeUs: 40 * MS });
    pair.send(0, 'one', octetsOf(3_000));
    pair.run(2 * S);
    const [received] = pair.ends[1].of('received');
    const [sent] = pair.ends[0].of('sent');
    expect(received?.bundle).toEqual(octetsOf(3_000));
    expect(received?.receipt).toBeTypeOf('number');
    expect(sent?.id).toBe('one');
    expect(sent!.at).toBeGreaterThanOrEqual(received!.at + 40 * MS + 5 * MS);
    expect(pair.ends[0].of('unsent')).toEqual([]);
  });

  it('arrive exactly once, all of them, though the wire loses 30 % of the frames', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.constantFrom<PairOptions['channel']>(LTP, { ...LTP, fixedLength: true }),
        fc.array(
          fc.record({
            from: fc.constantFrom(0, 1),
            size: fc.integer({ min: 1, max: 12_000 }),
            trafficClass: fc.constantFrom(0, 1, 2, 3),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        (seed, channel, bundles) => expectExactlyOnce(seed, channel!, bundles as Sending[]),
      ),
      { numRuns: 25 },
    );
  });

  it('do not come back where a wire is so bad that one segment is lost a dozen times', () => {
    expectExactlyOnce(133_796, { ...LTP, fixedLength: true }, [
      { from: 0, size: 3_998, trafficClass: 0 },
      { from: 0, size: 2_666, trafficClass: 2 },
      { from: 1, size: 11_990, trafficClass: 0 },
      { from: 1, size: 10_671, trafficClass: 3 },
      { from: 1, size: 1, trafficClass: 0 },
      { from: 1, size: 1, trafficClass: 1 },
      { from: 0, size: 1, trafficClass: 3 },
    ]);
  });

  it('outlast a wire that loses most of everything both ways', () => {
    const pair = ltpPair({ storeUs: 10 * MS });
    pair.wire = { delayUs: 5 * MS, loss: 0.6 };
    const count = 100;
    for (let n = 0; n < count; n++) pair.send(0, `${n}`, octetsOf(3_000));
    expect(pair.run(120 * S, () => finished(pair) === count)).toBe(true);
    expect(pair.ends[0].of('unsent')).toEqual([]);
  });

  it('come back when the far side dies before it has stored them', () => {
    const pair = ltpPair();
    pair.send(0, 'held', octetsOf(2_000));
    pair.run(1 * S);
    expect(pair.ends[1].of('received').length).toBe(1);
    expect(pair.ends[0].of('sent')).toEqual([]);
    pair.disconnectEnd(1);
    pair.reboot(1);
    pair.run(60 * S);
    pair.disconnectEnd(0);
    expect(pair.ends[0].of('unsent').map(({ id }) => id)).toEqual(['held']);
    expect(pair.ends[0].of('sent')).toEqual([]);
  });

  it('are sent again in whole to a far side that starts anew while the link is up', () => {
    const pair = ltpPair();
    pair.send(0, 'again', octetsOf(30_000));
    pair.run(200 * MS);
    pair.ends[1].told = [];
    pair.disconnectEnd(1);
    pair.reboot(1);
    pair.connectEnd(1);
    expect(pair.run(60 * S, () => pair.ends[1].of('received').length === 1)).toBe(true);
    expect(pair.ends[0].of('down')).toEqual([]);
    expect(pair.ends[0].of('sent')).toEqual([]);
    expect(pair.ends[1].of('received')[0]?.bundle).toEqual(octetsOf(30_000));
  });

  it('come back at once when the far side refuses them', () => {
    const pair = ltpPair();
    pair.send(0, 'refused', octetsOf(500));
    pair.run(1 * S);
    const [received] = pair.ends[1].of('received');
    pair.settle(1, received!.receipt!, false);
    pair.run(100 * MS);
    expect(pair.ends[0].of('unsent').map(({ id }) => id)).toEqual(['refused']);
    expect(pair.ends[0].of('down')).toEqual([]);
  });

  it('come back when the contact ends, each of them once', () => {
    const pair = ltpPair();
    for (const id of ['a', 'b', 'c']) pair.send(0, id, octetsOf(1_000), id === 'b' ? 3 : 1);
    pair.run(1 * S);
    pair.disconnectEnd(0);
    const [down, ...unsent] = pair.ends[0].told.slice(-4);
    expect(down?.kind).toBe('down');
    expect(unsent.map((told) => told.kind === 'unsent' && told.id)).toEqual(['a', 'b', 'c']);
  });

  it('wait together on a busy line and then share a block, with one report', () => {
    const pair = ltpPair({ rateBps: 1_000_000, storeUs: 1 * MS });
    for (let n = 0; n < 40; n++) pair.send(0, `${n}`, octetsOf(100 + n));
    expect(pair.run(10 * S, () => finished(pair) === 40)).toBe(true);
    const { bundlesSent, blocksSent, blocksCompleted, reportsReceived } = countsOf(pair, 0);
    expect({ bundlesSent, blocksCompleted }).toEqual({
      bundlesSent: 40,
      blocksCompleted: blocksSent,
    });
    expect(blocksSent).toBeLessThan(10);
    expect(reportsReceived).toBe(blocksSent);
    const received = pair.ends[1].of('received');
    expect(received.map(({ bundle }) => bundle)).toEqual(range(40).map((n) => octetsOf(100 + n)));
    expect(pair.ends[0].of('sent').map(({ id }) => id)).toEqual(range(40).map(String));
  });

  it('are sent when the last of those that share their block is settled', () => {
    const pair = ltpPair({ rateBps: 1_000_000 });
    for (let n = 0; n < 5; n++) pair.send(0, `${n}`, octetsOf(100));
    pair.run(1 * S);
    const receipts = pair.ends[1].of('received').map(({ receipt }) => receipt!);
    expect(receipts).toHaveLength(5);
    expect(new Set(receipts).size).toBeLessThan(5);
    for (const receipt of receipts.slice(0, 4)) pair.settle(1, receipt, true);
    pair.run(1 * S);
    expect(finished(pair)).toBeLessThan(4);
    pair.settle(1, receipts[4]!, true);
    pair.run(1 * S);
    expect(finished(pair)).toBe(5);
  });

  it('come back together when one of them is refused, and then each goes alone', () => {
    const pair = ltpPair({ rateBps: 1_000_000 });
    for (let n = 0; n < 5; n++) pair.send(0, `${n}`, octetsOf(100));
    pair.run(1 * S);
    const receipts = pair.ends[1].of('received').map(({ receipt }) => receipt!);
    pair.settle(1, receipts[4]!, false);
    for (const receipt of receipts) pair.settle(1, receipt, true);
    pair.run(1 * S);
    const unsent = pair.ends[0].of('unsent').map(({ id }) => id);
    expect(unsent).toContain('4');
    expect(unsent.length).toBeGreaterThan(1);
    const { blocksSent } = countsOf(pair, 0);
    for (const id of unsent) pair.send(0, id, octetsOf(100));
    pair.run(1 * S);
    expect(countsOf(pair, 0).blocksSent).toBe(blocksSent + unsent.length);
    expect(countsOf(pair, 1).cancelled).toEqual({ system: 1 });
  });

  it('of a green class are sent when they have left, and never again', () => {
    const channel = { ...LTP, greenClasses: [0] as const };
    const pair = ltpPair({ channel, rateBps: 10_000_000 });
    for (let n = 0; n < 30; n++) pair.send(0, `${n}`, octetsOf(5_000 + n), 0);
    pair.send(0, 'red', octetsOf(5_000), 1);
    pair.run(1 * S);
    // So the word of such a link is none that the far side keeps anything.
    expect(pair.ends[0].link.answers).toBe(false);
    expect(pair.ends[0].of('sent').map(({ id }) => id)).toEqual(range(30).map(String));
    const [red, ...green] = pair.ends[1]
      .of('received')
      .sort((a, b) => b.trafficClass - a.trafficClass);
    expect(red?.receipt).toBeTypeOf('number');
    expect(green.map(({ bundle }) => bundle.length)).toEqual(range(30).map((n) => 5_000 + n));
    expect(green.every(({ receipt }) => receipt === undefined)).toBe(true);
    expect(countsOf(pair, 0)).toMatchObject({ greenOctets: 150_435, redOctets: 5_000 });

    pair.wire = { delayUs: 5 * MS, loss: 0.1 };
    for (let n = 0; n < 30; n++) pair.send(0, `lossy ${n}`, octetsOf(5_000), 0);
    pair.run(10 * S);
    expect(pair.ends[0].of('sent')).toHaveLength(60);
    const whole = pair.ends[1].of('received').length - 31;
    expect(whole).toBeGreaterThan(10);
    expect(whole).toBeLessThan(30);
  });

  it('are not begun when no answer could come before the contact ends', () => {
    const pair = new LinkPair({ channel: LTP, storeUs: 1 * MS });
    pair.connect(2 * S);
    pair.run(1.85 * S);
    expect(pair.ends[0].link.secured).toBe(true);
    pair.send(0, 'late', octetsOf(10));
    expect(pair.ends[0].of('unsent').map(({ id }) => id)).toEqual(['late']);
  });

  it('ignore a receipt of before the link was down', () => {
    const pair = ltpPair();
    pair.send(0, 'old', octetsOf(500));
    pair.run(1 * S);
    const [received] = pair.ends[1].of('received');
    pair.disconnectEnd(0);
    pair.disconnectEnd(1);
    pair.settle(1, received!.receipt!, true);
    pair.connect();
    pair.run(2 * S);
    pair.settle(1, received!.receipt!, true);
    pair.run(2 * S);
    expect(pair.ends[0].of('sent')).toEqual([]);
    expect(pair.ends[0].of('unsent').map(({ id }) => id)).toEqual(['old']);
  });
});

interface Sending {
  readonly from: 0 | 1;
  readonly size: number;
  readonly trafficClass: TrafficClass;
}

/** Of bundles over a wire that loses 30 % both ways, each comes once and comes back to nobody. */
function expectExactlyOnce(
  seed: number,
  channel: NonNullable<PairOptions['channel']>,
  bundles: readonly Sending[],
): void {
  const pair = ltpPair({ seed, channel, storeUs: 10 * MS });
  pair.wire = { delayUs: 5 * MS, loss: 0.3, jitterUs: 2 * MS };
  const chance = new Chance(seed);
  const all = bundles.map(({ from, size, trafficClass }, n) => {
    const octets = chance.octets(size);
    pair.send(from, `${n}`, octets, trafficClass);
    return { from, id: `${n}`, octets };
  });
  expect(pair.run(120 * S, () => finished(pair) === bundles.length)).toBe(true);
  for (const from of [0, 1] as const) {
    const mine = all.filter((each) => each.from === from);
    const ids = pair.ends[from].of('sent').map(({ id }) => id);
    expect([...ids].sort()).toEqual(mine.map(({ id }) => id).sort());
    expect(pair.ends[from].of('unsent')).toEqual([]);
    const received = pair.ends[from === 0 ? 1 : 0].of('received');
    expect(received.length).toBe(mine.length);
    for (const { octets } of mine) {
      expect(received.some(({ bundle }) => equal(bundle, octets))).toBe(true);
    }
  }
}

/** A pair whose link carries bundles by LTP. */
function ltpPair(options: PairOptions = {}): LinkPair {
  const pair = new LinkPair({ channel: LTP, ...options });
  pair.connect();
  expect(pair.run(10 * S, () => pair.ends.every(({ link }) => link.secured))).toBe(true);
  return pair;
}

function finished(pair: LinkPair): number {
  return pair.ends.reduce((sum, end) => sum + end.of('sent').length, 0);
}

function countsOf(pair: LinkPair, end: 0 | 1): BlockCounts {
  return pair.ends[end].link.snapshot().ltp!;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

function octetsOf(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, n) => n % 251);
}
