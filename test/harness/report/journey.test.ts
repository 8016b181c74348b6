import { describe, expect, it } from 'vitest';
import { Journey } from '#harness/report/journey.ts';
import { type Piece, pieceOf } from '#harness/report/piece.ts';

const WHOLE = pieceOf('ipn:1.1000-77-1');
const [FIRST, SECOND, SMALL] = ['+0+60', '+60+40', '+60+10'].map((range) =>
  pieceOf(`ipn:1.1000-77-1${range}`),
) as [Piece, Piece, Piece];

describe('a journey', () => {
  it('divides the latency into light, storage, writing and overhead', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 1_000, true, 1_000);
    journey.forward(1, 2, WHOLE, 1_100, 0, 5_000);
    journey.accept(2, WHOLE, 6_200, false, 6_200);
    // The link to 3 comes up 800 µs after the bundle has arrived.
    journey.forward(2, 3, WHOLE, 7_050, 7_000, 4_000);
    // What its destination notes on disk takes it 300 µs.
    journey.accept(3, WHOLE, 11_100, false, 11_400);
    journey.deliver(3, WHOLE, 11_430);
    expect(journey.takeTimes()[0]).toEqual({
      hops: 2,
      latencyUs: 10_430,
      propagationUs: 9_000,
      storedUs: 800,
      writtenUs: 300,
      overheadUs: 330,
    });
  });

  it('counts waiting while the link is up as overhead', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    journey.forward(1, 2, WHOLE, 1_000_000, 0, 5_000);
    journey.deliver(2, WHOLE, 1_005_000);
    expect(journey.takeTimes()[0]).toMatchObject({ storedUs: 0, overheadUs: 1_000_000 });
  });

  it('needs no hop from a node to itself', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 10, true, 10);
    journey.deliver(1, WHOLE, 15);
    expect(journey.takeTimes()[0]).toMatchObject({ hops: 0, latencyUs: 5, overheadUs: 5 });
  });

  it('is complete only when every node on the way has told its part', () => {
    const journey = new Journey();
    journey.deliver(3, WHOLE, 900);
    expect(journey.takeTimes()[0]).toBeUndefined();
    journey.accept(2, WHOLE, 500, false, 500);
    journey.forward(2, 3, WHOLE, 510, 0, 300);
    expect(journey.takeTimes()[0]).toBeUndefined();
    journey.accept(1, WHOLE, 100, true, 100);
    expect(journey.takeTimes()[0]).toBeUndefined();
    journey.forward(1, 2, WHOLE, 110, 0, 300);
    expect(journey.takeTimes()[0]).toMatchObject({ hops: 2, latencyUs: 800, overheadUs: 200 });
  });

  it('leaves out copies that went astray', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    journey.forward(1, 9, WHOLE, 10, 0, 100_000);
    journey.forward(1, 2, WHOLE, 50, 0, 300);
    journey.deliver(2, WHOLE, 400);
    expect(journey.takeTimes()[0]).toMatchObject({ hops: 1, propagationUs: 300, overheadUs: 100 });
  });

  it('follows a bundle that came back to where it began', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    journey.forward(1, 2, WHOLE, 10, 0, 300);
    journey.accept(2, WHOLE, 320, false, 320);
    journey.forward(2, 1, WHOLE, 330, 0, 300);
    journey.accept(1, WHOLE, 640, false, 640);
    journey.forward(1, 3, WHOLE, 650, 0, 200);
    journey.deliver(3, WHOLE, 860);
    expect(journey.takeTimes()[0]).toMatchObject({ hops: 3, latencyUs: 860, propagationUs: 800 });
  });

  it('counts a hop twice that was taken twice', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    journey.forward(1, 2, WHOLE, 10, 0, 300);
    journey.accept(2, WHOLE, 320, false, 320);
    journey.forward(2, 1, WHOLE, 330, 0, 300);
    journey.accept(1, WHOLE, 640, false, 640);
    journey.forward(1, 2, WHOLE, 650, 0, 300);
    journey.accept(2, WHOLE, 960, false, 960);
    journey.forward(2, 3, WHOLE, 970, 0, 200);
    journey.deliver(3, WHOLE, 1_180);
    expect(journey.takeTimes()[0]).toMatchObject({
      hops: 4,
      latencyUs: 1_180,
      propagationUs: 1_100,
    });
  });

  it('is held by a node until that node sends it on', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    expect(journey.held).toBe(true);
    journey.forward(1, 2, WHOLE, 10, 0, 300);
    expect(journey.held).toBe(false);
    journey.accept(2, WHOLE, 320, false, 320);
    expect(journey.held).toBe(true);
  });

  it('of fragments takes as long as the one that came last, back to before it was cut', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    journey.forward(1, 2, WHOLE, 100, 0, 5_000);
    journey.accept(2, WHOLE, 5_200, false, 5_200);
    // At 2 it is cut when the link to 3 comes up; the second fragment goes by way of 4.
    for (const piece of [FIRST, SECOND]) journey.accept(2, piece, 5_200, false, 5_200);
    journey.end(2, WHOLE);
    journey.forward(2, 3, FIRST, 7_000, 6_900, 1_000);
    journey.forward(2, 4, SECOND, 7_050, 5_000, 2_000);
    journey.accept(3, FIRST, 8_010, false, 8_010);
    journey.accept(4, SECOND, 9_060, false, 9_060);
    journey.forward(4, 3, SECOND, 9_100, 0, 3_000);
    journey.accept(3, SECOND, 12_110, false, 12_110);
    journey.accept(3, WHOLE, 12_120, false, 12_120);
    journey.deliver(3, WHOLE, 12_120);
    for (const piece of [FIRST, SECOND]) journey.end(3, piece);
    expect(journey.held).toBe(false);
    expect(journey.takeTimes()).toEqual([
      {
        ...{ hops: 3, latencyUs: 12_120, propagationUs: 10_000, storedUs: 0 },
        ...{ writtenUs: 0, overheadUs: 2_120 },
      },
    ]);
  });

  it('of a fragment of a fragment counts what lay at each place until its link was there', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    for (const piece of [FIRST, SECOND]) journey.accept(1, piece, 0, false, 0);
    journey.end(1, WHOLE);
    journey.forward(1, 2, SECOND, 500, 400, 1_000);
    journey.accept(2, SECOND, 1_510, false, 1_510);
    journey.accept(2, SMALL, 1_510, false, 1_510);
    journey.end(2, SECOND);
    journey.forward(2, 3, SMALL, 3_000, 2_510, 1_000);
    journey.accept(3, SMALL, 4_010, false, 4_010);
    journey.accept(3, WHOLE, 4_020, false, 4_020);
    journey.deliver(3, WHOLE, 4_020);
    expect(journey.takeTimes()).toEqual([
      {
        ...{ hops: 2, latencyUs: 4_020, propagationUs: 2_000, storedUs: 1_400 },
        ...{ writtenUs: 0, overheadUs: 620 },
      },
    ]);
  });

  it('of copies is timed to each member by itself, as the notices come in', () => {
    const journey = new Journey();
    const copyFor = (node: number) => pieceOf(`ipn:1.1000-77-1 to ${node}`);
    journey.accept(1, WHOLE, 0, true, 0);
    for (const node of [0, 2, 3]) journey.accept(1, copyFor(node), 0, false, 0);
    journey.end(1, WHOLE);
    expect(journey.deliver(1, WHOLE, 10)).toBe(true);
    journey.forward(1, 2, copyFor(2), 20, 0, 1_000);
    expect(journey.held).toBe(true);
    journey.forward(1, 3, copyFor(3), 30, 0, 2_000);
    expect(journey.held).toBe(false);
    journey.accept(2, WHOLE, 1_030, false, 1_030);
    journey.accept(2, copyFor(0), 1_030, false, 1_030);
    journey.end(2, WHOLE);
    journey.deliver(2, WHOLE, 1_040);
    expect(journey.deliver(2, WHOLE, 1_050)).toBe(false);
    expect(journey.takeTimes().map(({ hops, latencyUs }) => [hops, latencyUs])).toEqual([
      [0, 10],
      [1, 1_040],
    ]);
    expect([journey.deliveries, journey.timed, journey.held]).toEqual([2, true, false]);
  });

  it('remembers what first became of a part that was lost', () => {
    const journey = new Journey();
    journey.accept(1, WHOLE, 0, true, 0);
    journey.accept(1, FIRST, 0, false, 0);
    journey.end(1, WHOLE);
    expect(journey.loss).toBeUndefined();
    journey.end(1, FIRST, 'expired');
    journey.end(2, SECOND, 'traffic-pared');
    expect(journey.loss).toBe('expired');
  });
});
