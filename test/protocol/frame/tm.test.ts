import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { fillFrame } from '#protocol/frame/frame-draft.ts';
import {
  decodeTmFrame,
  decodeTmHeader,
  draftTmFrame,
  encodeTmHeader,
  TM_POINTER_NO_START,
  TM_POINTER_ONLY_IDLE,
  type TmFrame,
  type TmHeader,
  type TmParameters,
} from '#protocol/frame/tm.ts';

describe('the vectors of ccsds-tm.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-tm.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const headers = vectors.filter(({ kind }) => kind === 'primary-header');
  const frames = vectors.filter(({ kind, fields }) => kind === 'frame' && fields !== undefined);
  const rejects = vectors.filter(({ expect }) => expect === 'reject:fecf');

  it('are all run', () => {
    expect([headers.length, frames.length, rejects.length]).toEqual([8, 2, 2]);
    expect(vectors).toHaveLength(12);
  });

  it.each(headers.map((vector) => [vector.id, vector] as const))('header %s', (_, vector) => {
    const header = decodeTmHeader(fromHex(vector.octets!)) as TmHeader;
    expect(header).toEqual(headerOf(vector));
    const again = new Uint8Array(6);
    encodeTmHeader(header, again);
    expect(toHex(again)).toBe(vector.octets);
  });

  it.each(frames.map((vector) => [vector.id, vector] as const))('frame %s', (_, vector) => {
    const octets = fromHex(vector.octets!);
    const managed = managedOf(vector, octets);
    const frame = decodeTmFrame(octets, managed) as TmFrame;
    expect(frame.header).toEqual(headerOf(vector));
    expect(toHex(frame.ocf!)).toBe(vector.fields!.ocf);
    if (vector.fields!.data !== undefined) expect(toHex(frame.data)).toBe(vector.fields!.data);
    const draft = draftTmFrame(frame.header, managed, undefined, frame.ocf);
    expect(fillFrame(draft, frame.data)).toEqual(octets);
  });

  it.each(rejects.map((vector) => [vector.id, vector] as const))('%s', (_, vector) => {
    const base = vectors.find(({ id }) => id === vector.same_as) ?? vector;
    const octets = fromHex(base.octets!);
    const { change } = vector;
    if (change !== undefined) octets[change.offset] = Number.parseInt(change.value, 16);
    const verdict = decodeTmFrame(octets, managedOf(vector, octets)) as Fault;
    expect(verdict.key).toBe('frame.fecf');
  });
});

