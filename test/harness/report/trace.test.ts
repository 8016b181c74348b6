import { describe, expect, it } from 'vitest';
import { Trace } from '#harness/report/trace.ts';
import type { Notice } from '#node/notice.ts';

const FLOW = { from: 'a', to: 'c', trafficClass: 2, source: 'ipn:1.1000' } as const;
const LIGHT_US = 5_000;

/** Of the first bundle of the flow. */
const ID = 'ipn:1.1000-77-1';

type Told = readonly [node: number, notice: Notice];

/** What nodes 1, 2, 3 tell of bundle `n` of the flow, sent at `at`, 10 µs at each node. */
function passage(n: number, at: number): Told[] {
  const id = `ipn:1.1000-77-${n}`;
  const [to2, to3] = [at + 10 + LIGHT_US, at + 20 + 2 * LIGHT_US];
  return [
    [1, { kind: 'bundle-accepted', at, arrivedAt: at, id, originated: true }],
    [1, { kind: 'bundle-forwarded', at: at + 10, id, to: 2 }],
    [2, { kind: 'bundle-accepted', at: to2, arrivedAt: to2, id, originated: false }],
    [2, { kind: 'bundle-forwarded', at: to2 + 10, id, to: 3 }],
    [3, { kind: 'bundle-accepted', at: to3, arrivedAt: to3, id, originated: false }],
    [3, { kind: 'bundle-delivered', at: to3 + 10, id, service: 7, trafficClass: 2, hops: 2 }],
  ];
}

function traceOf(...told: Told[]): Trace {
  const trace = new Trace([FLOW], () => LIGHT_US);
  for (const [node, notice] of told) trace.notice(node, notice);
  return trace;
}

function link(
  kind: 'link-secured' | 'link-down',
  node: number,
  neighbour: number,
  at: number,
): Told {
  const rest = { at, neighbour, terminal: 0 };
  if (kind === 'link-down') return [node, { kind, ...rest, reason: 'contact-over' }];
  return [node, { kind, ...rest, provider: 'noble' }];
}

