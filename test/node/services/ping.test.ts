import { describe, expect, it } from 'vitest';
import { Ping } from '#node/services/ping.ts';
import { type Eid, ipnEid } from '#protocol/bundle/eid.ts';

describe('Ping', () => {
  it('asks the echo service on its beat', () => {
    const ping = started();
    expect(ping.poll()).toMatchObject({
      destination: ipnEid(102, 7),
      sourceService: 20,
      lifetimeMs: 5_000,
      trafficClass: 3,
    });
    expect(ping.poll()).toBeUndefined();
    expect(ping.deadline()?.at).toBe(2_000);
  });

  it('measures how long answers take: least, most and last', () => {
    const ping = started();
    const adus = [1_000, 2_000, 3_000].map((now) => {
      ping.tick(now);
      return ping.poll()?.adu as Uint8Array;
    });
    for (const [now, index] of [
      [3_500, 1],
      [3_600, 0],
      [3_900, 2],
    ] as const) {
      ping.receive(now, answer(ipnEid(102, 7), adus[index] as Uint8Array));
    }
    expect(ping.snapshot()).toEqual({
      sent: 3,
      answered: 3,
      roundTripUsLast: 900,
      roundTripUsMin: 900,
      roundTripUsMax: 2_600,
    });
  });

  it('believes nobody but the node it asked, and no answer out of time', () => {
    const ping = started();
    const adu = ping.poll()?.adu as Uint8Array;
    const instant = (at: number) => new Uint8Array(new Float64Array([at]).buffer).reverse();
    ping.receive(1_500, answer(ipnEid(103, 7), adu));
    ping.receive(1_500, answer(ipnEid(102, 8), adu));
    ping.receive(1_500, answer(ipnEid(102, 7), adu.subarray(1)));
    ping.receive(1_500, answer(ipnEid(102, 7), instant(1_501)));
    ping.receive(1_500, answer(ipnEid(102, 7), instant(-1)));
    ping.receive(1_500, answer(ipnEid(102, 7), instant(Number.NaN)));
    expect(ping.snapshot()).toMatchObject({ sent: 1, answered: 0, roundTripUsMax: 0 });
    ping.receive(1_500, answer(ipnEid(102, 7), instant(1_400)));
    expect(ping.snapshot()).toMatchObject({ answered: 1, roundTripUsLast: 100 });
  });
});

function started(): Ping {
  const timetable = { everyUs: 1_000, startsAt: 1_000, endsAt: 10_000 };
  const ping = new Ping({
    service: 20,
    node: 102,
    lifetimeMs: 5_000,
    trafficClass: 3,
    ...timetable,
  });
  ping.tick(1_000);
  return ping;
}

function answer(source: Eid, adu: Uint8Array) {
  return { id: 'x', source, adu, trafficClass: 3, hops: 2 } as const;
}
