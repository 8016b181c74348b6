import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  decodeEncapsulation,
  type EncapsulationFields,
  type EncapsulationPacket,
  encapsulationHeaderOctets,
  encodeEncapsulationAs,
  encodeEncapsulationHeader,
} from '#protocol/frame/encapsulation.ts';

const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/ccsds-epp.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

describe('the vectors of ccsds-epp.json', () => {
  const accepted = vectors.filter(({ expect }) => expect === 'accept');
  const rejected = vectors.filter(({ expect }) => expect !== 'accept');

  it('are all of one kind or the other', () => {
    expect([accepted.length, rejected.length]).toEqual([18, 6]);
  });

  it.each(accepted.map((vector) => [vector.id, vector] as const))('accept %s', (_, vector) => {
    const fields = vector.fields!;
    const size = fields.packet_length ?? 1;
    // A header vector stands for a packet: zero octets follow up to its length.
    const octets = new Uint8Array(size);
    octets.set(fromHex(vector.octets));
    const packet = decodeEncapsulation(octets, 0) as EncapsulationPacket;
    expect(packet).toEqual({
      packetVersion: 7,
      headerOctets: fields.header_octets,
      protocolId: fields.protocol_id,
      protocolIdExtension: fields.protocol_id_extension ?? 0,
      userDefined: fields.user_defined ?? 0,
      ccsdsDefined: fields.ccsds_defined ?? 0,
      data: octets.subarray(fields.header_octets),
      end: size,
    });
    expect(toHex(encodeEncapsulationAs(packet, packet.data))).toBe(toHex(octets));
    if (isShortest(packet, fields.header_octets)) {
      expect(toHex(packetOf(packet.protocolId, packet.data))).toBe(toHex(octets));
    }
  });

  it.each(rejected.map((vector) => [vector.id, vector] as const))('reject %s', (_, vector) => {
    const verdict = decodeEncapsulation(fromHex(vector.octets), 0);
    const code = verdict instanceof Fault ? verdict.code : verdict;
    expect(code).toBe(CODES[vector.expect]);
  });
});

describe('an Encapsulation Packet', () => {
  it.each([
    [4, 0, 'f102'],
    [4, 253, 'f1ff'],
    [4, 254, 'f2000102'],
    [4, 65531, 'f200ffff'],
    [4, 65532, 'f300000000010004'],
    [1, 1, 'e503'],
    [0, 0, 'e0'],
    [0, 1, 'e103'],
  ])('of id %i with %i octets of data has the header %s', (protocolId, size, header) => {
    const packet = packetOf(protocolId, new Uint8Array(size).fill(0xaa));
    expect(toHex(packet.subarray(0, header.length / 2))).toBe(header);
    expect(packet).toHaveLength(size + encapsulationHeaderOctets(protocolId, size));
    expect(packet.subarray(header.length / 2).every((octet) => octet === 0xaa)).toBe(true);
  });

  it('comes back from any place in a string of octets', () => {
    fc.assert(
      fc.property(plainId, fc.uint8Array({ maxLength: 600 }), fc.nat(9), (id, data, at) => {
        const packet = packetOf(id, data);
        const octets = new Uint8Array(at + packet.length + 3);
        octets.set(packet, at);
        const decoded = decodeEncapsulation(octets, at) as EncapsulationPacket;
        expect(decoded.protocolId).toBe(id);
        expect(decoded.data).toEqual(data);
        expect(decoded.end).toBe(at + packet.length);
      }),
    );
  });

  it('comes back with every form of header and all of its fields', () => {
    fc.assert(
      fc.property(anyFields, fc.uint8Array({ minLength: 1, maxLength: 247 }), (fields, data) => {
        const packet = encodeEncapsulationAs(fields, data);
        const end = fields.headerOctets + data.length;
        const decoded = decodeEncapsulation(packet, 0);
        expect(decoded).toEqual({ ...fields, packetVersion: 7, data, end });
      }),
    );
  });

  it.each<[string, Partial<EncapsulationFields>, number]>([
    ['f1ff', { headerOctets: 2 }, 253],
    ['f200ffff', { headerOctets: 4 }, 65_531],
    ['fa5a0004', { headerOctets: 4, protocolId: 6, protocolIdExtension: 10, userDefined: 5 }, 0],
    ['ff001234 00000008', { headerOctets: 8, protocolId: 7, ccsdsDefined: 0x1234 }, 0],
    ['e0', { headerOctets: 1, protocolId: 0 }, 0],
    ['e102', { headerOctets: 2, protocolId: 0 }, 0],
  ])('has the header %s at the edge of its form', (header, fields, size) => {
    const octets = encodeEncapsulationAs({ ...PLAIN, ...fields }, new Uint8Array(size));
    expect(toHex(octets.subarray(0, fields.headerOctets))).toBe(header.replace(' ', ''));
  });

  it.each<[string, Partial<EncapsulationFields>, number]>([
    ['data beyond its length field', { headerOctets: 2 }, 254],
    ['data beyond its length field', { headerOctets: 4 }, 65_532],
    ['data without a length field', { headerOctets: 1, protocolId: 0 }, 1],
    ['content without a length field', { headerOctets: 1 }, 0],
    ['a field that its form has not', { headerOctets: 2, userDefined: 1 }, 1],
    ['a field that its form has not', { headerOctets: 2, protocolIdExtension: 1 }, 1],
    ['a field that its form has not', { headerOctets: 4, ccsdsDefined: 1 }, 1],
  ])('is never made with %s', (_, fields, size) => {
    expect(() => encodeEncapsulationAs({ ...PLAIN, ...fields }, new Uint8Array(size))).toThrow();
  });

  it('has no extended protocol id without the field that holds it', () => {
    expect(() => packetOf(6, new Uint8Array(1))).toThrow();
  });

  it('asks for more at every place where it may be cut', () => {
    for (const size of [1, 300, 70_000]) {
      const packet = packetOf(4, new Uint8Array(size));
      const cuts = [0, 1, 2, 3, 4, 7, 8, 9, packet.length - 1];
      for (const cut of cuts.filter((octets) => octets < packet.length)) {
        expect(decodeEncapsulation(packet.subarray(0, cut), 0)).toBe('more');
      }
    }
  });

  it('is decoded without a throw, and within bounds, from any octets', () => {
    const octets = fc.uint8Array({ maxLength: 40 }).map((tail) => Uint8Array.of(0xf1, ...tail));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array(), octets), fc.nat(40), (input, at) => {
        const packet = decodeEncapsulation(input, at);
        if (packet === 'more' || packet instanceof Fault) return;
        expect(packet.end).toBeGreaterThan(at);
        expect(packet.end).toBeLessThanOrEqual(input.length);
      }),
    );
  });
});

