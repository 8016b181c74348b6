import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { packetReassembler } from '#protocol/frame/packet-reassembler.ts';
import { type Lane, type LaneOptions, makeLane } from '#protocol/link/lane.ts';
import { MapMultiplexer } from '#protocol/link/map-multiplexer.ts';
import { nameOf } from '../frame/packets.ts';

describe('a lane of variable length', () => {
  it('sends each unit in a field of its own, cut where it does not fit', () => {
    const lane = laneOf({ tfdfOctets: 5 }, '01', '02030405');
    expect(send(lane, 3)).toEqual({
      fields: ['e0f10301', '80f1060203', 'c00405'],
      ids: ['0', '1'],
    });
    expect(lane.waiting).toBe(false);
  });

  it('is midway between the segments of a unit, and starts it over when told', () => {
    const lane = laneOf({ tfdfOctets: 5 }, '01020304');
    expect(lane.midway).toBe(false);
    expect(send(lane, 1)).toEqual({ fields: ['80f1060102'], ids: [] });
    expect(lane.midway).toBe(true);
    lane.rewind();
    expect(send(lane, 2)).toEqual({ fields: ['80f1060102', 'c00304'], ids: ['0'] });
  });
});

describe('a lane of fixed length', () => {
  const fixed = { fixedLength: true, tfdfOctets: 8 };

  it('lets units run on from field to field, several in one, and completes the last', () => {
    const lane = laneOf(fixed, '01', '0203040506', '07');
    expect(send(lane, 3)).toEqual({
      fields: ['000000f10301f107', '00ffff0203040506', '000000f10307e102'],
      ids: ['0', '1', '2'],
    });
    expect([lane.waiting, lane.midway]).toEqual([false, false]);
  });

  it('starts what it has partly sent over when told, and leaves what it has sent', () => {
    const lane = laneOf(fixed, '01', '0203040506');
    expect(send(lane, 1)).toEqual({ fields: ['000000f10301f107'], ids: ['0'] });
    lane.rewind();
    expect(send(lane, 2)).toEqual({ fields: ['000000f107020304', '0000020506e10300'], ids: ['1'] });
  });

  it('starts over whatever was in a field that did not leave', () => {
    const lane = laneOf(fixed, '01');
    lane.next();
    lane.rewind();
    expect([lane.finished(), lane.waiting]).toEqual([undefined, true]);
    expect(send(lane, 1)).toEqual({ fields: ['000000f10301e102'], ids: ['0'] });
  });

  it('sends what are packets already as they are', () => {
    const lane = laneOf({ ...fixed, protocolId: undefined }, '0001c0000000aa', 'f10301');
    expect(send(lane, 2).fields).toEqual(['0000000001c00000', '00000200aaf10301']);
  });
});

describe('a lane of either kind', () => {
  const both = fc.boolean();
  const units = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });

  it('finishes every unit once and in order, and its fields give the units back', () => {
    fc.assert(
      fc.property(units, both, fc.integer({ min: 4, max: 200 }), (given, fixedLength, room) => {
        const lane = laneOf({ fixedLength, tfdfOctets: room }, ...given.map(toHex));
        const reassembler = packetReassembler({ packetOctetsMax: 400, fixedLength });
        const received: string[] = [];
        const finished: string[] = [];
        while (lane.waiting) {
          const { fields, ids } = send(lane, 1);
          finished.push(...ids);
          reassembler.push(fromHex(fields[0]!));
          for (let out = reassembler.next(); out !== undefined; out = reassembler.next()) {
            received.push(nameOf(out));
          }
        }
        expect(received).toEqual(given.map((octets) => `4:${toHex(octets)}`));
        expect(finished).toEqual(given.map((_, n) => `${n}`));
      }),
    );
  });

  it('gives up every unit not finished, once and in order', () => {
    fc.assert(
      fc.property(units, both, fc.nat(20), (given, fixedLength, fields) => {
        const lane = laneOf({ fixedLength, tfdfOctets: 50 }, ...given.map(toHex));
        const done: (string | undefined)[] = [];
        for (let n = 0; n < fields && lane.waiting; n++) done.push(...send(lane, 1).ids);
        for (let unit = lane.discard(); unit !== undefined; unit = lane.discard()) {
          done.push(unit.id);
        }
        expect(done).toEqual(given.map((_, n) => `${n}`));
        expect(lane.waiting).toBe(false);
      }),
    );
  });
});

describe('the MAP multiplexer', () => {
  it('serves its first MAP first, but never between the segments of a unit', () => {
    const [first, second] = [
      laneOf({ mapId: 1, tfdfOctets: 5 }),
      laneOf({ tfdfOctets: 5 }, '01020304'),
    ];
    const channel = new MapMultiplexer(2, [first, second]);
    const maps = [];
    for (let n = 0; channel.waiting; n++) {
      channel.next();
      maps.push(channel.mapId);
      channel.sent();
      if (n === 0) first.push({ id: 'm', octets: fromHex('aa') });
      if (n === 1) second.push({ id: 'b', octets: fromHex('05') });
    }
    expect(maps).toEqual([0, 0, 1, 0]);
  });
});

function laneOf(options: Partial<LaneOptions>, ...units: string[]): Lane {
  const lane = makeLane({
    mapId: 0,
    protocolId: 4,
    tfdfOctets: 100,
    fixedLength: false,
    octetsMax: 1e6,
    ...options,
  });
  for (const [n, octets] of units.entries()) lane.push({ id: `${n}`, octets: fromHex(octets) });
  return lane;
}

/** The next data fields, all of which leave, and the ids of the units that they finish. */
function send(lane: Lane, count: number) {
  const ids: string[] = [];
  const fields = Array.from({ length: count }, () => {
    const field = toHex(lane.next());
    lane.sent();
    for (let unit = lane.finished(); unit !== undefined; unit = lane.finished()) ids.push(unit.id!);
    return field;
  });
  return { fields, ids };
}
