import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import { decodeTfdf, encodeTfdf, POINTER_NONE, type Tfdf } from '#protocol/frame/tfdf.ts';
import {
  clearTfdfOctetsMax,
  decodeFrame,
  decodeHeader,
  encodeFrame,
  encodeHeader,
  type FrameHeader,
  followingCount,
  headerOctets,
  type TransferFrame,
} from '#protocol/frame/uslp.ts';

const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/ccsds-uslp.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

describe('the vectors of ccsds-uslp.json', () => {
  const here = vectors.filter(({ id }) => !ELSEWHERE.includes(id));
  const headers = here.filter(({ kind }) => kind === 'primary-header');
  const frames = here.filter(({ kind }) => kind === 'frame');
  const rejects = here.filter(({ kind }) => kind === 'reject');

  it('are all run, here or beside', () => {
    const run = headers.length + frames.length + rejects.length;
    expect(run + ELSEWHERE.length).toBe(vectors.length);
    expect([headers.length, frames.length, rejects.length]).toEqual([9, 7, 5]);
  });

  it.each(headers.map((vector) => [vector.id, vector] as const))('header %s', (_, vector) => {
    const octets = fromHex(vector.octets);
    const header = decodeHeader(octets) as FrameHeader;
    expect(header).toEqual(headerOf(vector));
    const again = new Uint8Array(octets.length);
    encodeHeader(header, vector.fields!.frame_length_field + 1, again);
    expect(toHex(again)).toBe(vector.octets);
  });

  it.each(frames.map((vector) => [vector.id, vector] as const))('frame %s', (_, vector) => {
    const fields = vector.fields!;
    const managed = managedOf(vector);
    const frame = decodeFrame(fromHex(vector.octets), managed) as TransferFrame;
    expect(frame.header).toEqual(headerOf(vector));
    const tfdf = decodeTfdf(frame.data) as Tfdf;
    const pointer = fields.pointer ?? POINTER_NONE;
    expect(tfdf).toMatchObject({
      rule: fields.tfdz_construction_rule,
      upid: fields.upid,
      pointer,
    });
    expect(toHex(tfdf.zone)).toBe(fields.tfdz);
    expect(frame.ocf && toHex(frame.ocf)).toBe(fields.ocf ?? undefined);
    const extra = frame.ocf === undefined ? {} : { ocf: frame.ocf };
    const again = encodeFrame(frame.header, encodeTfdf(tfdf), managed, extra);
    expect(toHex(again)).toBe(vector.octets);
  });

  it.each(rejects.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const frame = decodeFrame(fromHex(vector.octets), managedOf(vector));
    const verdict = (frame instanceof Fault ? frame : decodeTfdf(frame.data)) as Fault;
    expect([vector.expect, verdict.code]).toEqual([vector.expect, CODES[vector.expect]]);
  });
});

