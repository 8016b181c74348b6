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
});
