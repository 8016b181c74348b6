import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import type { ManagedParameters } from '#protocol/frame/managed-parameters.ts';
import { decodeTfdf, type Tfdf } from '#protocol/frame/tfdf.ts';
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
  const headers = vectors.filter(({ kind, id }) => kind === 'primary-header' && !(id in LATER));
  const frames = vectors.filter(({ kind, id }) => kind === 'frame' && !(id in LATER));
  const rejects = vectors.filter(({ kind, id }) => kind === 'reject' && !(id in LATER));

  it('are all run or named with the reason why not yet', () => {
    const run = headers.length + frames.length + rejects.length;
    expect(run + Object.keys(LATER).length).toBe(vectors.length);
    expect([headers.length, frames.length, rejects.length]).toEqual([9, 2, 5]);
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
    const { rule, upid, zone } = decodeTfdf(frame.data) as Tfdf;
    expect([rule, upid]).toEqual([fields.tfdz_construction_rule, fields.upid]);
    expect(toHex(zone)).toBe(fields.tfdz);
    expect(toHex(encodeFrame(frame.header, frame.data, managed))).toBe(vector.octets);
  });

  it.each(rejects.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const verdict = decodeFrame(fromHex(vector.octets), managedOf(vector)) as Fault;
    expect([vector.expect, verdict.code]).toEqual([vector.expect, CODES[vector.expect]]);
    expect(verdict).toBeInstanceOf(Fault);
  });

  it.each(Object.entries(LATER))('%s has to wait: %o', (id, { code }) => {
    const vector = vectors.find((candidate) => candidate.id === id)!;
    const frame = decodeFrame(fromHex(vector.octets), managedOf(vector));
    const fault = frame instanceof Fault ? frame : decodeTfdf(frame.data);
    expect((fault as Fault).code).toBe(code);
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
        expect(frame.primaryHeader).toEqual(octets.subarray(0, 7 + header.vcfCountOctets));
      }),
    );
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
    ['vcf-count-range', 'c0101020000e8720000000000000e0', { vcfCountOctets: 7 }],
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
  ])('is refused as %s: %s', (code, octets, changed) => {
    const verdict = decodeFrame(fromHex(octets), { ...MANAGED, fecf: false, ...changed });
    expect((verdict as Fault).code).toBe(code);
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
  ])('after %i in %i octets is %i', (count, octets, following) => {
    expect(followingCount(count, octets)).toBe(following);
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
  readonly config?: { readonly fecf?: 'crc16' | 'none'; readonly expected_scid?: number };
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
    frameOctetsMax: 65536,
    vcfCountOctets: fields?.vcf_count_length ?? header?.vcfCountOctets ?? 0,
    fecf: config?.fecf === 'crc16',
  };
}

const CODES: Record<string, string> = {
  'reject:length_mismatch': 'length',
  'reject:fecf': 'fecf',
  'reject:scid': 'scid',
  'reject:spare_not_zero': 'spare',
  'reject:truncated_length': 'unsupported-truncated',
};

/** Vectors of formats not built yet: what they need, and the fault they meet now. */
const LATER: Record<string, { readonly code: string; readonly needs: string }> = {
  'hdr-py-truncated': { code: 'unsupported-truncated', needs: 'truncated frames' },
  'frm-py-truncated': { code: 'unsupported-truncated', needs: 'truncated frames' },
  'frm-astro-ocf': { code: 'unsupported-ocf', needs: 'the operational control field' },
  'frm-astro-packets-fixed': { code: 'unsupported-rule', needs: 'frames of fixed length' },
  'frm-py-empty-tfdz': { code: 'unsupported-rule', needs: 'frames of fixed length' },
  'frm-d-mapa-start-incomplete': { code: 'unsupported-rule', needs: 'frames of fixed length' },
  'frm-d-mapa-end': { code: 'unsupported-rule', needs: 'frames of fixed length' },
  'rej-pointer-outside': { code: 'unsupported-rule', needs: 'frames of fixed length' },
  'oid-fill-20': { code: 'version', needs: 'idle frames, a matter of fixed length' },
};

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
    vcfCount: fc.maxSafeNat(),
  })
  .map((header) => ({ ...header, vcfCount: header.vcfCount % 256 ** header.vcfCountOctets }));

function managedFor(header: FrameHeader, fecf: boolean): ManagedParameters {
  const { scid, vcfCountOctets } = header;
  return { scid, vcfCountOctets, fecf, frameOctetsMax: 65536 };
}