describe('a frame', () => {
  it('comes back as it went, with every count length and with or without FECF', () => {
    fc.assert(
      fc.property(anyHeader, fc.boolean(), anyTfdf, (header, fecf, tfdf) => {
        const managed = managedFor(header, fecf);
        const octets = encodeFrame(header, tfdf, managed);
        const frame = decodeFrame(octets, managed) as TransferFrame;
        expect(frame.header).toEqual(header);
        expect(frame.data).toEqual(tfdf);
        expect(frame.prefix).toEqual(octets.subarray(0, 7 + header.vcfCountOctets));
      }),
    );
  });

  it('of fixed length comes back with its insert zone and OCF', () => {
    const four = { minLength: 4, maxLength: 4 };
    fc.assert(
      fc.property(
        anyHeader,
        anyTfdf,
        anyTfdf,
        fc.uint8Array(four),
        (fields, zone, tfdf, octets) => {
          const header = { ...fields, ocf: true, controlCommand: fields.bypass };
          const size = 7 + header.vcfCountOctets + zone.length + tfdf.length + 4 + 2;
          const managed: ManagedParameters = {
            ...managedFor(header, true),
            frameOctetsMax: size,
            insertZoneOctets: zone.length,
            ...{ fixedLength: true, ocf: true, controlCommands: true },
          };
          const frame = encodeFrame(header, tfdf, managed, { insertZone: zone, ocf: octets });
          const decoded = decodeFrame(frame, managed) as TransferFrame;
          expect(decoded).toMatchObject({ header, insertZone: zone, data: tfdf, ocf: octets });
          expect(decoded.prefix).toHaveLength(headerOctets(header.vcfCountOctets) + zone.length);
        },
      ),
    );
  });

  it('of fixed length is neither made nor taken with another length', () => {
    const fixed = { ...MANAGED, fixedLength: true, frameOctetsMax: 20 };
    expect(encodeFrame(HEADER, new Uint8Array(8), fixed)).toHaveLength(20);
    expect(() => encodeFrame(HEADER, new Uint8Array(7), fixed)).toThrow();
    const shorter = encodeFrame(HEADER, new Uint8Array(7), MANAGED);
    expect((decodeFrame(shorter, fixed) as Fault).code).toBe('length');
  });

  it('has the optional fields that the channel and its header tell of, and no others', () => {
    const tfdf = Uint8Array.of(0xe0);
    const ocf = new Uint8Array(4);
    const insertZone = new Uint8Array(2);
    expect(() => encodeFrame(HEADER, tfdf, MANAGED, { ocf })).toThrow();
    expect(() => encodeFrame({ ...HEADER, ocf: true }, tfdf, MANAGED)).toThrow();
    expect(() => encodeFrame(HEADER, tfdf, MANAGED, { insertZone })).toThrow();
    expect(() => encodeFrame(HEADER, tfdf, { ...MANAGED, insertZoneOctets: 2 })).toThrow();
    expect(() => encodeFrame(HEADER, tfdf, { ...MANAGED, vcfCountOctets: 2 })).toThrow();
  });

  it('is refused with any bit changed, by the FECF if by nothing else', () => {
    const octets = encodeFrame(HEADER, Uint8Array.of(0xe0, 1, 2, 3), MANAGED);
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const changed = octets.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(decodeFrame(changed, MANAGED), `bit ${bit}`).toBeInstanceOf(Fault);
    }
  });

  it('is decoded without a throw from any octets', () => {
    const plausible = fc.uint8Array({ maxLength: 40 }).map((octets) => {
      const start = toHex(octets).slice(14);
      return fromHex(`c0101020${(octets.length + 3).toString(16).padStart(4, '0')}83${start}`);
    });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), plausible), (octets) => {
        const frame = decodeFrame(octets, { ...MANAGED, fecf: false });
        if (!(frame instanceof Fault)) expect(frame.data.length).toBeGreaterThan(0);
      }),
    );
  });

  it.each<[string, string, Partial<ManagedParameters>]>([
    ['short', 'c01010', {}],
    ['short', 'c0101020000c', {}],
    ['short', 'c0101020000c830000', {}],
    ['version', '40101020000c83000000e00102', {}],
    ['scid', 'c0101020000c83000000e00102', { scid: 9 }],
    ['reserved-flags', 'c0101020000c43000000e00102', {}],
    ['spare', 'c0101020000c93000000e00102', {}],
    ['vcf-count-length', 'c0101020000c83000000e00102', { vcfCountOctets: 2 }],
    ['too-long', 'c0101020000c83000000e00102', { frameOctetsMax: 12 }],
    ['length', 'c0101020000b83000000e00102', {}],
    ['length', 'c0101020000d83000000e00102', {}],
    ['no-data', 'c0101020000983000000', {}],
    ['no-data', 'c0101020000b830000000000', { fecf: true }],
    ['fecf', 'c0101020000e83000000e001020000', { fecf: true }],
    ['unsupported-truncated', 'c0101021e500', {}],
    ['unsupported-oid', 'c01017e0000c83000000e00102', {}],
    ['unsupported-control', 'c0101020000cc3000000e00102', {}],
    ['unsupported-ocf', 'c0101020000c8b000000e00102', {}],
    ['no-data', 'c0101020000d8b00000001020304', { ocf: true }],
    ['no-data', 'c0101020000c83000000e00102', { insertZoneOctets: 3 }],
  ])('is refused as %s: %s', (code, octets, changed) => {
    const verdict = decodeFrame(fromHex(octets), { ...MANAGED, fecf: false, ...changed });
    expect((verdict as Fault).code).toBe(code);
  });

  it.each<[keyof FrameHeader, number]>([
    ['scid', 65536],
    ['vcid', 64],
    ['mapId', 16],
    ['mapId', -1],
  ])('is never made with a field that would run into the next: %s %i', (field, value) => {
    const header = { ...HEADER, [field]: value };
    const managed = { ...MANAGED, scid: header.scid };
    expect(() => encodeFrame(header, Uint8Array.of(0xe0), managed)).toThrow();
  });

  it('has 65536 octets at the most, whatever a channel asks for', () => {
    const managed = { ...MANAGED, frameOctetsMax: 70_000 };
    const longest = encodeFrame(HEADER, new Uint8Array(65_536 - 12), managed);
    expect(toHex(longest.subarray(4, 6))).toBe('ffff');
    expect(() => encodeFrame(HEADER, new Uint8Array(65_536 - 11), managed)).toThrow();
  });

  it('is never made with the reserved pair of flags', () => {
    const header = { ...HEADER, bypass: false, controlCommand: true };
    expect(() => encodeFrame(header, Uint8Array.of(0xe0), MANAGED)).toThrow();
  });

  it('holds as much as clearTfdfOctetsMax says and no more', () => {
    const tfdf = new Uint8Array(clearTfdfOctetsMax(MANAGED));
    expect(encodeFrame(HEADER, tfdf, MANAGED)).toHaveLength(MANAGED.frameOctetsMax);
    expect(() => encodeFrame(HEADER, new Uint8Array(tfdf.length + 1), MANAGED)).toThrow();
    expect(() => encodeFrame(HEADER, new Uint8Array(0), MANAGED)).toThrow();
  });
});

