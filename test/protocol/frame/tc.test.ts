import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '#protocol/bytes/octets.ts';
import { Fault } from '#protocol/fault.ts';
import { fillFrame } from '#protocol/frame/frame-draft.ts';
import { SEQUENCE_WHOLE, type SequenceFlags } from '#protocol/frame/space-packet.ts';
import {
  decodeTcCommand,
  decodeTcFrame,
  draftTcFrame,
  encodeTcCommand,
  type TcCommand,
  type TcFrame,
  type TcHeader,
  type TcParameters,
  tcFrameOctets,
} from '#protocol/frame/tc.ts';

describe('the frames of ccsds-tc-cltu.json', () => {
  const { vectors } = JSON.parse(
    readFileSync(new URL('../../vectors/ccsds-tc-cltu.json', import.meta.url), 'utf8'),
  ) as { vectors: Vector[] };
  const frames = vectors.filter(({ kind, expect }) => kind === 'frame' && expect === 'accept');

  it('are four, and one that is refused', () => {
    expect(frames).toHaveLength(4);
    const { octets } = vectors.find(({ id }) => id === 'rej-ac-combination')!;
    const verdict = decodeTcFrame(fromHex(octets), MANAGED) as Fault;
    expect(verdict.key).toBe('frame.reserved-flags');
  });

  it.each(frames.map((vector) => [vector.id, vector] as const))('%s', (id, { octets, fields }) => {
    const managed = { ...MANAGED, segmentHeader: id === 'ad-frame-segment' };
    const frame = decodeTcFrame(fromHex(octets), managed) as TcFrame;
    expect(frame.header).toEqual({
      bypass: fields.bypass === 1,
      controlCommand: fields.control_command === 1,
      scid: fields.scid,
      vcid: fields.vcid,
      sequenceNumber: fields.frame_sequence_number,
    });
    expect(tcFrameOctets(fromHex(octets))).toBe(fields.frame_length_field + 1);
    const { header, data, segmentHeader } = frame;
    expect([toHex(data), segmentHeader]).toEqual(CONTENTS[id]);
    const draft = draftTcFrame(header, data.length, managed, segmentHeader);
    expect(toHex(fillFrame(draft, data))).toBe(octets);
  });

  it.each<[string, TcCommand]>([
    ['bc-unlock', { kind: 'unlock' }],
    ['bc-set-vr', { kind: 'set-vr', receiverFrameSequenceNumber: 9 }],
  ])('%s commands the receiver', (id, command) => {
    const { octets } = vectors.find((vector) => vector.id === id)!;
    const { data } = decodeTcFrame(fromHex(octets), MANAGED) as TcFrame;
    expect(decodeTcCommand(data)).toEqual(command);
    expect(encodeTcCommand(command)).toEqual(data);
  });
});

