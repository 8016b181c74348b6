import { expect, it } from 'vitest';
import { TrafficSource } from '#node/services/traffic-source.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';

it('sends units of its size to its destination on its beat', () => {
  const source = new TrafficSource({
    service: 1_000,
    destination: ipnEid(102, 9),
    everyUs: 500,
    startsAt: 1_000,
    endsAt: 2_000,
    sizeOctets: 77,
    lifetimeMs: 9_000,
    trafficClass: 0,
  });
  source.tick(0);
  expect(source.poll()).toBeUndefined();
  expect(source.deadline()).toEqual({ at: 1_000, why: 'traffic' });
  source.tick(1_000);
  expect(source.poll()).toEqual({
    adu: new Uint8Array(77),
    destination: ipnEid(102, 9),
    sourceService: 1_000,
    lifetimeMs: 9_000,
    trafficClass: 0,
  });
  expect(source.poll()).toBeUndefined();
  source.tick(5_000);
  expect([source.poll(), source.poll()]).toEqual([expect.anything(), undefined]);
  expect(source.snapshot()).toEqual({ sent: 2 });
  expect(source.deadline()).toBeUndefined();
});