describe('the VCF count', () => {
  it.each([
    [0, 0, 0],
    [0, 1, 1],
    [255, 1, 0],
    [255, 2, 256],
    [0xffffff, 3, 0],
    [2 ** 48 - 1, 6, 0],
    [2 ** 53 - 2, 7, 2 ** 53 - 1],
    [2 ** 53 - 1, 7, 2n ** 53n],
    [2n ** 53n, 7, 2n ** 53n + 1n],
    [2n ** 56n - 1n, 7, 0],
  ])('after %s in %i octets is %s', (count, octets, following) => {
    expect(followingCount(count, octets)).toBe(following);
  });

  it.each([
    ['1fffffffffffff', 2 ** 53 - 1],
    ['20000000000000', 2n ** 53n],
    ['20000000000001', 2n ** 53n + 1n],
    ['ffffffffffffff', 2n ** 56n - 1n],
  ])('of seven octets keeps all of its bits: %s', (count, value) => {
    const octets = fromHex(`c0101020000e87${count}e0`);
    const managed = { ...MANAGED, vcfCountOctets: 7, fecf: false };
    const frame = decodeFrame(octets, managed) as TransferFrame;
    expect(frame.header.vcfCount).toBe(value);
    expect(encodeFrame(frame.header, frame.data, managed)).toEqual(octets);
  });

  it('begins after the seven octets that every header has', () => {
    expect([0, 3, 7].map(headerOctets)).toEqual([7, 10, 14]);
  });
});

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly expect: string;
  readonly octets: string;
  readonly config?: {
    readonly fecf?: 'crc16' | 'none';
    readonly frame_type?: 'fixed' | 'variable';
    readonly expected_scid?: number;
  };
  readonly fields?: {
    readonly scid: number;
    readonly source_or_destination: 0 | 1;
    readonly vcid: number;
    readonly map_id: number;
    readonly frame_length_field: number;
    readonly bypass: 0 | 1;
    readonly protocol_control_command: 0 | 1;
    readonly ocf_flag: 0 | 1;
    readonly vcf_count_length: number;
    readonly vcf_count_hex?: string;
    readonly tfdz_construction_rule?: number;
    readonly upid?: number;
    readonly tfdz?: string;
    readonly pointer?: number | null;
    readonly ocf?: string | null;
  };
}

