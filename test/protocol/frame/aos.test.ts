import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import {
  AOS_POINTER_NO_START,
  AOS_POINTER_ONLY_IDLE,
  type AosFrame,
  type AosHeader,
  type AosParameters,
  decodeAosFrame,
  decodeAosHeader,
  decodePacketUnit,
  draftAosFrame,
  encodePacketUnit,
  type PacketUnit,
} from '#protocol/frame/aos.ts';
import { fillFrame, OID_VCID } from '#protocol/frame/frame-draft.ts';

describe('the frames of ccsds-aos.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-aos.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const frames = vectors.filter(({ kind, expect }) => kind === 'frame' && expect === 'accept');

  it('are three, and one that depends on the edition', () => {
    expect(frames).toHaveLength(3);
    const octets = fromHex(vectors.find(({ id }) => id === 'signalling-bits-42-43')!.octets);
    const managed = { ...MANAGED, frameOctets: octets.length, fecf: false };
    expect((decodeAosFrame(octets, { ...managed, scid: 0xab }) as Fault).code).toBe('scid');
    const { header } = decodeAosFrame(octets, { ...managed, scid: 0x3ab }) as AosFrame;
    expect(header.scid).toBe(0x3ab);
  });

  it.each(frames.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const { fields, config } = vector;
    const octets = fromHex(vector.octets);
    const managed = {
      ...MANAGED,
      scid: fields.scid_low8,
      frameOctets: octets.length,
      headerErrorControl: config.fhec,
    };
    const frame = decodeAosFrame(octets, managed) as AosFrame;
    expect(frame.header).toEqual({
      scid: fields.scid_low8,
      vcid: fields.vcid,
      vcFrameCount: fields.vc_frame_count,
      replay: fields.replay_flag === 1,
      cycleUse: fields.vcf_cycle_use_flag === 1,
      cycle: fields.vcf_cycle,
    });
    if (fields.data !== undefined) expect(toHex(frame.data)).toBe(fields.data);
    if (fields.first_header_pointer !== undefined) {
      const { firstHeaderPointer } = decodePacketUnit(frame.data) as PacketUnit;
      expect(firstHeaderPointer).toBe(fields.first_header_pointer);
    }
    expect(fillFrame(draftAosFrame(frame.header, managed), frame.data)).toEqual(octets);
  });
});

describe('the data field of a channel with packets', () => {
  it.each([
    ['mpdu-no-start', '07ffaa', AOS_POINTER_NO_START],
    ['mpdu-only-idle', '07feaa', AOS_POINTER_ONLY_IDLE],
    ['mpdu of one octet', '0000aa', 0],
  ])('%s', (_, octets, firstHeaderPointer) => {
    const unit = { firstHeaderPointer, zone: Uint8Array.of(0xaa) };
    expect(decodePacketUnit(fromHex(octets))).toEqual(unit);
    expect(toHex(encodePacketUnit(unit))).toBe(octets);
  });

  it.each([
    ['short', '07'],
    ['pointer', '0001aa'],
    ['pointer', '07fdaa'],
    ['pointer', '0000'],
  ])('is refused as %s: %s', (code, octets) => {
    expect((decodePacketUnit(fromHex(octets)) as Fault).code).toBe(code);
  });
});

