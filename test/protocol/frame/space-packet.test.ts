import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  APID_IDLE,
  decodeSpacePacket,
  decodeSpacePacketHeader,
  encodeSpacePacket,
  encodeSpacePacketHeader,
  SEQUENCE_CONTINUATION,
  SEQUENCE_FIRST,
  SEQUENCE_LAST,
  SEQUENCE_WHOLE,
  SequenceCounts,
  type SequenceFlags,
  type SpacePacket,
  type SpacePacketHeader,
} from '#protocol/frame/space-packet.ts';

describe('the vectors of ccsds-spp.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-spp.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const headers = vectors.filter(({ expect }) => expect === 'accept');
  const rejects = vectors.filter(({ expect }) => expect !== 'accept');

  it('are all run', () => {
    expect([headers.length, rejects.length]).toEqual([19, 4]);
  });

  it.each(headers.map((vector) => [vector.id, vector] as const))('header %s', (_, vector) => {
    const fields = vector.fields!;
    const octets = fromHex(vector.octets);
    const header = decodeSpacePacketHeader(octets, 0);
    expect(header).toEqual({
      telecommand: fields.packet_type === 1,
      secondaryHeader: fields.secondary_header_flag === 1,
      apid: fields.apid,
      sequenceFlags: fields.sequence_flags,
      sequenceCount: fields.sequence_count,
    });
    const dataOctets = fields.packet_data_length + 1;
    const again = new Uint8Array(octets.length);
    encodeSpacePacketHeader(header, dataOctets, again, 0);
    expect(toHex(again)).toBe(vector.octets);
    const whole = encodeSpacePacket(header, new Uint8Array(dataOctets));
    expect(decodeSpacePacket(whole, 0)).toMatchObject({ header, end: 6 + dataOctets });
    expect(decodeSpacePacket(whole.subarray(0, -1), 0)).toBe('more');
  });

  it.each(rejects.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const verdict = decodeSpacePacket(fromHex(vector.octets), 0);
    const expected = { 'reject:truncated_input': 'more', 'reject:version': 'packet.version' };
    expect(verdict instanceof Fault ? verdict.key : verdict).toBe(
      expected[vector.expect as keyof typeof expected],
    );
  });
});

describe('a space packet', () => {
  it('comes back as it went, wherever it starts', () => {
    fc.assert(
      fc.property(anyHeader, anyData, fc.nat(9), (header, data, at) => {
        const octets = new Uint8Array(at + 6 + data.length + 3);
        octets.set(encodeSpacePacket(header, data), at);
        const packet = decodeSpacePacket(octets, at) as SpacePacket;
        expect(packet).toEqual({ packetVersion: 0, header, data, end: at + 6 + data.length });
      }),
    );
  });

  it('is decoded without a throw from any octets, and written back as it came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(45), (octets, at) => {
        const packet = decodeSpacePacket(octets, at);
        if (packet === 'more' || packet instanceof Fault) return;
        if (packet.header.apid === APID_IDLE && packet.header.secondaryHeader) return;
        const again = encodeSpacePacket(packet.header, packet.data);
        expect(again).toEqual(octets.slice(at, packet.end));
      }),
    );
  });

  it('holds 1 to 65536 octets, and a secondary header only where it is not idle', () => {
    expect(encodeSpacePacket(HEADER, new Uint8Array(65536))).toHaveLength(65542);
    expect(() => encodeSpacePacket(HEADER, new Uint8Array(65537))).toThrow();
    expect(() => encodeSpacePacket(HEADER, new Uint8Array(0))).toThrow();
    const idle = { ...HEADER, apid: APID_IDLE, secondaryHeader: true };
    expect(() => encodeSpacePacket(idle, Uint8Array.of(0))).toThrow();
  });
});

describe('sequence counts', () => {
  const skips = (packets: [apid: number, count: number][]): number[] => {
    const counts = new SequenceCounts();
    return packets.map(([apid, sequenceCount]) =>
      counts.skippedBefore({ ...HEADER, apid, sequenceCount }),
    );
  };

  it('follow each other without a gap, over the end of the count too', () => {
    expect(
      skips([
        [5, 16382],
        [5, 16383],
        [5, 0],
        [5, 1],
      ]),
    ).toEqual([0, 0, 0, 0]);
  });

  it('tell how many packets are missing, for each APID apart', () => {
    expect(
      skips([
        [5, 10],
        [6, 100],
        [5, 13],
        [6, 101],
        [5, 13],
      ]),
    ).toEqual([0, 0, 2, 0, 16383]);
  });

  it('mean nothing in idle packets', () => {
    expect(
      skips([
        [APID_IDLE, 7],
        [APID_IDLE, 99],
      ]),
    ).toEqual([0, 0]);
  });
});

interface Vector {
  readonly id: string;
  readonly expect: string;
  readonly octets: string;
  readonly fields?: {
    readonly packet_type: 0 | 1;
    readonly secondary_header_flag: 0 | 1;
    readonly apid: number;
    readonly sequence_flags: SequenceFlags;
    readonly sequence_count: number;
    readonly packet_data_length: number;
  };
}

const HEADER: SpacePacketHeader = {
  telecommand: false,
  secondaryHeader: false,
  apid: 100,
  sequenceFlags: SEQUENCE_WHOLE,
  sequenceCount: 0,
};

const anyData = fc.uint8Array({ minLength: 1, maxLength: 300 });

const anyHeader: fc.Arbitrary<SpacePacketHeader> = fc.record({
  telecommand: fc.boolean(),
  secondaryHeader: fc.boolean(),
  apid: fc.nat(APID_IDLE - 1),
  sequenceFlags: fc.constantFrom(
    SEQUENCE_CONTINUATION,
    SEQUENCE_FIRST,
    SEQUENCE_LAST,
    SEQUENCE_WHOLE,
  ),
  sequenceCount: fc.nat(16383),
});
