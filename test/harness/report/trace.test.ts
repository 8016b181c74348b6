import { describe, expect, it } from 'vitest';
import type { TracedFlow } from '#harness/report/flow-record.ts';
import { Trace } from '#harness/report/trace.ts';
import type { Notice } from '#node/notice.ts';

const FLOW = { from: 'a', to: 'c', trafficClass: 2, source: 'ipn:1.1000', members: 1 } as const;
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
        members: 1,
        sent: 2,
        delivered: 2,
        hops: 2,
        latencyMs: { p50: 10.03, p95: 10.03, p99: 10.03, max: 10.03 },
        propagationMs: { p50: 10 },
        writtenMs: { p50: 0 },
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
      statusReports: {},
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
    expect(trace.ledger().deleted).toEqual({});
  });

  it('tells of deliveries beyond the first', () => {
    const told = passage(1, 0);
    expect(traceOf(...told, told.at(-1)!, told.at(-1)!).deliveredAgain).toBe(2);
    expect(traceOf(...told, told.at(-1)!).ledger()).toMatchObject({ accepted: 1, delivered: 1 });
  });

  it('counts a bundle that is cut as one, until the whole is delivered or a part is lost', () => {
    const [accepted] = passage(1, 0);
    const id = 'ipn:1.1000-77-1';
    const cut = [
      accepted as Told,
      taken(1, 5, `${id}+0+60`),
      taken(1, 5, `${id}+60+40`),
      [1, { kind: 'bundle-fragmented', at: 5, id, count: 2 }],
      [1, { kind: 'bundle-forwarded', at: 10, id: `${id}+0+60`, to: 2 }],
      taken(2, 5_010, `${id}+0+60`),
    ] as Told[];
    expect(traceOf(...cut).ledger()).toMatchObject({ accepted: 1, stored: 1, inFlight: 0 });
    const arrived = [
      ...cut,
      [1, { kind: 'bundle-forwarded', at: 20, id: `${id}+60+40`, to: 2 }],
      taken(2, 5_020, `${id}+60+40`),
      taken(2, 5_030, id),
      [2, { kind: 'bundle-delivered', at: 5_030, id, service: 9, trafficClass: 2, hops: 1 }],
      [2, { kind: 'bundle-reassembled', at: 5_030, id: `${id}+0+60`, whole: id }],
      [2, { kind: 'bundle-reassembled', at: 5_030, id: `${id}+60+40`, whole: id }],
    ] as Told[];
    const trace = traceOf(...arrived);
    expect(trace.ledger()).toMatchObject({ accepted: 1, delivered: 1, stored: 0, inFlight: 0 });
    expect(trace.flows()[0]).toMatchObject({ sent: 1, hops: 1, latencyMs: { p50: 5.03 } });
    const lost = [
      ...cut,
      [1, { kind: 'bundle-expired', at: 30, id: `${id}+60+40` }],
      [2, { kind: 'bundle-deleted', at: 40, id: `${id}+0+60`, reason: 'traffic-pared' }],
    ] as Told[];
    expect(traceOf(...lost.slice(0, -1)).ledger()).toMatchObject({ stored: 1, expired: 0 });
    expect(traceOf(...lost).ledger()).toMatchObject({ stored: 0, expired: 1, deleted: {} });
  });

  it('takes a bundle for a group as delivered when every member has it, each once', () => {
    const id = 'ipn:1.1000-77-1';
    const delivered = (node: number, at: number): Told => [
      node,
      { kind: 'bundle-delivered', at, id, service: 9, trafficClass: 2, hops: 1 },
    ];
    const told: Told[] = [
      passage(1, 0)[0] as Told,
      taken(1, 0, `${id} to 2`),
      taken(1, 0, `${id} to 3`),
      [1, { kind: 'bundle-copied', at: 0, id, count: 2 }],
      [1, { kind: 'bundle-forwarded', at: 10, id: `${id} to 2`, to: 2 }],
      taken(2, 5_010, id),
      delivered(2, 5_015),
    ];
    const flow = { ...FLOW, members: 2 };
    const part = traceOfFlow(flow, ...told);
    expect(part.ledger()).toMatchObject({ delivered: 0, stored: 1 });
    expect(part.flows()[0]).toMatchObject({ sent: 1, delivered: 1 });
    const rest: Told[] = [
      [1, { kind: 'bundle-forwarded', at: 20, id: `${id} to 3`, to: 3 }],
      taken(3, 5_020, id),
      delivered(3, 5_025),
    ];
    const all = traceOfFlow(flow, ...told, ...rest);
    expect(all.ledger()).toMatchObject({ accepted: 1, delivered: 1, stored: 0, inFlight: 0 });
    expect(all.flows()[0]).toMatchObject({ sent: 1, delivered: 2, latencyMs: { max: 5.025 } });
    const twice = traceOfFlow(flow, ...told, delivered(2, 6_000), ...rest, delivered(3, 6_000));
    expect(twice.ledger()).toMatchObject({ accepted: 1, delivered: 1 });
    expect(twice.deliveredAgain).toBe(2);
  });

  it('takes a bundle for a group of which nobody knows as delivered once all copies have gone', () => {
    const id = 'ipn:1.61-77-1';
    const told: Told[] = [
      taken(1, 0, id, true),
      taken(1, 0, `${id} to 0`),
      taken(1, 0, `${id} to 2`),
      [1, { kind: 'bundle-copied', at: 0, id, count: 2 }],
      [1, { kind: 'bundle-delivered', at: 1, id, service: 61, trafficClass: 3, hops: 0 }],
    ];
    expect(traceOf(...told).ledger()).toMatchObject({ delivered: 0, stored: 1 });
    const sent: Told = [1, { kind: 'bundle-forwarded', at: 10, id: `${id} to 2`, to: 2 }];
    expect(traceOf(...told, sent).ledger()).toMatchObject({ delivered: 1, stored: 0 });
  });

  it('misses nobody where a group of which nobody knows has no member', () => {
    const id = 'ipn:1.5-77-1';
    const told: Told[] = [
      taken(1, 0, id, true),
      [1, { kind: 'bundle-copied', at: 0, id, count: 0 }],
    ];
    expect(traceOf(...told).ledger()).toMatchObject({ delivered: 1, inFlight: 0 });
  });

  it('counts status reports by what they say, and takes them as delivered', () => {
    const id = 'ipn:3.0-77-1';
    const about = { from: 'ipn:3.0', subject: 'ipn:1.1000-77-1', reason: 0 };
    const report = { kind: 'status-report', at: 9, id, statuses: ['delivered'], ...about } as const;
    const { accepted, delivered, statusReports } = traceOf(taken(3, 0, id, true), [
      1,
      report,
    ]).ledger();
    expect([accepted, delivered, statusReports]).toEqual([1, 1, { delivered: 1 }]);
  });
});

function taken(node: number, at: number, id: string, originated = false): Told {
  return [node, { kind: 'bundle-accepted', at, arrivedAt: at, id, originated }];
}

function traceOfFlow(flow: TracedFlow, ...told: Told[]): Trace {
  const trace = new Trace([flow], () => LIGHT_US);
  for (const [node, notice] of told) trace.notice(node, notice);
  return trace;
}