describe('an AOS frame', () => {
  it('comes back as it went, with and without its optional fields', () => {
    const anyFlags = fc.record({
      headerErrorControl: fc.boolean(),
      ocf: fc.boolean(),
      fecf: fc.boolean(),
    });
    fc.assert(
      fc.property(anyHeader, anyFlags, anyData, anyZone, (header, flags, data, zone) => {
        const prefixOctets = (flags.headerErrorControl ? 8 : 6) + zone.length;
        const after = (flags.ocf ? 4 : 0) + (flags.fecf ? 2 : 0);
        const frameOctets = prefixOctets + data.length + after;
        const { scid } = header;
        const managed = { scid, frameOctets, insertZoneOctets: zone.length, ...flags };
        const ocf = flags.ocf ? Uint8Array.of(1, 2, 3, 4) : undefined;
        const octets = fillFrame(draftAosFrame(header, managed, zone, ocf), data);
        const prefix = octets.subarray(0, prefixOctets);
        const frame = decodeAosFrame(octets, managed);
        expect(frame).toEqual({ header, prefix, insertZone: zone, data, ocf });
      }),
    );
  });

  it('is decoded without a throw from any octets', () => {
    const anyOctets = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(anyOctets, fc.boolean(), fc.nat(9), (octets, flag, insertZoneOctets) => {
        if (octets.length > 0 && flag) octets[0] = 0x40 | (octets[0]! & 63);
        const header = decodeAosHeader(octets);
        const scid = header instanceof Fault ? 0 : header.scid;
        const optional = { headerErrorControl: flag, insertZoneOctets, ocf: flag, fecf: false };
        const managed = { scid, frameOctets: octets.length, ...optional };
        const frame = decodeAosFrame(octets, managed);
        if (!(frame instanceof Fault)) expect(frame.data.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('is set right where two nibbles of its header are wrong, and left as it came', () => {
    const managed = { ...MANAGED, headerErrorControl: true, frameOctets: 14 };
    const octets = fillFrame(draftAosFrame(HEADER, managed), Uint8Array.of(1, 2, 3, 4));
    const damaged = octets.slice();
    damaged[0]! ^= 0xc0;
    damaged[7]! ^= 0x01;
    const received = damaged.slice();
    const frame = decodeAosFrame(damaged, managed) as AosFrame;
    expect(frame.header).toEqual(HEADER);
    expect(frame.prefix).toEqual(octets.subarray(0, 8));
    expect(damaged).toEqual(received);
  });

  it('of only idle data has an OCF like any other', () => {
    const header = { ...HEADER, vcid: OID_VCID };
    const managed = { ...MANAGED, ocf: true };
    const ocf = Uint8Array.of(1, 2, 3, 4);
    const idle = fillFrame(draftAosFrame(header, managed, undefined, ocf), new Uint8Array(4));
    expect(decodeAosFrame(idle, managed)).toMatchObject({ header, ocf });
  });

  it('is refused with any bit changed where it has an FECF', () => {
    const octets = fillFrame(draftAosFrame(HEADER, MANAGED), new Uint8Array(8).fill(7));
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const changed = octets.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(decodeAosFrame(changed, MANAGED), `bit ${bit}`).toBeInstanceOf(Fault);
    }
  });

  it.each<[string, string, Partial<AosParameters>]>([
    ['short', '6ac1000157', {}],
    ['short', '6ac10001570000', { headerErrorControl: true, frameOctets: 7 }],
    ['version', '2ac1000157000000', {}],
    ['scid', '6b01000157000000', {}],
    ['length', '6ac10001570000', {}],
    ['header-check', '6ac10001570012345678', { headerErrorControl: true, frameOctets: 10 }],
    ['no-data', '6ac1000157000000', { insertZoneOctets: 2 }],
    ['no-data', '6ac1000157000000', { ocf: true }],
    ['fecf', '6ac1000157000000ff', { fecf: true, frameOctets: 9 }],
  ])('is refused as %s: %s', (code, octets, changed) => {
    const managed = { ...MANAGED, frameOctets: 8, fecf: false, ...changed };
    expect((decodeAosFrame(fromHex(octets), managed) as Fault).code).toBe(code);
  });

  it.each<[keyof AosHeader, number]>([
    ['scid', 1024],
    ['vcid', 64],
    ['vcFrameCount', 16777216],
    ['cycle', 16],
    ['vcid', -1],
  ])('is never made with a field that would run into the next: %s %i', (field, value) => {
    const header = { ...HEADER, [field]: value };
    expect(() => draftAosFrame(header, { ...MANAGED, scid: header.scid })).toThrow();
  });

  it('is made only as its channel says', () => {
    expect(() => draftAosFrame({ ...HEADER, scid: 1 }, MANAGED)).toThrow();
    expect(() => draftAosFrame(HEADER, MANAGED, new Uint8Array(2))).toThrow();
    expect(() => draftAosFrame(HEADER, MANAGED, undefined, new Uint8Array(4))).toThrow();
    expect(() => draftAosFrame(HEADER, { ...MANAGED, ocf: true })).toThrow();
  });
});

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly expect: string;
  readonly octets: string;
  readonly config: { readonly fhec: boolean };
  readonly fields: {
    readonly scid_low8: number;
    readonly vcid: number;
    readonly vc_frame_count: number;
    readonly replay_flag: 0 | 1;
    readonly vcf_cycle_use_flag: 0 | 1;
    readonly vcf_cycle: number;
    readonly data?: string;
    readonly first_header_pointer?: number;
  };
}

const MANAGED: AosParameters = {
  scid: 171,
  frameOctets: 16,
  headerErrorControl: false,
  insertZoneOctets: 0,
  ocf: false,
  fecf: true,
};

const HEADER: AosHeader = {
  scid: 171,
  vcid: 1,
  vcFrameCount: 343,
  replay: false,
  cycleUse: false,
  cycle: 0,
};

const anyData = fc.uint8Array({ minLength: 1, maxLength: 100 });
const anyZone = fc.uint8Array({ maxLength: 10 });

const anyHeader: fc.Arbitrary<AosHeader> = fc.record({
  scid: fc.nat(1023),
  vcid: fc.nat(62),
  vcFrameCount: fc.nat(0xffffff),
  replay: fc.boolean(),
  cycleUse: fc.boolean(),
  cycle: fc.nat(15),
});
