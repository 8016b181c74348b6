import { describe, expect, it } from 'vitest';
import { SeededRandom } from '#harness/fleet/seeded-random.ts';
import type { LinkOutput } from '#protocol/link/contract.ts';
import { LtpSpan } from '#protocol/link/ltp-span.ts';
import { decodeSegment } from '#protocol/ltp/decode-segment.ts';
import type { Segment } from '#protocol/ltp/segment.ts';
import { type End, Pair } from '../../simulation/pair.ts';

const MS = 1_000;
const S = 1_000_000;
const DELAY_US = 20 * MS;

describe('a neighbour reached by LTP alone', () => {
  it('counts as there while the contact lasts, and gets each bundle as a block of its own', () => {
    const { pair, spans } = connected();
    expect(pair.told.a).toEqual([{ kind: 'open' }]);
    for (const id of ['x', 'y', 'z']) spans.a.send(pair.now, bundle(id, 100));
    settleAll({ pair, spans }, 1 * S);
    expect(received(pair.told.b)).toHaveLength(3);
    expect(ids(pair.told.a, 'sent')).toEqual(['x', 'y', 'z']);
    const data = segments(pair).filter((segment) => segment.kind === 'data');
    expect(data.map(({ clientService }) => clientService)).toEqual([1, 1, 1]);
    expect(new Set(data.map(({ session }) => session.number)).size).toBe(3);
    expect(data[0]?.session.originator).toBe(11);
  });

  it('gets the highest class first, in segments of the size agreed, at the rate of the plan', () => {
    const { pair, spans } = connected({ rateBps: 1_000_000 });
    spans.a.send(pair.now, bundle('bulk', 20_000, 0));
    spans.a.send(pair.now, bundle('flash', 100, 3));
    settleAll({ pair, spans }, 2 * S);
    expect(ids(pair.told.a, 'sent')).toEqual(['flash', 'bulk']);
    const mine = pair.flights.filter(({ from }) => from === 'a');
    expect(Math.max(...mine.map(({ octets }) => octets.length))).toBeLessThanOrEqual(500);
    const bulk = mine.filter(({ octets }) => octets.length > 490);
    const tookUs = bulk.at(-1)!.sentAt - bulk[0]!.sentAt;
    expect(tookUs).toBeGreaterThan(150 * MS);
    expect(tookUs).toBeLessThan(180 * MS);
  });

  it('has lost nothing when the wire loses a third of everything', () => {
    const { pair, spans } = connected();
    const chance = new SeededRandom(3, 'wire');
    pair.drop = () => chance.fraction() < 0.33;
    for (let n = 0; n < 20; n++) spans.a.send(pair.now, bundle(`${n}`, 2_000));
    settleAll({ pair, spans }, 60 * S);
    const answered = [...ids(pair.told.a, 'sent'), ...ids(pair.told.a, 'unsent')];
    expect(answered.map(Number).sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
    expect(ids(pair.told.a, 'sent').length).toBeGreaterThan(15);
  });

  it('gives every bundle back that nobody answers for, and all when the contact ends', () => {
    const { pair, spans } = connected();
    pair.drop = () => true;
    spans.a.send(pair.now, bundle('lost', 100));
    settleAll({ pair, spans }, 60 * S);
    expect(ids(pair.told.a, 'unsent')).toEqual(['lost']);
    expect(spans.a.snapshot().ltp?.cancelled).toEqual({ 'retransmission-limit': 1 });
    spans.a.send(pair.now, bundle('late', 100));
    spans.a.disconnect(pair.now);
    spans.a.send(pair.now, bundle('later', 100));
    pair.drain();
    expect(pair.told.a.slice(-3)).toEqual([
      { kind: 'down', reason: 'contact over' },
      { kind: 'unsent', id: 'late' },
      { kind: 'unsent', id: 'later' },
    ]);
    expect(spans.a.deadline()).toBeUndefined();
  });

  it('is sent nothing to which no answer could come before the end', () => {
    const { pair, spans } = connected({ endsAt: 100 * MS });
    spans.a.send(pair.now, bundle('short', 10));
    pair.drain();
    expect(ids(pair.told.a, 'unsent')).toEqual(['short']);
  });

  it('is not told what it could not understand, and what it says is counted', () => {
    const { pair, spans } = connected();
    spans.a.sendManagement();
    spans.a.endSession();
    spans.a.receive(pair.now, Uint8Array.of(0x10, 1));
    pair.drain();
    expect(pair.flights).toEqual([]);
    expect(spans.a.snapshot()).toMatchObject({
      keying: 'none',
      secured: false,
      framesReceived: 1,
      faults: { 'ltp.version': 1 },
    });
  });
});

interface Spans {
  readonly pair: Pair<LinkOutput>;
  readonly spans: Readonly<Record<End, LtpSpan>>;
}

function connected({ rateBps = 100_000_000, endsAt = 3_600 * S } = {}): Spans {
  const span = (localEngine: number, remoteEngine: number) =>
    new LtpSpan({
      localEngine,
      remoteEngine,
      segmentOctetsMax: 500,
      random: new SeededRandom(localEngine, 'engine'),
    });
  const spans = { a: span(11, 22), b: span(22, 11) };
  const wire = (output: LinkOutput) => (output.kind === 'transmit' ? output.frame : undefined);
  const pair = new Pair({ ...spans, wire, delayUs: DELAY_US });
  for (const end of [spans.a, spans.b]) {
    end.connect(0, { rateBps, roundTripUs: 2 * DELAY_US, initiate: false, endsAt });
  }
  pair.drain();
  return { pair, spans };
}

/** Lets time pass, and the far end keep what it gets. */
function settleAll({ pair, spans }: Spans, durationUs: number): void {
  const until = pair.now + durationUs;
  let settled = 0;
  // Bounded by what happens until then.
  while (pair.now < until && pair.step()) {
    const all = received(pair.told.b);
    for (; settled < all.length; settled++) {
      spans.b.settle(pair.now, all[settled]!.receipt!, true);
    }
  }
}

function received(told: readonly LinkOutput[]) {
  return told.filter((output) => output.kind === 'received');
}

function ids(told: readonly LinkOutput[], kind: 'sent' | 'unsent'): string[] {
  return told.flatMap((output) => (output.kind === kind ? [output.id] : []));
}

function segments(pair: Pair<LinkOutput>): Segment[] {
  return pair.flights.map(({ octets }) => decodeSegment(octets) as Segment);
}

function bundle(id: string, size: number, trafficClass: 0 | 1 | 3 = 1) {
  return { id, octets: new Uint8Array(size).fill(size), trafficClass };
}