describe('a trace', () => {
  it('reports each flow in ms', () => {
    const trace = traceOf(...passage(1, 0), ...passage(2, 1_000));
    expect(trace.flows()).toEqual([
      {
        from: 'a',
        to: 'c',
        class: 'expedited',
        sent: 2,
        delivered: 2,
        hops: 2,
        latencyMs: { p50: 10.03, p95: 10.03, p99: 10.03, max: 10.03 },
        propagationMs: { p50: 10 },
        overheadMs: { p50: 0.03, p95: 0.03, p99: 0.03 },
      },
    ]);
    expect(trace.overheadPerHopMs.percentiles(50)).toEqual([0.015]);
    expect(trace.latencyMs.count).toBe(2);
  });

  it('gives the same whichever node is heard first', () => {
    const [first, ...rest] = passage(1, 0);
    const byNode = [3, 1, 2].flatMap((node) => passage(1, 0).filter(([teller]) => teller === node));
    expect(traceOf(...byNode).flows()).toEqual(traceOf(first as Told, ...rest).flows());
    expect(traceOf(...byNode).ledger()).toEqual(traceOf(first as Told, ...rest).ledger());
  });

  it('takes the time before the link was secured as stored, not as overhead', () => {
    const trace = traceOf(
      passage(1, 0)[0] as Told,
      link('link-secured', 1, 2, 4_000),
      [1, { kind: 'bundle-forwarded', at: 4_010, id: 'ipn:1.1000-77-1', to: 2 }],
      [
        2,
        {
          kind: 'bundle-accepted',
          at: 9_010,
          arrivedAt: 9_010,
          id: 'ipn:1.1000-77-1',
          originated: false,
        },
      ],
      [
        2,
        {
          kind: 'bundle-delivered',
          at: 9_020,
          id: 'ipn:1.1000-77-1',
          service: 7,
          trafficClass: 2,
          hops: 1,
        },
      ],
    );
    const [flow] = trace.flows();
    expect(flow).toMatchObject({ latencyMs: { p50: 9.02 }, overheadMs: { p50: 0.02 } });
  });

  it('does not take a link that is secured anew for one that was missing', () => {
    const [accepted, ...onward] = passage(1, 1_000);
    const trace = traceOf(
      link('link-secured', 1, 2, 500),
      accepted as Told,
      link('link-secured', 1, 2, 1_005),
      ...onward,
    );
    expect(trace.flows()[0]?.overheadMs.p50).toBe(0.03);
  });

  it('forgets when a link was secured once it is down', () => {
    const [accepted, ...onward] = passage(1, 1_000);
    const trace = traceOf(
      link('link-secured', 1, 2, 500),
      accepted as Told,
      link('link-down', 1, 2, 1_002),
      link('link-secured', 1, 2, 1_008),
      ...onward,
    );
    // 8 µs of the 30 were spent without a link.
    expect(trace.flows()[0]?.overheadMs.p50).toBe(0.022);
  });

  it('balances the ledger at every step of a journey', () => {
    const told = passage(1, 0);
    const states = told.map((_, at) => traceOf(...told.slice(0, at + 1)).ledger());
    expect(states.map(({ stored, inFlight, delivered }) => [stored, inFlight, delivered])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
    for (const state of states) {
      const { accepted, delivered, expired, stored, inFlight } = state;
      expect(accepted).toBe(delivered + expired + stored + inFlight);
    }
  });

  it('gives every other fate its line', () => {
    const [accepted] = passage(1, 0);
    const [other] = passage(2, 0);
    const ledger = traceOf(
      accepted as Told,
      other as Told,
      [1, { kind: 'bundle-expired', at: 9, id: 'ipn:1.1000-77-1' }],
      [1, { kind: 'bundle-deleted', at: 9, id: 'ipn:1.1000-77-2', reason: 'depleted-storage' }],
    ).ledger();
    expect(ledger).toEqual({
      accepted: 2,
      delivered: 0,
      expired: 1,
      deleted: { 'depleted-storage': 1 },
      stored: 0,
      inFlight: 0,
    });
  });

  it('counts bundles of no flow in the ledger only', () => {
    const trace = traceOf(
      [1, { kind: 'bundle-accepted', at: 0, arrivedAt: 0, id: 'ipn:1.5-77-1', originated: true }],
      [
        1,
        {
          kind: 'bundle-delivered',
          at: 5,
          id: 'ipn:1.5-77-1',
          service: 7,
          trafficClass: 1,
          hops: 0,
        },
      ],
    );
    expect(trace.ledger()).toMatchObject({ accepted: 1, delivered: 1, stored: 0 });
    expect(trace.flows()[0]).toMatchObject({ sent: 0, delivered: 0 });
    expect(trace.latencyMs.count).toBe(0);
  });

  it('gives a bundle back to the node that returns with it, whatever was told before', () => {
    const trace = traceOf(...passage(1, 0).slice(0, 2));
    expect(trace.ledger()).toMatchObject({ accepted: 1, stored: 0, inFlight: 1 });
    trace.returned(1, 500, { held: [ID], delivered: [] });
    expect(trace.ledger()).toMatchObject({ accepted: 1, stored: 1, inFlight: 0 });
  });

  it('hears of a bundle first from the store of a node that returns', () => {
    const trace = traceOf();
    trace.returned(1, 500, { held: [ID], delivered: [] });
    expect(trace.ledger()).toMatchObject({ accepted: 1, stored: 1 });
    expect(trace.flows()[0]).toMatchObject({ sent: 1, delivered: 0 });
  });

  it('takes from a node that returns what its store has lost', () => {
    const trace = traceOf(...passage(1, 0).slice(0, 1));
    trace.returned(1, 500, { held: [], delivered: [] });
    expect(trace.ledger()).toMatchObject({ accepted: 1, stored: 0, inFlight: 1 });
  });

  it('believes a store that has a bundle on record as delivered', () => {
    const trace = traceOf(...passage(1, 0).slice(0, 4));
    trace.returned(3, 90_000, { held: [], delivered: [ID] });
    expect(trace.ledger()).toMatchObject({ accepted: 1, delivered: 1, stored: 0, inFlight: 0 });
    expect(trace.flows()[0]).toMatchObject({ sent: 1, delivered: 1 });
    expect(trace.deliveredAgain).toBe(0);
  });

  it('gives one fate to a bundle of which a node that returns keeps another copy', () => {
    const trace = traceOf(...passage(1, 0));
    trace.returned(1, 90_000, { held: [ID], delivered: [] });
    trace.notice(1, { kind: 'bundle-expired', at: 95_000, id: ID });
    expect(trace.ledger()).toMatchObject({ accepted: 1, delivered: 1, expired: 0, stored: 0 });
  });

  it('lets a bundle expire only when no other node keeps it', () => {
    const trace = traceOf(...passage(1, 0).slice(0, 3));
    trace.returned(1, 6_000, { held: [ID], delivered: [] });
    trace.notice(1, { kind: 'bundle-expired', at: 7_000, id: ID });
    expect(trace.ledger()).toMatchObject({ accepted: 1, expired: 0, stored: 1 });
    trace.notice(2, { kind: 'bundle-expired', at: 8_000, id: ID });
    expect(trace.ledger()).toMatchObject({ accepted: 1, expired: 1, stored: 0 });
  });

  it('corrects a fate when a copy is delivered after all', () => {
    const trace = traceOf(...passage(1, 0).slice(0, 1));
    trace.notice(1, { kind: 'bundle-deleted', at: 5, id: ID, reason: 'hop-limit-exceeded' });
    expect(trace.ledger()).toMatchObject({ deleted: { 'hop-limit-exceeded': 1 }, delivered: 0 });
    for (const told of passage(1, 0).slice(1)) trace.notice(...told);
    expect(trace.ledger()).toMatchObject({ accepted: 1, delivered: 1, stored: 0, inFlight: 0 });
    expect(trace.ledger().deleted).toEqual({ 'hop-limit-exceeded': 0 });
  });

  it('tells of deliveries beyond the first', () => {
    const told = passage(1, 0);
    expect(traceOf(...told, told.at(-1)!, told.at(-1)!).deliveredAgain).toBe(2);
    expect(traceOf(...told, told.at(-1)!).ledger()).toMatchObject({ accepted: 1, delivered: 1 });
  });
});
