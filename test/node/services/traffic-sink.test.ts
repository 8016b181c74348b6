import { expect, it } from 'vitest';
import { TrafficSink } from '#node/services/traffic-sink.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';

it('counts what it takes and says nothing', () => {
  const sink = new TrafficSink();
  for (const size of [10, 20]) {
    const adu = new Uint8Array(size);
    sink.receive(1, { id: 'x', source: ipnEid(101, 1), adu, trafficClass: 1, hops: 3 });
  }
  expect(sink.snapshot()).toEqual({ received: 2, receivedOctets: 30 });
  expect([sink.poll(), sink.deadline()]).toEqual([undefined, undefined]);
  expect(sink.present).toBe(true);
});

it('is away when it is told to be', () => {
  const absences = [
    { startsAt: 10, endsAt: 20 },
    { startsAt: 15, endsAt: 30 },
  ];
  const sink = new TrafficSink(undefined, absences);
  const seen = [0, 10, 19, 20, 29, 30].map((now) => {
    sink.tick(now);
    return [sink.present, sink.deadline()?.at];
  });
  expect(seen).toEqual([
    [true, 10],
    [false, 15],
    [false, 20],
    [false, 30],
    [false, 30],
    [true, undefined],
  ]);
});
