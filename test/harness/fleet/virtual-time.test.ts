import { describe, expect, it } from 'vitest';
import { Ether } from '#harness/fleet/ether.ts';
import { VirtualClock, VirtualTime } from '#harness/fleet/virtual-time.ts';

describe('virtual time', () => {
  it('runs to its limit and stops in the middle when told how many events are enough', () => {
    const time = new VirtualTime();
    const ran: number[] = [];
    for (const at of [30, 10, 20]) time.at(at, () => ran.push(time.now));
    expect(time.run(25, 1)).toBe(false);
    expect(time.run(25, 100)).toBe(true);
    expect(ran).toEqual([10, 20]);
    expect(time.now).toBe(25);
  });

  it('gives each clock one alarm, the last one set', () => {
    const time = new VirtualTime();
    const clock = new VirtualClock(time);
    const rang: number[] = [];
    clock.alarm$.subscribe((at) => rang.push(at));
    clock.setAlarm(10);
    clock.setAlarm(20);
    clock.setAlarm(undefined);
    clock.setAlarm(15);
    time.run(100, 100);
    expect(rang).toEqual([15]);
  });
});

describe('ether', () => {
  it('delivers between terminals that look at each other and counts the rest', () => {
    const { time, ether, a, b, heard } = ends();
    a.point(0, b.addresses[0]);
    a.send({ terminal: 0, octets: new Uint8Array([1]) });
    time.run(1_000_000, 100);
    expect(heard).toEqual([]);
    b.point(0, a.addresses[0]);
    a.send({ terminal: 0, octets: new Uint8Array([2]) });
    time.run(2_000_000, 100);
    expect(heard).toEqual([2]);
    expect(ether.faults.snapshot()).toEqual({ 'channel.outage': 1 });
  });

  it('has a digest that repeats with the run and differs with one octet more', () => {
    const digestOf = (sizes: number[]): string => {
      const { time, ether, a, b } = ends();
      a.point(0, b.addresses[0]);
      for (const size of sizes) a.send({ terminal: 0, octets: new Uint8Array(size) });
      time.run(1_000_000, 100);
      return ether.digest();
    };
    expect(digestOf([5, 6])).toBe(digestOf([5, 6]));
    expect(digestOf([5, 7])).not.toBe(digestOf([5, 6]));
  });
});

function ends() {
  const time = new VirtualTime();
  const ether = new Ether(time);
  const [a, b] = [ether.open(1), ether.open(1)];
  const heard: number[] = [];
  b.received$.subscribe(({ octets }) => heard.push(octets[0] as number));
  a.set(0, { delayUs: 1_000, rateBps: 1e9 });
  return { time, ether, a, b, heard };
}
