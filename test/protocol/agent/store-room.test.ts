import { describe, expect, test } from 'vitest';
import { StoreRoom } from '#protocol/agent/store-room.ts';
import { ipnEid } from '#protocol/bundle/eid.ts';
import type { TrafficClass } from '#protocol/traffic-class.ts';
import { Mesh, type Node, planOf, S } from './mesh.ts';

describe('the room of a store', () => {
  test('the lower the class, the sooner it is refused; flash has room of its own', () => {
    const room = new StoreRoom(1_000);
    const fits = (held: number) => ([0, 1, 2, 3] as const).map((c) => room.has(held, 100, c));
    expect(fits(600)).toEqual([true, true, true, true]);
    expect(fits(700)).toEqual([false, true, true, true]);
    expect(fits(800)).toEqual([false, false, true, true]);
    expect(fits(900)).toEqual([false, false, false, true]);
    expect(fits(901)).toEqual([false, false, false, false]);
  });

  test('neighbours are told class by class before it is full, and again when it empties', () => {
    const room = new StoreRoom(1_000);
    const told = [600, 612, 613, 743, 744, 832, 876, 1_000, 700, 630, 520, 0];
    expect(told.map((held) => room.look(0, held))).toEqual([
      undefined,
      undefined,
      1,
      undefined,
      2,
      3,
      4,
      undefined,
      2,
      1,
      0,
      undefined,
    ]);
  });

  test('neighbours are told again while it lasts, and nobody needs to be when it does not', () => {
    const room = new StoreRoom(1_000);
    expect(room.deadline()).toBeUndefined();
    expect(room.look(7 * S, 700)).toBe(1);
    expect(room.deadline()?.at).toBe(12 * S);
    expect(room.look(11 * S, 700)).toBeUndefined();
    expect(room.look(12 * S, 700)).toBe(1);
    expect(room.look(13 * S, 0)).toBe(0);
    expect(room.deadline()).toBeUndefined();
  });
});

describe('a store that fills', () => {
  test('stops its neighbour and then the source, lowest class first, and drains again', () => {
    const mesh = meshWithSmallStores();
    mesh.node(3).agent.register(0, 7);
    const accepted = [0, 0, 0, 0];
    for (let k = 1; k <= 800; k++) {
      mesh.run(k * (S / 10));
      const trafficClass = (k & 3) as TrafficClass;
      if (send(mesh.node(1), k * (S / 10), trafficClass)) accepted[trafficClass]! += 1;
    }
    expect(mesh.node(2).agent.ledger().deleted).toEqual({});
    expect(mesh.node(1).all('refused').length).toBeGreaterThan(100);
    expect(accepted).toEqual([...accepted].sort((a, b) => a - b));
    expect(accepted[0]).toBeLessThan(accepted[3]!);
    mesh.run(400 * S);
    const sum = accepted.reduce((a, b) => a + b);
    expect(mesh.node(3).agent.ledger()).toMatchObject({ delivered: sum, stored: 0 });
    expect(send(mesh.node(1), 400 * S, 0)).toBe(true);
    mesh.run(410 * S);
    expect(mesh.node(3).agent.ledger()).toMatchObject({ delivered: sum + 1, stored: 0 });
    expect(mesh.node(2).agent.least).toBe(0);
  });

  test('is emptied by expiry alone, and takes bundles again', () => {
    const mesh = meshWithSmallStores();
    mesh.node(3).agent.register(0, 7);
    for (let k = 1; k <= 400; k++) {
      mesh.run(k * (S / 10));
      send(mesh.node(1), k * (S / 10), 0, 20_000);
    }
    expect(mesh.node(1).agent.least).toBeGreaterThan(0);
    mesh.run(70 * S);
    for (const number of [1, 2]) {
      expect(mesh.node(number).agent.ledger()).toMatchObject({ stored: 0, deleted: {} });
      expect(mesh.node(number).agent.least).toBe(0);
    }
    expect(send(mesh.node(1), 70 * S, 0)).toBe(true);
  });

  test('goes on although the word that it has room again was lost', () => {
    const mesh = meshWithSmallStores();
    const source = mesh.node(1);
    mesh.run(S);
    source.agent.pressed(S, 2, 4);
    send(source, S, 3);
    mesh.run(10 * S);
    expect(source.agent.ledger()).toMatchObject({ forwarded: 0, stored: 1 });
    mesh.run(12 * S);
    expect(source.agent.ledger()).toMatchObject({ forwarded: 1, stored: 0 });
  });
});

/** The second link comes up late: until then all is stored on the way. */
function meshWithSmallStores(): Mesh {
  const plan = planOf([1, 2, 0, 1_000], [2, 3, 100, 1_000]);
  return new Mesh(plan, [1, 2, 3], () => ({ storeOctetsMax: 40_000 }));
}

function send(node: Node, now: number, trafficClass: TrafficClass, lifetimeMs = 3_600_000) {
  const id = node.agent.originate(now, {
    adu: new Uint8Array(500),
    destination: ipnEid(3, 7),
    sourceService: 1_001,
    lifetimeMs,
    trafficClass,
  });
  node.drain(now);
  return node.all('refused').every((refusal) => refusal.id !== id);
}
