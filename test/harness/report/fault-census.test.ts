import { describe, expect, it } from 'vitest';
import { FaultCensus } from '#harness/report/fault-census.ts';
import { Trace } from '#harness/report/trace.ts';
import type { Notice } from '#node/notice.ts';

const FLOW = { from: 'a', to: 'a', trafficClass: 1, source: 'ipn:1.1000', members: 1 } as const;

describe('a census of faults', () => {
  it('counts kills, returns, and records that were set aside', () => {
    const census = new FaultCensus();
    census.killed([1, 2, 3]);
    census.returned(2);
    const notice = { kind: 'store-restored', at: 0, bundles: 3, seen: 4, setAside: 2 } as const;
    census.notice(notice);
    expect([census.kills, census.away]).toEqual([3, 2]);
    expect(census.summary(new Trace([], () => 0))).toEqual({
      kills: 3,
      returns: 1,
      recordsSetAside: 2,
      receivedAgain: 0,
      unreceived: 0,
    });
  });

  it('judges deliveries by what the services have received', () => {
    const census = new FaultCensus();
    census.killed([1]);
    const trace = traceOfDelivered(4);
    const received = new Map([
      ['ipn:1.1000-77-0', 1],
      ['ipn:1.1000-77-1', 3],
      ['ipn:1.1000-77-2', 1],
    ]);
    expect(census.summary(trace, received)).toMatchObject({ receivedAgain: 2, unreceived: 1 });
  });

  it('goes by what the nodes tell where none is killed', () => {
    const trace = traceOfDelivered(2);
    trace.notice(1, delivered(0));
    const census = new FaultCensus();
    expect(census.summary(trace, undefined)).toMatchObject({ receivedAgain: 1, unreceived: 0 });
  });
});

function traceOfDelivered(count: number): Trace {
  const trace = new Trace([FLOW], () => 0);
  for (let n = 0; n < count; n++) {
    const id = `ipn:1.1000-77-${n}`;
    trace.notice(1, { kind: 'bundle-accepted', at: 0, arrivedAt: 0, id, originated: true });
    trace.notice(1, delivered(n));
  }
  return trace;
}

function delivered(n: number): Notice {
  const id = `ipn:1.1000-77-${n}`;
  return { kind: 'bundle-delivered', at: 1, id, service: 9, trafficClass: 1, hops: 0 };
}