describe('a telemetry frame', () => {
  it('comes back as it went, with and without its optional fields', () => {
    fc.assert(
      fc.property(anyHeader, fc.boolean(), anySecondary, anyData, (fields, fecf, second, data) => {
        const header = { ...fields, secondaryHeader: second !== undefined };
        const ocf = header.ocf ? Uint8Array.of(1, 2, 3, 4) : undefined;
        const prefixOctets = 6 + (second === undefined ? 0 : 1 + second.length);
        const frameOctets = prefixOctets + data.length + (header.ocf ? 4 : 0) + (fecf ? 2 : 0);
        const managed = { scid: header.scid, frameOctets, fecf };
        const octets = fillFrame(draftTmFrame(header, managed, second, ocf), data);
        const prefix = octets.subarray(0, prefixOctets);
        expect(decodeTmFrame(octets, managed)).toEqual({
          header,
          prefix,
          secondaryHeader: second,
          data,
          ocf,
        });
      }),
    );
  });

  it('is decoded without a throw from any octets', () => {
    const octets = fc.uint8Array({ minLength: 0, maxLength: 90 });
    fc.assert(
      fc.property(octets, fc.boolean(), (octets, fecf) => {
        const header = decodeTmHeader(octets);
        const scid = header instanceof Fault ? 0 : header.scid;
        const frame = decodeTmFrame(octets, { scid, frameOctets: octets.length, fecf });
        if (!(frame instanceof Fault)) expect(frame.data.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused with any bit changed where it has an FECF', () => {
    const octets = fillFrame(draftTmFrame(HEADER, MANAGED), new Uint8Array(8).fill(7));
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const changed = octets.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(decodeTmFrame(changed, MANAGED), `bit ${bit}`).toBeInstanceOf(Fault);
    }
  });

  it.each<[string, string, Partial<TmParameters>]>([
    ['short', '02a0000018', {}],
    ['version', '42a000001800aa', {}],
    ['scid', '02b000001800aa', {}],
    ['length', '02a000001800aabb', {}],
    ['length', '02a000001800aa', { frameOctets: 8 }],
    ['secondary-header', '02a0000098004101aa', { frameOctets: 9 }],
    ['secondary-header', '02a00000980000aa', { frameOctets: 8 }],
    ['no-data', '02a0000098000101', { frameOctets: 8 }],
    ['secondary-header', '02a000009800', { frameOctets: 6 }],
    ['no-data', '02a000001800', { frameOctets: 6 }],
    ['no-data', '02a100001800aabbccdd', { frameOctets: 10 }],
    ['fecf', '02a000001800aa0000', { frameOctets: 9, fecf: true }],
  ])('is refused as %s: %s', (code, octets, changed) => {
    const managed = { scid: 42, frameOctets: 7, fecf: false, ...changed };
    expect((decodeTmFrame(fromHex(octets), managed) as Fault).code).toBe(code);
  });

  it.each<[keyof TmHeader, number]>([
    ['scid', 1024],
    ['vcid', 8],
    ['segmentLengthId', 4],
    ['firstHeaderPointer', 2048],
    ['vcid', -1],
  ])('is never made with a field that would run into the next: %s %i', (field, value) => {
    const header = { ...HEADER, [field]: value };
    expect(() => draftTmFrame(header, { ...MANAGED, scid: header.scid })).toThrow();
  });

  it('is made only as its header and its channel say', () => {
    const ocf = new Uint8Array(4);
    expect(() => draftTmFrame({ ...HEADER, scid: 1 }, MANAGED)).toThrow();
    expect(() => draftTmFrame(HEADER, MANAGED, undefined, ocf)).toThrow();
    expect(() => draftTmFrame(HEADER, MANAGED, Uint8Array.of(1))).toThrow();
    const withSecond = { ...HEADER, secondaryHeader: true };
    expect(() => draftTmFrame(withSecond, MANAGED, new Uint8Array(0))).toThrow();
    expect(() => fillFrame(draftTmFrame(HEADER, MANAGED), new Uint8Array(7))).toThrow();
  });
});

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly expect: string;
  readonly octets?: string;
  readonly same_as?: string;
  readonly change?: { readonly offset: number; readonly value: string };
  readonly fields?: {
    readonly scid: number;
    readonly vcid: number;
    readonly ocf_flag: 0 | 1;
    readonly mc_frame_count: number;
    readonly vc_frame_count: number;
    readonly secondary_header_flag: 0 | 1;
    readonly sync_flag: 0 | 1;
    readonly packet_order_flag: 0 | 1;
    readonly segment_length_id: number;
    readonly first_header_pointer: number;
    readonly data?: string;
    readonly ocf?: string;
  };
}

function headerOf({ fields }: Vector): TmHeader {
  return {
    scid: fields!.scid,
    vcid: fields!.vcid,
    ocf: fields!.ocf_flag === 1,
    mcFrameCount: fields!.mc_frame_count,
    vcFrameCount: fields!.vc_frame_count,
    secondaryHeader: fields!.secondary_header_flag === 1,
    synchronisation: fields!.sync_flag === 1,
    packetOrder: fields!.packet_order_flag === 1,
    segmentLengthId: fields!.segment_length_id,
    firstHeaderPointer: fields!.first_header_pointer,
  };
}

function managedOf({ fields }: Vector, octets: Uint8Array): TmParameters {
  const { scid } = fields ?? (decodeTmHeader(octets) as TmHeader);
  return { scid, frameOctets: octets.length, fecf: true };
}

const MANAGED: TmParameters = { scid: 42, frameOctets: 16, fecf: true };

const HEADER: TmHeader = {
  scid: 42,
  vcid: 1,
  ocf: false,
  mcFrameCount: 3,
  vcFrameCount: 4,
  secondaryHeader: false,
  synchronisation: false,
  packetOrder: false,
  segmentLengthId: 3,
  firstHeaderPointer: 0,
};

const anyData = fc.uint8Array({ minLength: 1, maxLength: 100 });
const anySecondary = fc.option(fc.uint8Array({ minLength: 1, maxLength: 63 }), { nil: undefined });

const anyHeader: fc.Arbitrary<Omit<TmHeader, 'secondaryHeader'>> = fc.record({
  scid: fc.nat(1023),
  vcid: fc.nat(7),
  ocf: fc.boolean(),
  mcFrameCount: fc.nat(255),
  vcFrameCount: fc.nat(255),
  synchronisation: fc.boolean(),
  packetOrder: fc.boolean(),
  segmentLengthId: fc.nat(3),
  firstHeaderPointer: fc.oneof(
    fc.nat(2047),
    fc.constantFrom(TM_POINTER_NO_START, TM_POINTER_ONLY_IDLE),
  ),
});
