import { describe, expect, it } from 'vitest';
import { Fault } from '#protocol/fault.ts';
import { decodePacket, isIdlePacket, type Packet } from '#protocol/frame/packet.ts';
import { packetReassembler } from '#protocol/frame/packet-reassembler.ts';
import { decodeTfdf, RULE_PACKETS, RULE_WHOLE } from '#protocol/frame/tfdf.ts';
import { SegmentLane, type SegmentSource } from '#protocol/link/segment-lane.ts';

const TFDF_OCTETS = 400;

describe.each([false, true])(
  'a lane of LTP segments, data fields of fixed length: %s',
  (fixedLength) => {
    it('puts as many segments into a field as it has room for, each of them whole', () => {
      const source = new Segments([10, 20, 500, 30]);
      const lane = new SegmentLane({ mapId: 0, tfdfOctets: TFDF_OCTETS, fixedLength }, source);
      expect(lengthsIn(field(lane), fixedLength)).toEqual([10, 20, source.given[2]]);
      expect(lengthsIn(field(lane), fixedLength)).toEqual([500 - source.given[2]!, 30]);
      expect(lane.waiting).toBe(false);
    });

    it('asks for no segment where the field has no room left for a head', () => {
      const source = new Segments([320, 5]);
      const lane = new SegmentLane({ mapId: 0, tfdfOctets: TFDF_OCTETS, fixedLength }, source);
      expect(lengthsIn(field(lane), fixedLength)).toEqual([320]);
      expect(lengthsIn(field(lane), fixedLength)).toEqual([5]);
    });

    it('gives the same field again when it could not leave', () => {
      const source = new Segments([50, 60]);
      const lane = new SegmentLane({ mapId: 0, tfdfOctets: TFDF_OCTETS, fixedLength }, source);
      const first = lane.next().slice();
      lane.rewind();
      expect(lane.waiting).toBe(true);
      expect(lane.next()).toEqual(first);
    });

    it('forgets the field when it is given up', () => {
      const source = new Segments([50]);
      const lane = new SegmentLane({ mapId: 0, tfdfOctets: TFDF_OCTETS, fixedLength }, source);
      lane.next();
      expect(lane.discard()).toBeUndefined();
      expect(lane.waiting).toBe(false);
    });
  },
);

it('needs a field with room for a segment', () => {
  const source = new Segments([1]);
  const options = { mapId: 0, tfdfOctets: 100, fixedLength: true };
  expect(() => new SegmentLane(options, source)).toThrow('a frame has room for a segment');
});

/** What waits, in pieces of any size. */
class Segments implements SegmentSource {
  readonly given: number[] = [];
  readonly #lengths: number[];

  constructor(lengths: readonly number[]) {
    this.#lengths = [...lengths];
  }

  get waiting(): boolean {
    return this.#lengths.length > 0;
  }

  pull(octetsMax: number): Uint8Array | undefined {
    const next = this.#lengths.shift();
    if (next === undefined) return undefined;
    const length = Math.min(next, octetsMax);
    if (length < next) this.#lengths.unshift(next - length);
    this.given.push(length);
    return new Uint8Array(length).fill(7);
  }
}

function field(lane: SegmentLane): Uint8Array {
  const tfdf = lane.next().slice();
  lane.sent();
  return tfdf;
}

/** The data of each packet of a field; a receiver makes the same of it. */
function lengthsIn(tfdf: Uint8Array, fixedLength: boolean): number[] {
  const decoded = decodeTfdf(tfdf);
  if (decoded instanceof Fault) throw new Error('a field is well formed');
  expect(decoded.rule).toBe(fixedLength ? RULE_PACKETS : RULE_WHOLE);
  if (fixedLength) expect(tfdf.length).toBe(TFDF_OCTETS);
  const packets: Packet[] = [];
  for (let at = 0; at < decoded.zone.length; ) {
    const packet = decodePacket(decoded.zone, at) as Packet;
    if (!isIdlePacket(packet)) packets.push(packet);
    at = packet.end;
  }
  const reassembler = packetReassembler({ packetOctetsMax: 1_000, fixedLength });
  reassembler.push(tfdf);
  for (const { data } of packets) expect(reassembler.next()).toMatchObject({ data });
  expect(reassembler.next()).toBeUndefined();
  return packets.map(({ data }) => data.length);
}