function headerOf({ fields }: Vector): FrameHeader {
  const { scid, vcid, vcf_count_length, vcf_count_hex } = fields!;
  return {
    scid,
    sourceOrDestination: fields!.source_or_destination,
    vcid,
    mapId: fields!.map_id,
    bypass: fields!.bypass === 1,
    controlCommand: fields!.protocol_control_command === 1,
    ocf: fields!.ocf_flag === 1,
    vcfCountOctets: vcf_count_length,
    vcfCount: Number.parseInt(vcf_count_hex ?? '0', 16),
  };
}

/** What the channel of a vector has agreed on; a rejected vector agrees with its own header. */
function managedOf({ octets, config, fields }: Vector): ManagedParameters {
  const own = decodeHeader(fromHex(octets));
  const header = own instanceof Fault ? undefined : own;
  return {
    scid: config?.expected_scid ?? fields?.scid ?? header?.scid ?? 0,
    frameOctetsMax: config?.frame_type === 'fixed' ? octets.length / 2 : 65536,
    vcfCountOctets: fields?.vcf_count_length ?? header?.vcfCountOctets ?? 0,
    fecf: config?.fecf === 'crc16',
    fixedLength: config?.frame_type === 'fixed',
    ocf: fields?.ocf_flag === 1,
  };
}

const CODES: Record<string, string> = {
  'reject:length_mismatch': 'length',
  'reject:fecf': 'fecf',
  'reject:scid': 'scid',
  'reject:spare_not_zero': 'spare',
  'reject:pointer_outside_tfdz': 'pointer',
};

/** Run in uslp-truncated.test.ts and idle-frame.test.ts. */
const ELSEWHERE = ['hdr-py-truncated', 'frm-py-truncated', 'rej-truncated-length', 'oid-fill-20'];

const MANAGED: ManagedParameters = {
  scid: 257,
  frameOctetsMax: 1024,
  vcfCountOctets: 3,
  fecf: true,
};

const HEADER: FrameHeader = {
  scid: 257,
  sourceOrDestination: 0,
  vcid: 1,
  mapId: 0,
  bypass: true,
  controlCommand: false,
  ocf: false,
  vcfCountOctets: 3,
  vcfCount: 0x010203,
};

const anyTfdf = fc.uint8Array({ minLength: 1, maxLength: 100 });

const anyHeader: fc.Arbitrary<FrameHeader> = fc
  .record({
    scid: fc.nat(0xffff),
    sourceOrDestination: fc.constantFrom(0 as const, 1 as const),
    vcid: fc.nat(62),
    mapId: fc.nat(15),
    bypass: fc.boolean(),
    controlCommand: fc.constant(false),
    ocf: fc.constant(false),
    vcfCountOctets: fc.nat(7),
    vcfCount: fc.bigInt({ min: 0n, max: 2n ** 56n - 1n }),
  })
  .map((header) => {
    const count = BigInt.asUintN(8 * header.vcfCountOctets, header.vcfCount);
    return { ...header, vcfCount: count > Number.MAX_SAFE_INTEGER ? count : Number(count) };
  });

function managedFor(header: FrameHeader, fecf: boolean): ManagedParameters {
  const { scid, vcfCountOctets } = header;
  return { scid, vcfCountOctets, fecf, frameOctetsMax: 65536 };
}
