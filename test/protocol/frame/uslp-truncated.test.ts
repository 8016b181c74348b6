import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { decodeTfdf, type Tfdf } from '#protocol/frame/tfdf.ts';
import {
  beginTruncatedFrame,
  decodeTruncatedFrame,
  decodeTruncatedHeader,
  isTruncated,
  type TruncatedFrame,
} from '#protocol/frame/uslp-truncated.ts';

describe('the truncated frames of ccsds-uslp.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-uslp.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const vector = (id: string): Vector => vectors.find((candidate) => candidate.id === id)!;

  it('header hdr-py-truncated', () => {
    const { octets, fields } = vector('hdr-py-truncated');
    expect(isTruncated(fromHex(octets))).toBe(true);
    expect(decodeTruncatedHeader(fromHex(octets))).toEqual(headerOf(fields!));
  });

  it('frame frm-py-truncated', () => {
    const { octets, fields, config } = vector('frm-py-truncated');
    const managed = { scid: fields!.scid, frameOctets: config!.truncated_frame_octets };
    const frame = decodeTruncatedFrame(fromHex(octets), managed) as TruncatedFrame;
    expect(frame.header).toEqual(headerOf(fields!));
    const tfdf = decodeTfdf(frame.data) as Tfdf;
    expect([tfdf.rule, tfdf.upid, toHex(tfdf.zone)]).toEqual([7, fields!.upid, fields!.tfdz]);
    const again = beginTruncatedFrame(frame.header, managed);
    again.set(frame.data, 4);
    expect(toHex(again)).toBe(octets);
  });

  it('rej-truncated-length', () => {
    const { octets, config } = vector('rej-truncated-length');
    const managed = { scid: 171, frameOctets: config!.truncated_frame_octets };
    const verdict = decodeTruncatedFrame(fromHex(octets), managed) as Fault;
    expect(verdict.key).toBe('frame.truncated-length');
  });
});

describe('a truncated frame', () => {
  it('comes back as it went', () => {
    fc.assert(
      fc.property(anyHeader, fc.uint8Array({ minLength: 2, maxLength: 28 }), (header, data) => {
        const managed = { scid: header.scid, frameOctets: 4 + data.length };
        const octets = beginTruncatedFrame(header, managed);
        octets.set(data, 4);
        expect(isTruncated(octets)).toBe(true);
        const prefix = octets.subarray(0, 4);
        expect(decodeTruncatedFrame(octets, managed)).toEqual({ header, prefix, data });
      }),
    );
  });

  it('is decoded without a throw from any octets that have the flag', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (octets, versioned) => {
        if (versioned && octets.length > 3) octets[0] = 0xc0 | (octets[0]! & 15);
        if (!isTruncated(octets)) return;
        const { scid } = decodeTruncatedHeader(octets);
        const frame = decodeTruncatedFrame(octets, { scid, frameOctets: 9 });
        if (!(frame instanceof Fault)) expect(octets).toHaveLength(9);
      }),
    );
  });

  it.each([
    ['version', 'b00ab025e511'],
    ['scid', 'c00cb025e511'],
    ['unsupported-oid', 'c00ab7e1e511'],
    ['truncated-length', 'c00ab025e51100'],
  ])('is refused as %s: %s', (code, octets) => {
    const verdict = decodeTruncatedFrame(fromHex(octets), { scid: 171, frameOctets: 6 });
    expect((verdict as Fault).code).toBe(code);
  });

  it('has 6 to 32 octets', () => {
    for (const frameOctets of [5, 33]) {
      const header = { scid: 1, sourceOrDestination: 0, vcid: 0, mapId: 0 } as const;
      expect(() => beginTruncatedFrame(header, { scid: 1, frameOctets })).toThrow();
    }
  });

  it.each(['scid', 'vcid', 'mapId'])('is never made with a %s that runs into the next', (field) => {
    const scid = field === 'scid' ? 65_536 : 1;
    const ids = { scid, vcid: field === 'vcid' ? 64 : 0, mapId: field === 'mapId' ? 16 : 0 };
    const header = { ...ids, sourceOrDestination: 0 } as const;
    expect(() => beginTruncatedFrame(header, { scid, frameOctets: 6 })).toThrow();
  });

  it('is told from a normal one by the last bit of its header', () => {
    expect(isTruncated(fromHex('c00ab024'))).toBe(false);
    expect(isTruncated(fromHex('c00ab0'))).toBe(false);
  });
});

interface Vector {
  readonly id: string;
  readonly octets: string;
  readonly config?: { readonly truncated_frame_octets: number };
  readonly fields?: {
    readonly scid: number;
    readonly source_or_destination: 0 | 1;
    readonly vcid: number;
    readonly map_id: number;
    readonly upid?: number;
    readonly tfdz?: string;
  };
}

function headerOf(fields: NonNullable<Vector['fields']>): TruncatedFrame['header'] {
  return {
    scid: fields.scid,
    sourceOrDestination: fields.source_or_destination,
    vcid: fields.vcid,
    mapId: fields.map_id,
  };
}

const anyHeader = fc.record({
  scid: fc.nat(0xffff),
  sourceOrDestination: fc.constantFrom(0 as const, 1 as const),
  vcid: fc.nat(62),
  mapId: fc.nat(15),
});