interface Vector {
  readonly id: string;
  readonly expect: string;
  readonly octets: string;
  readonly fields?: {
    readonly protocol_id: number;
    readonly user_defined: number | null;
    readonly protocol_id_extension: number | null;
    readonly ccsds_defined: number | null;
    readonly packet_length: number | null;
    readonly header_octets: number;
  };
}

function packetOf(protocolId: number, data: Uint8Array): Uint8Array {
  const header = encapsulationHeaderOctets(protocolId, data.length);
  const packet = new Uint8Array(header + data.length);
  encodeEncapsulationHeader(protocolId, data.length, packet, 0);
  packet.set(data, header);
  return packet;
}

/** Every protocol id but the extended one. */
const plainId = fc.constantFrom(0, 1, 2, 3, 4, 5, 7);

const PLAIN: EncapsulationFields = {
  headerOctets: 8,
  protocolId: 4,
  protocolIdExtension: 0,
  userDefined: 0,
  ccsdsDefined: 0,
};

const anyFields: fc.Arbitrary<EncapsulationFields> = fc
  .record({
    headerOctets: fc.constantFrom(2 as const, 4 as const, 8 as const),
    protocolId: fc.nat(7),
    protocolIdExtension: fc.nat(15),
    userDefined: fc.nat(15),
    ccsdsDefined: fc.nat(0xffff),
  })
  .map((fields) => ({
    ...fields,
    ...(fields.headerOctets === 2 ? { protocolIdExtension: 0, userDefined: 0 } : {}),
    ...(fields.headerOctets < 8 ? { ccsdsDefined: 0 } : {}),
  }));

const CODES: Record<string, string> = {
  'reject:version': 'version',
  'reject:length_of_length': 'length-of-length',
  'reject:truncated_input': 'more',
  'reject:length': 'length',
};

/** We send the shortest header, and no optional fields. */
function isShortest(packet: EncapsulationPacket, headerOctets: number): boolean {
  const { protocolId, protocolIdExtension, userDefined, ccsdsDefined, data } = packet;
  const plain = protocolIdExtension === 0 && userDefined === 0 && ccsdsDefined === 0;
  return plain && headerOctets === encapsulationHeaderOctets(protocolId, data.length);
}
