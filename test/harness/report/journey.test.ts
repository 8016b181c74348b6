import { describe, expect, it } from 'vitest';
import { Journey } from '#harness/report/journey.ts';

describe('a journey', () => {
  it('divides the latency into light, storage and overhead', () => {
    const journey = new Journey();
    journey.accept(1, 1_000, true);
    journey.forward(1, 2, 1_100, 0, 5_000);
    journey.accept(2, 6_200, false);
    // The link to 3 comes up 800 µs after the bundle has arrived.
    journey.forward(2, 3, 7_050, 7_000, 4_000);
    journey.accept(3, 11_100, false);
    journey.deliver(3, 11_130);
    expect(journey.times()).toEqual({
      hops: 2,
      latencyUs: 10_130,
      propagationUs: 9_000,
      storedUs: 800,
      overheadUs: 330,
    });
  });

  it('counts waiting while the link is up as overhead', () => {
    const journey = new Journey();
    journey.accept(1, 0, true);
    journey.forward(1, 2, 1_000_000, 0, 5_000);
    journey.deliver(2, 1_005_000);
    expect(journey.times()).toMatchObject({ storedUs: 0, overheadUs: 1_000_000 });
  });

  it('needs no hop from a node to itself', () => {
    const journey = new Journey();
    journey.accept(1, 10, true);
    journey.deliver(1, 15);
    expect(journey.times()).toMatchObject({ hops: 0, latencyUs: 5, overheadUs: 5 });
  });

  it('is complete only when every node on the way has told its part', () => {
    const journey = new Journey();
    journey.deliver(3, 900);
    expect(journey.times()).toBeUndefined();
    journey.accept(2, 500, false);
    journey.forward(2, 3, 510, 0, 300);
    expect(journey.times()).toBeUndefined();
    journey.accept(1, 100, true);
    expect(journey.times()).toBeUndefined();
    journey.forward(1, 2, 110, 0, 300);
    expect(journey.times()).toMatchObject({ hops: 2, latencyUs: 800, overheadUs: 200 });
  });

  it('leaves out copies that went astray', () => {
    const journey = new Journey();
    journey.accept(1, 0, true);
    journey.forward(1, 9, 10, 0, 100_000);
    journey.forward(1, 2, 50, 0, 300);
    journey.deliver(2, 400);
    expect(journey.times()).toMatchObject({ hops: 1, propagationUs: 300, overheadUs: 100 });
  });

  it('follows a bundle that came back to where it began', () => {
    const journey = new Journey();
    journey.accept(1, 0, true);
    journey.forward(1, 2, 10, 0, 300);
    journey.accept(2, 320, false);
    journey.forward(2, 1, 330, 0, 300);
    journey.accept(1, 640, false);
    journey.forward(1, 3, 650, 0, 200);
    journey.deliver(3, 860);
    expect(journey.times()).toMatchObject({ hops: 3, latencyUs: 860, propagationUs: 800 });
  });

  it('counts a hop twice that was taken twice', () => {
    const journey = new Journey();
    journey.accept(1, 0, true);
    journey.forward(1, 2, 10, 0, 300);
    journey.accept(2, 320, false);
    journey.forward(2, 1, 330, 0, 300);
    journey.accept(1, 640, false);
    journey.forward(1, 2, 650, 0, 300);
    journey.accept(2, 960, false);
    journey.forward(2, 3, 970, 0, 200);
    journey.deliver(3, 1_180);
    expect(journey.times()).toMatchObject({ hops: 4, latencyUs: 1_180, propagationUs: 1_100 });
  });

  it('is held by a node until that node sends it on', () => {
    const journey = new Journey();
    journey.accept(1, 0, true);
    expect(journey.held).toBe(true);
    journey.forward(1, 2, 10, 0, 300);
    expect(journey.held).toBe(false);
    journey.accept(2, 320, false);
    expect(journey.held).toBe(true);
  });
});