describe('a telecommand frame', () => {
  it('comes back as it went, with and without its optional fields', () => {
    const anyFlags = fc.record({ fecf: fc.boolean(), segmentHeader: fc.boolean() });
    fc.assert(
      fc.property(anyHeader, anyFlags, anySegment, anyData, (header, flags, segment, data) => {
        const managed = { scid: header.scid, frameOctetsMax: 1024, ...flags };
        const isSegment = managed.segmentHeader && !header.controlCommand;
        const segmentHeader = isSegment ? segment : undefined;
        const octets = fillFrame(draftTcFrame(header, data.length, managed, segmentHeader), data);
        const prefix = octets.subarray(0, isSegment ? 6 : 5);
        const frame = decodeTcFrame(octets, managed);
        expect(frame).toEqual({ header, segmentHeader, prefix, data });
      }),
    );
  });

  it('is decoded without a throw from any octets', () => {
    const plausible = fc.uint8Array({ minLength: 5, maxLength: 30 }).map((octets) => {
      octets.set([octets[0]! & 0x30, 123, 4, octets.length - 1]);
      return octets;
    });
    const anyOctets = fc.oneof(fc.uint8Array({ maxLength: 30 }), plausible);
    fc.assert(
      fc.property(anyOctets, fc.boolean(), fc.boolean(), (octets, fecf, segmentHeader) => {
        const frame = decodeTcFrame(octets, { ...MANAGED, fecf, segmentHeader });
        if (!(frame instanceof Fault)) expect(frame.data.length).toBeGreaterThan(0);
      }),
    );
  });

  it('is refused with any bit changed where it has an FECF', () => {
    const octets = fillFrame(draftTcFrame(HEADER, 3, MANAGED), Uint8Array.of(1, 2, 3));
    for (let bit = 0; bit < octets.length * 8; bit++) {
      const changed = octets.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(decodeTcFrame(changed, MANAGED), `bit ${bit}`).toBeInstanceOf(Fault);
    }
  });

  it.each<[string, string, Partial<TcParameters>]>([
    ['short', '207b0404', {}],
    ['version', '607b040500aa', {}],
    ['length', '207b040400aa', {}],
    ['length', '207b040600aa', {}],
    ['too-long', '207b040500aa', { frameOctetsMax: 5 }],
    ['spare', '287b040500aa', {}],
    ['spare', '247b040500aa', {}],
    ['reserved-flags', '107b040500aa', {}],
    ['scid', '217b040500aa', {}],
    ['no-data', '207b040400', {}],
    ['no-data', '207b040500c1', { segmentHeader: true }],
    ['no-data', '207b0406000000', { fecf: true }],
    ['fecf', '207b040700aa0000', { fecf: true }],
  ])('is refused as %s: %s', (code, octets, changed) => {
    const verdict = decodeTcFrame(fromHex(octets), { ...MANAGED, fecf: false, ...changed });
    expect((verdict as Fault).code).toBe(code);
  });

  it.each<[keyof TcHeader, number]>([
    ['scid', 1024],
    ['vcid', 64],
    ['vcid', -1],
  ])('is never made with a field that would run into the next: %s %i', (field, value) => {
    const header = { ...HEADER, [field]: value };
    expect(() => draftTcFrame(header, 1, { ...MANAGED, scid: header.scid })).toThrow();
  });

  it('has 1024 octets at the most, whatever a channel asks for', () => {
    const managed = { ...MANAGED, frameOctetsMax: 2000 };
    expect(draftTcFrame(HEADER, 1024 - 5 - 2, managed).octets).toHaveLength(1024);
    expect(() => draftTcFrame(HEADER, 1024 - 5 - 1, managed)).toThrow();
  });

  it('is made only as its header and its channel say', () => {
    const segment = { sequenceFlags: SEQUENCE_WHOLE, mapId: 1 } as const;
    expect(() => draftTcFrame(HEADER, 3, MANAGED, segment)).toThrow();
    expect(() => draftTcFrame(HEADER, 3, { ...MANAGED, segmentHeader: true })).toThrow();
    expect(() => draftTcFrame({ ...HEADER, scid: 1 }, 3, MANAGED)).toThrow();
    expect(() => draftTcFrame(HEADER, 1018, MANAGED)).toThrow();
    const control = { ...HEADER, bypass: false, controlCommand: true };
    expect(() => draftTcFrame(control, 1, MANAGED)).toThrow();
  });
});

describe('a control command', () => {
  it.each(['', '01', '0000', '82', '8200', '820109', '830009', '82000900'])(
    'is not what says %s',
    (data) => {
      expect((decodeTcCommand(fromHex(data)) as Fault).code).toBe('control-command');
    },
  );
});

interface Vector {
  readonly id: string;
  readonly kind: string;
  readonly expect: string;
  readonly octets: string;
  readonly fields: {
    readonly bypass: 0 | 1;
    readonly control_command: 0 | 1;
    readonly scid: number;
    readonly vcid: number;
    readonly frame_length_field: number;
    readonly frame_sequence_number: number;
  };
}

/** Data and segment header, as the notes of the vectors describe them. */
const CONTENTS: Record<string, unknown> = {
  'bd-frame': ['deadbeef', undefined],
  'ad-frame-segment': ['deadbeef', { sequenceFlags: SEQUENCE_WHOLE, mapId: 5 }],
  'bc-unlock': ['00', undefined],
  'bc-set-vr': ['820009', undefined],
};

const MANAGED: TcParameters = {
  scid: 123,
  frameOctetsMax: 1024,
  fecf: true,
  segmentHeader: false,
};

const HEADER: TcHeader = {
  bypass: true,
  controlCommand: false,
  scid: 123,
  vcid: 1,
  sequenceNumber: 0,
};

const anyData = fc.uint8Array({ minLength: 1, maxLength: 300 });

const anySegment = fc.record({
  sequenceFlags: fc.nat(3) as fc.Arbitrary<SequenceFlags>,
  mapId: fc.nat(63),
});

const anyHeader: fc.Arbitrary<TcHeader> = fc
  .record({
    bypass: fc.boolean(),
    controlCommand: fc.boolean(),
    scid: fc.nat(1023),
    vcid: fc.nat(63),
    sequenceNumber: fc.nat(255),
  })
  .map((header) => ({ ...header, controlCommand: header.controlCommand && header.bypass }));
